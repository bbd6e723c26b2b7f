package dev.piecewise.it.lab;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A BitTorrent client that others wrote, as a process of its own with one torrent. It finds peers through the tracker and
 * through peer exchange, talks to loopback only, and seeds what it has until it is closed.
 */
public final class StockClient implements AutoCloseable {
    /** Which one. */
    public enum Program {
        ARIA2 {
            @Override
            List<String> command(Path home, int port, String torrent) {
                List<String> command = new ArrayList<>(List.of(
                        "aria2c",
                        "--no-conf",
                        "--dir=" + home.resolve(FILES),
                        "--retry-wait=1",
                        "--max-tries=0",
                        "--enable-dht=false",
                        "--enable-dht6=false",
                        "--bt-enable-lpd=false",
                        "--listen-port=" + port,
                        "--bt-tracker-interval=1",
                        "--seed-ratio=0.0",
                        "--summary-interval=0"));
                command.add(torrent);
                return command;
            }
        },

        LIBTORRENT {
            @Override
            List<String> command(Path home, int port, String torrent) throws IOException {
                Path script;
                try {
                    script = Path.of(Objects.requireNonNull(StockClient.class.getResource("libtorrent-client.py"))
                            .toURI());
                } catch (URISyntaxException e) {
                    throw new IOException(e);
                }
                return List.of(
                        RequiresProgram.SYSTEM_PYTHON,
                        script.toString(),
                        "" + port,
                        home.resolve(FILES).toString(),
                        torrent);
            }
        },

        /** Takes no magnet link. */
        TRANSMISSION {
            @Override
            List<String> command(Path home, int port, String torrent) throws IOException {
                Path watched = Files.createDirectories(home.resolve("watched"));
                Path config = Files.createDirectories(home.resolve("config"));
                Files.copy(Path.of(torrent), watched.resolve("one.torrent"));
                Files.writeString(
                        config.resolve("settings.json"),
                        """
                        {
                            "bind-address-ipv4": "127.0.0.1",
                            "bind-address-ipv6": "::1",
                            "dht-enabled": false,
                            "download-dir": "%s",
                            "lpd-enabled": false,
                            "peer-port": %d,
                            "pex-enabled": true,
                            "port-forwarding-enabled": false,
                            "rpc-enabled": false,
                            "utp-enabled": false,
                            "watch-dir": "%s",
                            "watch-dir-enabled": true
                        }
                        """
                                .formatted(home.resolve(FILES), port, watched));
                return List.of("transmission-daemon", "--foreground", "--log-debug", "--config-dir", config.toString());
            }
        },

        QBITTORRENT {
            @Override
            List<String> command(Path home, int port, String torrent) throws IOException {
                Path config = Files.createDirectories(home.resolve("qBittorrent/config"));
                Files.writeString(
                        config.resolve("qBittorrent.conf"),
                        """
                        [LegalNotice]
                        Accepted=true
                        [Preferences]
                        WebUI\\Address=127.0.0.1
                        WebUI\\LocalHostAuth=false
                        WebUI\\Port=%d
                        WebUI\\UseUPnP=false
                        [Network]
                        PortForwardingEnabled=false
                        [BitTorrent]
                        Session\\BTProtocol=TCP
                        Session\\DHTEnabled=false
                        Session\\DefaultSavePath=%s
                        Session\\Interface=lo
                        Session\\InterfaceName=lo
                        Session\\InterfaceAddress=127.0.0.1
                        Session\\LSDEnabled=false
                        Session\\MultiConnectionsPerIp=true
                        Session\\PeXEnabled=true
                        Session\\Port=%d
                        Session\\QueueingSystemEnabled=false
                        """
                                .formatted(freePort(), home.resolve(FILES), port));
                return List.of("qbittorrent-nox", "--profile=" + home, torrent);
            }
        };

        /**
         * @param home its own directory, which exists
         * @param port where it must accept peers
         * @param torrent path of a .torrent, or a magnet link; aria2 also takes the URL of a .torrent
         */
        abstract List<String> command(Path home, int port, String torrent) throws IOException;
    }

    private static final String FILES = "files";
    private static final Duration FAREWELL = Duration.ofSeconds(10);

    private final Process process;
    private final Path home;
    private final int port;

    private StockClient(Process process, Path home, int port) {
        this.process = process;
        this.home = home;
        this.port = port;
    }

    /**
     * Starts one.
     *
     * @param home directory for all that it writes, created here
     * @param torrent path of a .torrent, or a magnet link; aria2 also takes the URL of a .torrent
     */
    public static StockClient start(Program program, Path home, String torrent) throws IOException {
        Files.createDirectories(home.resolve(FILES));
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(program.command(home, port, torrent))
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("log").toFile());
        builder.environment().putAll(Map.of("HOME", home.toString(), "XDG_CONFIG_HOME", home + "/.config"));
        return new StockClient(builder.start(), home, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Where it accepts peers, on loopback. */
    public int port() {
        return port;
    }

    /** Where it puts the torrent's file or directory. */
    public Path files() {
        return home.resolve(FILES);
    }

    /** Returns when it has that file whole; fails the test with its log when it ends before, or the time is over. */
    public void awaitFile(String path, Path source, Duration patience) throws Exception {
        Path copy = files().resolve(path);
        try {
            Await.until(
                    path + " whole at " + home.getFileName(),
                    patience,
                    () -> (Files.isRegularFile(copy) && Files.mismatch(source, copy) == -1) || !process.isAlive());
            if (!process.isAlive()) {
                throw new AssertionError("ended with " + process.exitValue());
            }
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + logTail(), e);
        }
    }

    private String logTail() throws IOException {
        String log = Files.readString(home.resolve("log"), StandardCharsets.ISO_8859_1);
        return log.substring(Math.max(0, log.length() - 4000));
    }

    /** Ends it, kindly at first. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(FAREWELL.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
