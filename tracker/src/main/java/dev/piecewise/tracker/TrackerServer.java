package dev.piecewise.tracker;

import dev.piecewise.tracker.announce.Introductions;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.tracker.http.TrackerHttp;
import java.net.URI;
import java.util.Optional;

/**
 * A running tracker. Closing it answers waiting requests, releases the port and the state directory within a few seconds;
 * no thread or file is left.
 */
public final class TrackerServer implements AutoCloseable {
    private final TrackerHttp http;
    private final Scheduler scheduler;
    private final Introductions introductions;
    private final TrackerThreads threads;
    private final Optional<? extends AutoCloseable> state;
    private final AutoCloseable origins;

    TrackerServer(
            TrackerHttp http,
            Scheduler scheduler,
            Introductions introductions,
            TrackerThreads threads,
            Optional<? extends AutoCloseable> state,
            AutoCloseable origins) {
        this.http = http;
        this.scheduler = scheduler;
        this.introductions = introductions;
        this.threads = threads;
        this.state = state;
        this.origins = origins;
    }

    /** Where it is reached from this machine, for example {@code http://127.0.0.1:7070}. */
    public URI uri() {
        return http.uri();
    }

    @Override
    public void close() {
        threads.stopClock();
        scheduler.close();
        introductions.close();
        http.close();
        threads.close();
        state.ifPresent(TrackerMain::closeQuietly);
        TrackerMain.closeQuietly(origins);
    }
}
