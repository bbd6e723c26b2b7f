package dev.piecewise.seeder;

import dev.piecewise.core.Place;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.wire.EngineConfig;
import dev.piecewise.peer.wire.WireEngine;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a process accepts peers: one port for all swarms.
 *
 * @param host address to bind
 * @param firstPort 0 lets the system choose
 * @param lastPort the highest to take if those below are in use; a port that the user named is both
 */
public record Listen(String host, int firstPort, int lastPort) {
    private static final Duration SEARCH_INTERVAL = Duration.ofMillis(250); // the tracker says when to ask less often
    private static final int FIRST_PORT = 6881;
    private static final int LAST_PORT = 6899;
    private static final int MAX_PORT = 65_535;
    private static final Pattern FORM = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^:\\[\\]]+):(\\d{1,5})");

    public Listen {
        if (host.isEmpty() || firstPort < 0 || lastPort < firstPort || lastPort > MAX_PORT) {
            throw new IllegalArgumentException("cannot listen on " + host + ":" + firstPort + "-" + lastPort);
        }
    }

    /** All IPv4 interfaces, the first free port from 6881 on. */
    public static Listen defaults() {
        return new Listen("0.0.0.0", FIRST_PORT, LAST_PORT);
    }

    /** Loopback only, any free port: for tests and demonstrations on one machine. */
    public static Listen loopback() {
        return new Listen("127.0.0.1", 0, 0);
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
        return new Listen(bare, port, port);
    }

    /**
     * An engine that listens here; the caller closes it.
     *
     * @param limits of its traffic with peers
     * @param place where it says that it stands
     * @throws ProcessFault if the host is no address of this machine or the port is in use
     */
    public SwarmEngine engine(EngineConfig.Limits limits, Place place) {
        InetAddress address;
        try {
            address = InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new ProcessFault(Kind.USAGE, "cannot listen on " + host + ": no such host; check --listen", e);
        }
        EngineConfig defaults = EngineConfig.defaults()
                .searchingEvery(SEARCH_INTERVAL)
                .within(limits)
                .standing(place);
        for (int port = firstPort; ; port++) {
            try {
                return new WireEngine(defaults.at(address, port));
            } catch (ProcessFault fault) {
                if (port >= lastPort) {
                    throw fault;
                }
            }
        }
    }
}
