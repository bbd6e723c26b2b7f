package dev.piecewise.seeder.http;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.Tracker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of a process: it takes its port first, so that the process can tell the tracker where it serves, and
 * serves once it takes part in the cluster. Closing it cuts what is under way.
 */
public final class WebSeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebSeed.class);
    private static final int SPARE_THREADS = 16; // to refuse with while every transfer is taken
    private static final long STOP_MILLIS = 2_000;
    private static final long IDLE_MILLIS = 30_000;

    private final WebSeedConfig config;
    private final Server server;
    private final ServerConnector connector;
    private volatile @Nullable PieceArrivals arrivals;

    private WebSeed(WebSeedConfig config, Server server, ServerConnector connector) {
        this.config = config;
        this.server = server;
        this.connector = connector;
    }

    /**
     * Takes the port.
     *
     * @throws ProcessFault if the host is no address of this machine, or no port is free
     */
    public static WebSeed open(WebSeedConfig config) {
        QueuedThreadPool threads = new QueuedThreadPool(WebSeedConfig.MAX_TRANSFERS + SPARE_THREADS, 4);
        threads.setName("web-seed");
        threads.setStopTimeout(STOP_MILLIS);
        Server server = new Server(threads);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setUriCompliance(UriCompliance.UNSAFE); // RequestPath judges the path as it was sent
        ServerConnector connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(config.host());
        connector.setIdleTimeout(config.patience().toMillis() + IDLE_MILLIS);
        server.addConnector(connector);
        server.setErrorHandler(new Silent());
        server.setStopTimeout(STOP_MILLIS);
        if (!config.isLoopback() && config.insecure() && !config.directories().isEmpty()) {
            LOG.warn(
                    "--insecure: everybody who reaches {} can read the directories {}",
                    config.host(),
                    config.directories().keySet());
        }
        listen(connector, config);
        return new WebSeed(config, server, connector);
    }

    private static void listen(ServerConnector connector, WebSeedConfig config) {
        for (int port = config.firstPort(); ; port++) {
            connector.setPort(port);
            try {
                connector.open();
                return;
            } catch (IOException e) {
                if (port >= config.lastPort()) {
                    throw new ProcessFault(
                            Kind.FAILED,
                            "cannot serve HTTP on " + config.host() + ":" + port + ": " + reason(e)
                                    + "; choose another --web-seed, or --no-web-seed",
                            e);
                }
            }
        }
    }

    private static String reason(IOException e) {
        return String.valueOf(
                e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
    }

    /** Answers of Jetty's own have no body, nothing is echoed; a path that cannot even be parsed is one that is not there. */
    private static final class Silent extends ErrorHandler {
        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            if (response.getStatus() == 400) {
                response.setStatus(404);
            }
            response.write(true, ByteBuffer.allocate(0), callback);
            return true;
        }
    }

    /** The port it took. */
    public int port() {
        return connector.getLocalPort();
    }

    /**
     * Its base URL as others reach it: the address it is bound to, or if those are all, the advertised one; {@code 0.0.0.0}
     * leaves it to the tracker.
     *
     * @param named host that the user wants advertised, whatever it is bound to
     * @param found host by which this machine is known, empty if it cannot be told
     */
    public String url(Optional<String> named, String found) {
        String host = named.orElse(config.isWildcard() ? (found.isEmpty() ? "0.0.0.0" : found) : config.host());
        boolean bare = host.contains(":") && !host.startsWith("[");
        return "http://" + (bare ? "[" + host + "]" : host) + ":" + port();
    }

    /** Serves from now on. */
    public void serve(Tracker tracker, Participant participant, LongSupplier nanoTime) {
        PieceArrivals waiting = new PieceArrivals(tracker, config.patience(), nanoTime);
        arrivals = waiting;
        Optional<ReadTokens> tokens = config.isLoopback() || config.insecure()
                ? Optional.empty()
                : Optional.of(new ReadTokens(tracker, nanoTime));
        server.setHandler(new WebSeedHandler(
                new ServedTorrents(tracker, participant, waiting),
                new SharedDirectories(config.directories()),
                tokens,
                WebSeedConfig.MAX_TRANSFERS,
                uplink(participant)));
        try {
            server.start();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            throw new ProcessFault(Kind.FAILED, "cannot serve HTTP on " + config.host() + ": " + e.getMessage(), e);
        }
    }

    private static Uplink uplink(Participant participant) {
        return new Uplink() {
            @Override
            public void await(int bytes) throws InterruptedException {
                participant.awaitUpload(bytes);
            }

            @Override
            public void sent(int bytes) {
                participant.sentOverHttp(bytes);
            }
        };
    }

    @Override
    public void close() {
        PieceArrivals waiting = arrivals;
        if (waiting != null) {
            waiting.close();
        }
        try {
            connector.close();
            server.stop();
        } catch (Exception e) {
            LOG.warn("stopping the web seed", e);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
