package dev.piecewise.seeder.http;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How a process serves HTTP.
 *
 * @param host address to bind
 * @param firstPort 0 lets the system choose
 * @param lastPort the highest port to take if those below are in use; one that the user named is both
 * @param patience how long a request waits for a piece that is not here
 * @param directories extra directories to serve, by the name that they get in URLs
 * @param insecure whether everybody may read those directories, also on an address that is not loopback
 */
public record WebSeedConfig(
        String host, int firstPort, int lastPort, Duration patience, Map<String, Path> directories, boolean insecure) {
    /** At most so many requests are served at once. */
    static final int MAX_TRANSFERS = 64;

    private static final int FIRST_PORT = 7080;
    private static final int LAST_PORT = 7099;
    private static final int MAX_PORT = 65_535;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}");

    public WebSeedConfig {
        if (host.isEmpty() || firstPort < 0 || lastPort < firstPort || lastPort > MAX_PORT) {
            throw new IllegalArgumentException("cannot listen on " + host + ":" + firstPort + "-" + lastPort);
        }
        directories = new TreeMap<>(directories);
    }

    /** All IPv4 interfaces, the first free port from 7080 to 7099, half a minute of patience, no extra directories. */
    public static WebSeedConfig defaults() {
        return new WebSeedConfig("0.0.0.0", FIRST_PORT, LAST_PORT, PATIENCE, Map.of(), false);
    }

    /** Any free port of the loopback interface: for tests and demonstrations on one machine. */
    public static WebSeedConfig loopback() {
        return defaults().withListen("127.0.0.1", 0);
    }

    /** Another address, the usual ports. */
    public WebSeedConfig withHost(String address) {
        return new WebSeedConfig(address, firstPort, lastPort, patience, directories, insecure);
    }

    public WebSeedConfig withListen(String address, int port) {
        return new WebSeedConfig(address, port, port, patience, directories, insecure);
    }

    public WebSeedConfig withPatience(Duration duration) {
        return new WebSeedConfig(host, firstPort, lastPort, duration, directories, insecure);
    }

    public WebSeedConfig withInsecure(boolean everybody) {
        return new WebSeedConfig(host, firstPort, lastPort, patience, directories, everybody);
    }

    /**
     * Serves one more directory.
     *
     * @throws ProcessFault if the name cannot stand in a URL, or there is no such directory
     */
    public WebSeedConfig withDirectory(String name, Path directory) {
        if (!NAME.matcher(name).matches()) {
            throw new ProcessFault(
                    Kind.USAGE,
                    "'" + name + "' cannot name a directory in a URL; use letters, digits, dot, dash and underscore");
        }
        if (!Files.isDirectory(directory) || !Files.isReadable(directory)) {
            throw new ProcessFault(
                    Kind.USAGE, "cannot serve " + directory + ": it is no directory that this process can read");
        }
        Map<String, Path> more = new TreeMap<>(directories);
        if (more.put(name, directory) != null) {
            throw new ProcessFault(Kind.USAGE, "two directories are named '" + name + "'; give each its own name");
        }
        return new WebSeedConfig(host, firstPort, lastPort, patience, more, insecure);
    }

    /**
     * Whether only processes of this machine can reach it.
     *
     * @throws ProcessFault if there is no such host
     */
    boolean isLoopback() {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new ProcessFault(Kind.USAGE, "cannot listen on " + host + ": no such host; check --web-seed", e);
        }
    }

    boolean isWildcard() {
        return host.equals("0.0.0.0") || host.equals("::");
    }
}
