package dev.piecewise.torrentbuilder.s3;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Ceph's S3 gateway over a cluster of its own, for one test class: a monitor, one OSD whose objects are in memory, a {@code
 * radosgw} and one user; all on loopback, with every file in one directory. The cluster is thrown away at the end, so its processes are not asked to end but killed.
 */
final class RadosGateway implements AutoCloseable {
    /** The programs that must be installed. */
    static final List<String> PROGRAMS =
            List.of("radosgw", "radosgw-admin", "ceph", "ceph-mon", "ceph-osd", "ceph-authtool", "monmaptool");

    /** The Debian packages that have them. */
    static final String DEBIAN_PACKAGES = "radosgw ceph-mon ceph-osd ceph-base ceph-common";

    static final String ACCESS_KEY = "access";
    static final String SECRET_KEY = "secret-key";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration TICK = Duration.ofMillis(50);

    private final Path directory;
    private final Path config;
    private final int monitorPort;
    private final int gatewayPort;
    private final Deque<Process> daemons = new ArrayDeque<>();

    private RadosGateway(Path directory) throws IOException {
        this.directory = directory;
        this.config = directory.resolve("ceph.conf");
        this.monitorPort = freePort();
        this.gatewayPort = freePort();
    }

    /** Whether all programs are there. */
    static boolean isInstalled() {
        return PROGRAMS.stream()
                .allMatch(program -> Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(on -> new File(on, program).canExecute()));
    }

    /** Returns when it answers; {@code directory} exists and is empty. */
    static RadosGateway start(Path directory) throws IOException, InterruptedException {
        RadosGateway gateway = new RadosGateway(directory);
        try {
            gateway.start();
            return gateway;
        } catch (IOException | InterruptedException | RuntimeException e) {
            gateway.close();
            throw e;
        }
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + gatewayPort);
    }

    private void start() throws IOException, InterruptedException {
        String cluster = UUID.randomUUID().toString();
        String monitor = "[v2:127.0.0.1:" + monitorPort + "]";
        for (String data : List.of("mon", "osd", "rgw")) {
            Files.createDirectory(directory.resolve(data));
        }
        Files.writeString(config, settings(cluster, monitor));
        String keys = directory.resolve("keyring").toString();
        run("ceph-authtool", "--create-keyring", keys, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *");
        run(
                "ceph-authtool",
                keys,
                "--gen-key",
                "-n",
                "client.admin",
                "--cap",
                "mon",
                "allow *",
                "--cap",
                "osd",
                "allow *");
        String map = directory.resolve("monmap").toString();
        run("monmaptool", "--create", "--fsid", cluster, "--addv", "a", monitor, map);
        run("ceph-mon", "-c", config.toString(), "-i", "a", "--mkfs", "--monmap", map, "--keyring", keys);
        daemon("ceph-mon", "-c", config.toString(), "-i", "a", "-f");
        String osd = UUID.randomUUID().toString();
        run("ceph", "-c", config.toString(), "osd", "new", osd, "0");
        String osdKeys = directory.resolve("osd/keyring").toString();
        run(
                "ceph",
                "-c",
                config.toString(),
                "auth",
                "get-or-create",
                "osd.0",
                "mon",
                "allow profile osd",
                "osd",
                "allow *",
                "-o",
                osdKeys);
        run("ceph-osd", "-c", config.toString(), "-i", "0", "--mkfs", "--osd-uuid", osd);
        daemon("ceph-osd", "-c", config.toString(), "-i", "0", "-f");
        run(
                "radosgw-admin",
                "-c",
                config.toString(),
                "user",
                "create",
                "--uid=test",
                "--display-name=test",
                "--access-key=" + ACCESS_KEY,
                "--secret-key=" + SECRET_KEY);
        awaitPort(daemon("radosgw", "-c", config.toString(), "-n", "client.admin", "-f"));
    }

    private String settings(String cluster, String monitor) {
        return """
                [global]
                fsid = %s
                mon host = %s
                ms bind msgr1 = false
                public addr = 127.0.0.1
                keyring = %3$s/keyring
                run dir = %3$s
                admin socket =
                log file = %3$s/$name.log
                mon data = %3$s/mon
                mon data avail crit = 0
                mon allow pool size one = true
                paxos propose interval = 0.05
                osd data = %3$s/osd
                osd objectstore = memstore
                osd pool default size = 1
                osd pool default min size = 1
                osd pool default pg num = 1
                osd pool default pgp num = 1
                osd pool default pg autoscale mode = off
                osd crush chooseleaf type = 0
                rgw data = %3$s/rgw
                rgw frontends = beast endpoint=127.0.0.1:%4$d
                rgw enable gc threads = false
                rgw enable lc threads = false
                rgw run sync thread = false
                [osd]
                keyring = %3$s/osd/keyring
                """
                .formatted(cluster, monitor, directory, gatewayPort);
    }

    private void awaitPort(Process gateway) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), gatewayPort).close();
                return;
            } catch (IOException e) {
                if (!gateway.isAlive() || System.nanoTime() - deadline > 0) {
                    throw new IOException("radosgw does not listen: " + output("radosgw"), e);
                }
                TimeUnit.NANOSECONDS.sleep(TICK.toNanos());
            }
        }
    }

    private void run(String... command) throws IOException, InterruptedException {
        Process process = launch(command);
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException("'" + String.join(" ", command) + "' failed: " + output(command[0]));
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private Process daemon(String... command) throws IOException {
        Process process = launch(command);
        daemons.push(process);
        return process;
    }

    private Process launch(String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(outputOf(command[0]).toFile()))
                .start();
    }

    private Path outputOf(String program) {
        return directory.resolve(program + ".out");
    }

    private String output(String program) throws IOException {
        String text = Files.readString(outputOf(program), StandardCharsets.ISO_8859_1);
        return text.substring(Math.max(0, text.length() - 2000));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Ends all processes. */
    @Override
    public void close() {
        daemons.forEach(Process::destroyForcibly);
        for (Process daemon : daemons) {
            try {
                if (!daemon.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("process " + daemon.pid() + " cannot be killed");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
