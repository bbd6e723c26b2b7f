package dev.piecewise.tracker.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Place;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.tracker.FakeOrigin;
import dev.piecewise.tracker.announce.InMemorySwarmStore;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.tracker.state.Journal;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.PieceReport;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Nodes that read what they fetch, under a clock that the test moves. */
class SharedIngestTest {
    private static final int MIB = 1024 * 1024;
    private static final ArtifactUri OBJECT = ArtifactUri.parse("s3://bucket/object");
    private static final Links LINKS = new Links() {
        @Override
        public String torrentUrl(InfoHash infoHash) {
            return "http://tracker/torrents/" + infoHash;
        }

        @Override
        public String announceUrl(InfoHash infoHash) {
            return "http://tracker/announce";
        }

        @Override
        public String webSeedUrl(URI base, InfoHash infoHash) {
            return base + "/webseed/" + infoHash + "/";
        }
    };

    private final FakeOrigin origin = new FakeOrigin().put("object", 64L * 8 * MIB, "\"v\"");
    private long nowNanos = -5;
    private final Scheduler scheduler = new Scheduler(
            List.of(),
            Journal.none(),
            new InMemorySwarmStore(new Random(1)),
            new ReadSigner(
                    new OriginProfiles(List.of(new OriginProfiles.Profile(
                            OriginProfiles.DEFAULT, List.of(origin), List.of(ArtifactUri.parse("s3://bucket/"))))),
                    Duration.ofMinutes(1)),
            LeaseTimes.defaults(),
            OriginBudget.Limits.defaults(),
            true,
            id -> InfoHash.fromHex(id.hex().substring(0, 40)),
            () -> nowNanos,
            InstantSource.fixed(Instant.EPOCH),
            Runnable::run);
    private final ArtifactId id =
            scheduler.admit(origin.resolve(OBJECT), OriginProfiles.DEFAULT, Optional.of(new PieceLength(8 * MIB)));

    private void register(String node, Ingest ingest) {
        scheduler.register(new NodeRegistry.Node(
                node,
                ingest == Ingest.ONLY ? "seeder" : "node",
                ingest,
                Optional.empty(),
                Optional.empty(),
                Place.UNKNOWN,
                nowNanos));
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
            nowNanos += Duration.ofMillis(100).toNanos();
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
}
