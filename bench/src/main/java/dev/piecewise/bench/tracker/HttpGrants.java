package dev.piecewise.bench.tracker;

import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PieceReport;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Many nodes take leases of one piece each and report it, over HTTP; nothing is read. */
final class HttpGrants {
    /** A read has at least so many bytes, so that each lease of such a piece is of one. */
    static final int PIECE_BYTES = 8 << 20;

    private static final int THREADS = 16;

    private final URI tracker;
    private final int nodes;

    HttpGrants(URI tracker, int nodes) {
        this.tracker = tracker;
        this.nodes = nodes;
    }

    /**
     * Takes and reports every piece of an artifact.
     *
     * @param round a number of its own for each call: another object, and so another artifact; 0 or more
     * @return leases a second, each granted and reported
     */
    double perSecond(int round) throws IOException, InterruptedException {
        try (TrackerClient client = new TrackerClient(tracker, Optional.empty())) {
            parallel(nodes, node -> register(client, node));
            int pieces = client.requestArtifact(new ArtifactRequest(SizedObject.uri(round), "" + PIECE_BYTES))
                    .pieceCount();
            long started = System.nanoTime();
            parallel(pieces, piece -> takeAndReport(client, piece % nodes));
            return pieces / ((System.nanoTime() - started) / 1e9);
        }
    }

    private static void register(TrackerClient client, int node) {
        client.register(new NodeRegistration("node-" + node, "seeder", true, "127.0.0.1"));
    }

    private static void takeAndReport(TrackerClient client, int node) throws UnknownNode, StaleFence {
        List<LeaseGrant> grants = List.of();
        while (grants.isEmpty()) {
            grants = client.takeLeases("node-" + node, new LeaseRequest(1, 0)).leases();
            if (grants.isEmpty()) {
                register(client, node); // it was silent for so long that it counts as dead
            }
        }
        LeaseGrant grant = grants.get(0);
        client.reportPieces(
                grant.leaseId(),
                new PieceReport(
                        grant.fence(),
                        0,
                        List.of(new PieceReport.HashedPiece(
                                grant.firstPiece(), String.format("%040x", grant.fence())))));
    }

    private interface Step {
        void run(int number) throws UnknownNode, StaleFence;
    }

    private static void parallel(int count, Step step) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            AtomicInteger next = new AtomicInteger();
            List<Callable<Boolean>> shares = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                shares.add(() -> {
                    for (int number = next.getAndIncrement(); number < count; number = next.getAndIncrement()) {
                        step.run(number);
                    }
                    return true;
                });
            }
            for (Future<Boolean> share : threads.invokeAll(shares)) {
                share.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("the tracker refused", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
