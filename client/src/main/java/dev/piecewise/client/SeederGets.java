package dev.piecewise.client;

import dev.piecewise.seeder.Seeder;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.cluster.RemoteTracker;
import dev.piecewise.trackerclient.TrackerClient;
import java.security.SecureRandom;

/**
 * Lets a {@code get} on a seeder's data directory fetch through that seeder, as through a node: whichever process owns a
 * data directory listens on its socket.
 */
public final class SeederGets implements AutoCloseable {
    private final LocalServer server;
    private final TrackerClient client;

    private SeederGets(LocalServer server, TrackerClient client) {
        this.server = server;
        this.client = client;
    }

    /**
     * Listens in the seeder's data directory; close it before the seeder.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if the socket cannot be made
     */
    public static SeederGets serve(Seeder seeder, SeederConfig config) {
        TrackerClient client = new TrackerClient(config.tracker(), config.token());
        try {
            Fetcher fetcher = new Fetcher(
                    new RemoteTracker(client),
                    seeder.participant(),
                    new SecureRandom(),
                    System::nanoTime,
                    Fetcher.Abandoned.KEEP,
                    config.limits().downloads());
            return new SeederGets(LocalServer.start(config.data(), seeder.participant(), fetcher), client);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
