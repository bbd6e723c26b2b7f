package dev.piecewise.client;

import java.time.Duration;

/**
 * The door for Java programs, and what {@code piecewise get} uses. If another process of this machine owns the data
 * directory, that one fetches and this one only publishes; otherwise this process owns it until closed, takes part in the
 * swarms and serves other processes meanwhile. If the owner ends in the middle of a fetch, this process takes over.
 *
 * <p>Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Piecewise implements AutoCloseable {
    private Piecewise() {}

    /**
     * Opens the data directory or finds its owner.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if the data directory is unusable or the port is taken
     */
    public static Piecewise open(NodeConfig config) {
        throw new UnsupportedOperationException("open " + config);
    }

    /** Fetches and publishes; blocks until the outcome is known. An interrupt ends it as {@link FetchOutcome.Failed}. */
    public FetchOutcome fetch(FetchRequest request, ProgressListener listener) {
        throw new UnsupportedOperationException("fetch " + request + listener);
    }

    /** {@link #fetch(FetchRequest, ProgressListener)} of {@code uri} to {@code destination} with the defaults. */
    public FetchOutcome fetch(String uri, String destination) {
        throw new UnsupportedOperationException("fetch " + uri + destination);
    }

    /**
     * Whether this process owns the data directory, so that peers get nothing from it once it is closed; then {@code
     * --linger} means something.
     */
    public boolean seeds() {
        return false;
    }

    /** Goes on seeding for others for so long, if {@link #seeds()}; returns early when interrupted (the flag stays set). */
    public void linger(Duration duration) {
        throw new UnsupportedOperationException("linger " + duration);
    }

    @Override
    public void close() {}
}
