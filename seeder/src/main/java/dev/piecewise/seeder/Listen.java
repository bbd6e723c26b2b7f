package dev.piecewise.seeder;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a process accepts peers. Until one port serves all torrents, every swarm has its own: the first takes {@code
 * firstPort}, further ones the next free port up to {@code lastPort}.
 *
 * @param host address to bind
 * @param firstPort 0 lets the system choose for every swarm
 * @param lastPort inclusive
 * @param exact whether the user named the port, so that finding it in use is a fault and not a reason to take the next
 */
public record Listen(String host, int firstPort, int lastPort, boolean exact) {
    private static final int FIRST_PORT = 6881;
    private static final int LAST_PORT = 6999;
    private static final int MAX_PORT = 65_535;
    private static final Pattern FORM = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^:\\[\\]]+):(\\d{1,5})");

    public Listen {
        if (host.isEmpty() || firstPort < 0 || lastPort < firstPort || lastPort > MAX_PORT) {
            throw new IllegalArgumentException("cannot listen on " + host + ":" + firstPort + "-" + lastPort);
        }
    }

    /** All IPv4 interfaces, the first free port from 6881 on. */
    public static Listen defaults() {
        return new Listen("0.0.0.0", FIRST_PORT, LAST_PORT, false);
    }

    /** Loopback only, any free port: for tests and demonstrations on one machine. */
    public static Listen loopback() {
        return new Listen("127.0.0.1", 0, 0, false);
    }

    /**
     * Reads {@code HOST:PORT}, an IPv6 address in brackets.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static Listen parse(String text) {
        Matcher matcher = FORM.matcher(text);
        int port = matcher.matches() ? Integer.parseInt(matcher.group(2)) : MAX_PORT + 1;
        if (port > MAX_PORT) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no address to listen on; write HOST:PORT, for example 0.0.0.0:6881");
        }
        String host = matcher.group(1);
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return port == 0
                ? new Listen(bare, 0, 0, false)
                : new Listen(bare, port, Math.min(port + (LAST_PORT - FIRST_PORT), MAX_PORT), true);
    }
}
