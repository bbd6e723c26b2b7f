package dev.piecewise.bench;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Nodes that are up are asked for one object at once, through their local sockets, as {@code piecewise get} does. */
public final class NodeAsks {
    private final URI tracker;
    private final ArtifactUri uri;
    private final Optional<PieceLength> pieceLength;
    private final Duration patience;
    private final List<Target> targets = new ArrayList<>();
    private final AtomicInteger done = new AtomicInteger();
    private Rest rest = () -> {};
    private int beforeRest = -1;

    /** What is done for nodes that are not waited for. */
    @FunctionalInterface
    public interface Rest {
        void hurry() throws IOException, InterruptedException;
    }

    private record Target(Path data, Path file) {}

    /**
     * How it went at one node, on the monotonic clock of this process.
     *
     * @param askedNanos when it was asked
     * @param firstPieceNanos since then to its first verified piece, as far as that was told: twice a second; may be 0
     * @param doneNanos when the file was verified and in place
     */
    public record Asked(long askedNanos, long firstPieceNanos, long doneNanos) {
        /** How long it took. */
        public double seconds() {
            return (doneNanos - askedNanos) / 1e9;
        }

        /** How long until the first piece was there; 0 if that was not told. */
        public double firstPieceSeconds() {
            return firstPieceNanos / 1e9;
        }
    }

    /**
     * @param pieceLength what others chose, if absent
     * @param patience when a node gives up
     */
    public NodeAsks(URI tracker, ArtifactUri uri, Optional<PieceLength> pieceLength, Duration patience) {
        this.tracker = tracker;
        this.uri = uri;
        this.pieceLength = pieceLength;
        this.patience = patience;
    }

    /**
     * Asks this node, too.
     *
     * @param data its data directory
     * @param file where the object is to go
     */
    public void add(Path data, Path file) {
        targets.add(new Target(data, file));
    }

    /** Has this done when so many nodes have their file. */
    public void afterwards(int nodes, Rest what) {
        beforeRest = nodes;
        rest = what;
    }

    /**
     * Asks all at the same moment; returns when the last is done.
     *
     * @throws IOException if one fails
     */
    public List<Asked> askAll() throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(targets.size());
        try {
            CyclicBarrier start = new CyclicBarrier(targets.size());
            List<Callable<Asked>> asks = new ArrayList<>();
            for (Target target : targets) {
                Files.createDirectories(target.file().getParent());
                asks.add(() -> ask(target, start));
            }
            List<Asked> asked = new ArrayList<>();
            for (Future<Asked> answer : threads.invokeAll(asks)) {
                asked.add(answer.get());
            }
            return asked;
        } catch (ExecutionException e) {
            throw new IOException("a node failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private Asked ask(Target target, CyclicBarrier start) throws Exception {
        try (Piecewise piecewise = Piecewise.open(NodeConfig.defaults(tracker, target.data()))) {
            FetchRequest request =
                    FetchRequest.of(uri, Destination.of(target.file())).withStallTimeout(patience);
            FetchRequest cut = pieceLength.map(request::withPieceLength).orElse(request);
            start.await();
            long started = System.nanoTime();
            AtomicLong first = new AtomicLong();
            FetchOutcome outcome = piecewise.fetch(cut, progress -> {
                if (progress.piecesHeld() > 0) {
                    first.compareAndSet(0, System.nanoTime() - started);
                }
            });
            long ended = System.nanoTime();
            if (outcome instanceof FetchOutcome.Complete) {
                if (done.incrementAndGet() == beforeRest) {
                    rest.hurry();
                }
                return new Asked(started, first.get(), ended);
            }
            throw new IOException("a node ended with " + outcome);
        }
    }
}
