package dev.piecewise.tracker;

import java.net.URI;

/** A running tracker. Closing it answers waiting requests, releases the port and the state directory; nothing is left. */
public final class TrackerServer implements AutoCloseable {
    private final URI uri;

    TrackerServer(URI uri) {
        this.uri = uri;
    }

    /** Where it is reached from this machine, for example {@code http://127.0.0.1:7070}. */
    public URI uri() {
        return uri;
    }

    @Override
    public void close() {}
}
