package dev.piecewise.bench.tracker;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.Place;
import dev.piecewise.tracker.announce.InMemorySwarmStore;
import dev.piecewise.tracker.artifact.Admissions;
import dev.piecewise.tracker.artifact.OriginProfiles;
import dev.piecewise.tracker.artifact.ReadSigner;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.tracker.state.Journal;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.PieceReport;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * The same leases as {@link HttpGrants} at the tracker's scheduler itself, without HTTP, journal and signatures, on one thread and
 * with every node waiting for work: each that reports asks for more at once.
 */
final class SchedulerGrants {
    private static final ArtifactUri ALL_OBJECTS = ArtifactUri.parse("s3://" + SizedObject.BUCKET + "/");

    private final int nodes;
    private final Scheduler scheduler;
    private final Admissions admissions;

    SchedulerGrants(int nodes, int pieces) {
        this.nodes = nodes;
        OriginProfiles origins = OriginProfiles.only(
                List.of(new UnreadOrigin((long) pieces * HttpGrants.PIECE_BYTES)), List.of(ALL_OBJECTS));
        scheduler = new Scheduler(
                List.of(),
                Journal.none(),
                new InMemorySwarmStore(new SplittableRandom(1)),
                new ReadSigner(origins, Duration.ofMinutes(1)),
                LeaseTimes.defaults(),
                OriginBudget.Limits.defaults(),
                true,
                new SwarmKeys(new byte[32]),
                () -> 0,
                InstantSource.system(),
                Runnable::run,
                (delay, task) -> {});
        admissions = new Admissions(origins, Runnable::run, scheduler);
    }

    private record Waiting(String nodeId, CompletableFuture<LeaseGrants> answer) {}

    /** Leases a second, each granted and reported; {@code round} as with {@link HttpGrants#perSecond}. */
    double perSecond(int round) {
        Queue<Waiting> waiting = new ArrayDeque<>();
        for (int node = 0; node < nodes; node++) {
            String id = "node-" + node;
            scheduler.register(new NodeRegistry.Node(
                    id, "seeder", Ingest.ONLY, Optional.empty(), Optional.empty(), Place.UNKNOWN, 0));
            waiting.add(ask(id));
        }
        long started = System.nanoTime();
        admissions
                .request(new ArtifactRequest(SizedObject.uri(round), "" + HttpGrants.PIECE_BYTES))
                .join();
        int granted = 0;
        for (Waiting next = waiting.remove(); next.answer().isDone(); next = waiting.remove()) {
            for (LeaseGrant grant : next.answer().join().leases()) {
                scheduler.report(
                        grant.leaseId(),
                        new PieceReport(
                                grant.fence(),
                                0,
                                List.of(new PieceReport.HashedPiece(
                                        grant.firstPiece(), String.format("%040x", grant.fence())))));
                granted++;
            }
            waiting.add(ask(next.nodeId()));
        }
        return granted / ((System.nanoTime() - started) / 1e9);
    }

    private Waiting ask(String nodeId) {
        return new Waiting(nodeId, scheduler.takeLeases(nodeId, 1, Duration.ofMinutes(1), NoLinks.LINKS));
    }
}
