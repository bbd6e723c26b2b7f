package dev.piecewise.seeder;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A running seeder. Closing it gives its leases back, leaves swarms and tracker, and releases port and data directory. */
public final class Seeder implements AutoCloseable {
    private final String nodeId;
    private final CompletableFuture<Void> failure = new CompletableFuture<>();

    Seeder(String nodeId) {
        this.nodeId = nodeId;
    }

    /** The id under which the tracker knows it; new with every start. */
    public String nodeId() {
        return nodeId;
    }

    /** Completes exceptionally when a worker dies of a bug: the process should end then. */
    public CompletionStage<Void> failure() {
        return failure;
    }

    @Override
    public void close() {}
}
