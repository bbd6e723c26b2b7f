package dev.piecewise.tracker.artifact;

import static dev.piecewise.tracker.artifact.SchedulerRig.LINKS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Place;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.tracker.FakeOrigin;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.PieceReport;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nodes that read what they fetch, under a clock that the test moves. */
class SharedIngestTest {
    private static final int MIB = 1024 * 1024;
    private static final ArtifactUri OBJECT = ArtifactUri.parse("s3://bucket/object");

    private final FakeOrigin origin = new FakeOrigin().put("object", 64L * 8 * MIB, "\"v\"");
    private final SchedulerRig rig = new SchedulerRig(SchedulerRig.bucket(origin));
    private Scheduler scheduler = rig.start();
    private ArtifactId id = admit();

    private ArtifactId admit() {
        return scheduler.admit(origin.resolve(OBJECT), OriginProfiles.DEFAULT, Optional.of(new PieceLength(8 * MIB)));
    }

    private void register(String node, Ingest ingest) {
        scheduler.register(new NodeRegistry.Node(
                node,
                ingest == Ingest.ONLY ? "seeder" : "node",
                ingest,
                Optional.empty(),
                Optional.empty(),
                Place.UNKNOWN,
                rig.nowNanos));
    }

    private CompletableFuture<LeaseGrants> ask(String node) {
        return scheduler.takeLeases(node, 2, Duration.ofSeconds(20), LINKS);
    }

    /** A node that fetches the artifact, and offers to read. */
    private CompletableFuture<LeaseGrants> volunteer(String node) {
        register(node, Ingest.AUTO);
        scheduler.holdings(node, id, new BitSet(), List.of(), List.of());
        return ask(node);
    }

    private void pass(int millis, String... alive) {
        for (int passed = 0; passed < millis; passed += 100) {
            rig.nowNanos += Duration.ofMillis(100).toNanos();
            for (String node : alive) {
                scheduler.heartbeat(node, new Heartbeat(List.of())).join();
            }
            scheduler.tick();
        }
    }

    private void report(LeaseGrant lease) {
        scheduler.report(
                lease.leaseId(),
                new PieceReport(
                        lease.fence(),
                        8L * MIB,
                        List.of(new PieceReport.HashedPiece(
                                lease.firstPiece(), String.format("%040x", lease.firstPiece())))));
    }

    @Test
    void whereNobodyReadsForEverybodyOneOfThoseThatFetchDoesAndGoesOn() {
        register("idle", Ingest.AUTO);
        CompletableFuture<LeaseGrants> idle = ask("idle");
        CompletableFuture<LeaseGrants> first = volunteer("a");
        CompletableFuture<LeaseGrants> second = volunteer("b");
        pass(200);
        assertThat(first).isDone();
        assertThat(first.join().leases()).hasSize(2);
        assertThat(List.of(idle, second)).noneMatch(CompletableFuture::isDone);
        CompletableFuture<LeaseGrants> more = ask("a");
        assertThat(more).as("it has two").isNotDone();
        report(first.join().leases().get(0));
        assertThat(more.join().leases()).hasSize(1);
        scheduler.leave("a");
        pass(200);
        assertThat(second.join().leases()).hasSize(2);
        assertThat(idle).isNotDone();
    }

    @Test
    void besideASeederNodesReadOnlyIfTheyWaitForIt() {
        register("s", Ingest.ONLY);
        CompletableFuture<LeaseGrants> seeder = ask("s");
        assertThat(seeder.join().leases()).hasSize(2);
        CompletableFuture<LeaseGrants> waiting = volunteer("a");
        pass(1200, "s", "a");
        assertThat(waiting).isNotDone();
        seeder.join().leases().forEach(this::report);
        ask("s").join().leases().forEach(this::report);
        assertThat(ask("s").join().leases()).hasSize(2);
        pass(4000, "s", "a");
        assertThat(waiting).as("it has enough to fetch").isNotDone();
        scheduler.holdings("a", id, null, List.of(0, 1, 2, 3), List.of());
        pass(3200, "s", "a");
        assertThat(waiting.join().leases()).hasSize(2);
    }

    @Test
    void aNodeThatCannotReadRestsAndTheArtifactLives() {
        register("s", Ingest.ONLY);
        assertThat(ask("s").join().leases()).hasSize(2);
        CompletableFuture<LeaseGrants> first = volunteer("a");
        pass(2000, "s", "a");
        for (LeaseGrant lease : first.join().leases()) {
            scheduler.giveBack(lease.leaseId(), new LeaseReturn(lease.fence(), 0, "403", Kind.DENIED.name()));
        }
        assertThat(scheduler.artifact(id, LINKS).state()).isEqualTo(ArtifactState.READING);
        CompletableFuture<LeaseGrants> again = ask("a");
        CompletableFuture<LeaseGrants> second = volunteer("b");
        pass(200, "s", "a", "b");
        assertThat(again).isNotDone();
        assertThat(second.join().leases()).hasSize(2);
    }

    /** A node that fetches the artifact, and never reads. */
    private void fetcher(String node) {
        register(node, Ingest.NEVER);
        scheduler.holdings(node, id, new BitSet(), List.of(), List.of());
    }

    /** Their leases, together, of the answers that came. */
    private static List<LeaseGrant> granted(List<CompletableFuture<LeaseGrants>> asked) {
        return asked.stream()
                .filter(CompletableFuture::isDone)
                .flatMap(answer -> answer.join().leases().stream())
                .toList();
    }

    private static List<Integer> pieces(List<LeaseGrant> leases) {
        return leases.stream()
                .flatMap(lease -> IntStream.range(lease.firstPiece(), lease.firstPiece() + lease.pieceCount())
                        .boxed())
                .toList();
    }

    @Test
    void howeverManyFetchWithoutReadingTheOneThatWouldReadIsFound() {
        IntStream.range(0, 41).forEach(i -> fetcher("never" + i));
        CompletableFuture<LeaseGrants> only = volunteer("a");
        pass(200);
        assertThat(only).isDone();
        assertThat(only.join().leases()).hasSize(2);
    }

    @Test
    void amongManyThatWouldReadElsewhereThoseThatFetchAreFound() {
        IntStream.range(0, 41).forEach(i -> {
            fetcher("never" + i);
            register("elsewhere" + i, Ingest.AUTO);
        });
        List<CompletableFuture<LeaseGrants>> elsewhere =
                IntStream.range(0, 41).mapToObj(i -> ask("elsewhere" + i)).toList();
        CompletableFuture<LeaseGrants> only = volunteer("a");
        pass(200);
        assertThat(only).isDone();
        assertThat(elsewhere).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void whoLacksLeastOfWhatWasReadReadsFirst() {
        register("s", Ingest.ONLY);
        LeaseGrant read = ask("s").join().leases().get(0);
        LeaseGrant next = ask("s").join().leases().get(0);
        report(read);
        report(next);
        CompletableFuture<LeaseGrants> lacks = volunteer("lacks");
        CompletableFuture<LeaseGrants> has = volunteer("has");
        List<Integer> all = pieces(List.of(read, next));
        scheduler.holdings("has", id, null, all, List.of());
        scheduler.leave("s");
        pass(200, "lacks", "has");
        assertThat(has).isDone();
        assertThat(lacks).isNotDone();
    }

    @Test
    void severalThatReadHaveDifferentPieces() {
        List<CompletableFuture<LeaseGrants>> asked =
                Stream.of("a", "b", "c", "d").map(this::volunteer).toList();
        pass(200, "a", "b", "c", "d");
        assertThat(asked).filteredOn(CompletableFuture::isDone).hasSize(1);
        pass(1500, "a", "b", "c", "d");
        assertThat(asked).filteredOn(CompletableFuture::isDone).hasSize(2);
        List<LeaseGrant> read = granted(asked);
        read.subList(0, 2).forEach(this::report);
        pass(1700, "a", "b", "c", "d");
        read.subList(2, 4).forEach(this::report);
        for (String node : List.of("c", "d")) {
            scheduler.holdings(node, id, null, pieces(read), List.of());
        }
        pass(1500, "a", "b", "c", "d");
        assertThat(granted(asked)).as("four read, as that helped").hasSize(8);
        assertThat(pieces(granted(asked))).doesNotHaveDuplicates();
    }

    @Test
    void noMoreReadsThanTheOriginsLimitAllowsAreGivenToThoseThatFetch() {
        rig.limits = new OriginBudget.Limits(3, ByteRate.UNLIMITED);
        scheduler = rig.start();
        id = admit();
        List<CompletableFuture<LeaseGrants>> asked =
                Stream.of("a", "b", "c").map(this::volunteer).toList();
        pass(1700, "a", "b", "c");
        assertThat(asked).filteredOn(CompletableFuture::isDone).hasSize(2);
        assertThat(granted(asked)).hasSize(3);
    }

    @Test
    void theOriginsRateIsDividedAmongThoseThatFetch() {
        rig.limits = new OriginBudget.Limits(100, 60L * MIB);
        scheduler = rig.start();
        id = admit();
        CompletableFuture<LeaseGrants> first = volunteer("a");
        CompletableFuture<LeaseGrants> second = volunteer("b");
        pass(1700, "a", "b");
        assertThat(sum(first)).isEqualTo(60L * MIB);
        assertThat(second).as("all is given").isNotDone();
        List<Heartbeat.Progress> progress = first.join().leases().stream()
                .map(lease -> new Heartbeat.Progress(lease.leaseId(), lease.fence(), 0))
                .toList();
        long left = scheduler.heartbeat("a", new Heartbeat(progress)).join().leases().stream()
                .mapToLong(HeartbeatReply.Renewal::bytesPerSecond)
                .sum();
        assertThat(second).isDone();
        assertThat(sum(second)).isPositive();
        assertThat(left + sum(second)).isLessThanOrEqualTo(60L * MIB);
    }

    private static long sum(CompletableFuture<LeaseGrants> answer) {
        return answer.join().leases().stream()
                .mapToLong(LeaseGrant::bytesPerSecond)
                .sum();
    }
}
