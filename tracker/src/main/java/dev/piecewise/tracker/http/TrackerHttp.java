package dev.piecewise.tracker.http;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.tracker.announce.Announcer;
import dev.piecewise.tracker.announce.Introductions;
import dev.piecewise.tracker.announce.SwarmStore;
import dev.piecewise.tracker.artifact.Admissions;
import dev.piecewise.tracker.artifact.Registrations;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.tracker.token.Tokens;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server. */
public final class TrackerHttp implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerHttp.class);
    private static final int MAX_THREADS = 64;
    private static final int MAX_SELECTORS = 4;
    /** All nodes of a cluster may connect at once, to a tracker that was started anew. */
    private static final int MAX_UNACCEPTED = 4096;

    /** More than a second's work. */
    private static final int MOST_QUEUED = 4096;

    private static final long STOP_MILLIS = 3_000;
    private static final long SHUTDOWN_IDLE_MILLIS = 200;

    private final Server server;
    private final ServerConnector connector;
    private final String host;

    private TrackerHttp(Server server, ServerConnector connector, String host) {
        this.server = server;
        this.connector = connector;
        this.host = host;
    }

    /**
     * What the routes work on.
     *
     * @param lookups runs what may block: host names
     */
    public record Parts(
            Scheduler scheduler,
            Admissions admissions,
            Registrations registrations,
            Announcer announcer,
            Introductions introductions,
            SwarmStore swarms,
            Tokens tokens,
            SwarmKeys keys,
            Optional<URI> publicUrl,
            Duration maxWait,
            LongSupplier nanoClock,
            Executor lookups) {}

    /**
     * Listens.
     *
     * @throws ProcessFault if it cannot
     */
    public static TrackerHttp start(String host, int port, Parts parts) {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 8);
        threads.setName("tracker-http");
        threads.setStopTimeout(STOP_MILLIS);
        Server server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(false);
        http.setHeaderCacheSize(0); // each connection would have one of some 20 KiB, and most of them wait
        // No thread of its own takes connections, and none is woken up for an announce: a selector does both.
        int selectors = Math.min(MAX_SELECTORS, Runtime.getRuntime().availableProcessors());
        ServerConnector connector = new ServerConnector(server, 0, selectors, new HttpConnectionFactory(http));
        connector.setHost(host);
        connector.setPort(port);
        connector.setAcceptQueueSize(MAX_UNACCEPTED);
        connector.setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS);
        connector.setIdleTimeout(parts.maxWait().plusSeconds(30).toMillis());
        server.addConnector(connector);
        ConnectionRoom room =
                new ConnectionRoom(() -> connector.getConnectedEndPoints().size());
        TrackerHandler api = new TrackerHandler(
                new ArtifactRoutes(parts.scheduler(), parts.admissions(), parts.registrations(), parts.maxWait()),
                new EntryRoutes(parts.scheduler(), parts.admissions(), parts.announcer()),
                new NodeRoutes(
                        parts.scheduler(), parts.introductions(), parts.maxWait(), parts.nanoClock(), parts.lookups()),
                parts.tokens(),
                parts.keys(),
                parts.publicUrl(),
                room);
        server.setHandler(new SwarmHandler(
                new GracefulHandler(new PooledHandler(api, threads, MOST_QUEUED)),
                parts.scheduler(),
                parts.announcer(),
                parts.swarms(),
                parts.tokens(),
                parts.keys(),
                room));
        server.setDefaultHandler(null); // it may block, for all that Jetty knows, and there is nothing left for it
        server.setStopTimeout(STOP_MILLIS);
        TrackerHttp started = new TrackerHttp(server, connector, host);
        try {
            connector.open();
            server.start();
        } catch (Exception e) {
            started.close();
            String reason = String.valueOf(
                    e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
            boolean inUse = reason.toLowerCase(java.util.Locale.ROOT).contains("address already in use");
            throw new ProcessFault(
                    Kind.FAILED,
                    "cannot listen on " + host + ":" + port + ": "
                            + (inUse ? "address already in use; another tracker?" : reason + ";")
                            + " choose another --listen",
                    e);
        }
        return started;
    }

    /** Where it is reached from this machine. */
    public URI uri() {
        String name = host.isEmpty() || host.equals("0.0.0.0") ? "127.0.0.1" : host;
        name = name.equals("::") || name.equals("[::]") ? "[::1]" : name;
        name = name.contains(":") && !name.startsWith("[") ? "[" + name + "]" : name;
        return URI.create("http://" + name + ":" + connector.getLocalPort());
    }

    /** Finishes what is being answered, for at most a few seconds, then closes all connections. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("stopping the HTTP server", e);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
