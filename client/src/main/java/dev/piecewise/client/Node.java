package dev.piecewise.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The process that owns a data directory: it seeds what lies there, goes on with what is incomplete, and serves the
 * {@code get}s of other processes over the directory's socket. Closing it leaves swarms and tracker and releases
 * everything; the bytes stay.
 */
public final class Node implements AutoCloseable {
    private final String nodeId;
    private final CompletableFuture<Void> failure = new CompletableFuture<>();

    Node(String nodeId) {
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
