package dev.piecewise.tracker.artifact;

import static dev.piecewise.tracker.artifact.SchedulerRig.LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Place;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.tracker.FakeOrigin;
import dev.piecewise.tracker.announce.SwarmPeer;
import dev.piecewise.tracker.lease.LeaseId;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.Ledger;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.SignRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The lease protocol under a clock that the test moves. */
class SchedulerTest {
    private static final int MIB = 1024 * 1024;
    private static final ArtifactUri OBJECT = ArtifactUri.parse("s3://bucket/object");

    private final FakeOrigin origin = new FakeOrigin().put("object", 4 * 16 * MIB, "\"v\"");
    private final FakeOrigin otherOrigin = new FakeOrigin().put("object", 4 * 16 * MIB, "\"v\"");
    private final SchedulerRig rig = new SchedulerRig(profiles());
    private Scheduler scheduler = rig.start();

    private OriginProfiles profiles() {
        List<ArtifactUri> allow = List.of(ArtifactUri.parse("s3://bucket/"));
        return new OriginProfiles(List.of(
                new OriginProfiles.Profile(OriginProfiles.DEFAULT, List.of(origin), allow),
                new OriginProfiles.Profile("other", List.of(otherOrigin), allow)));
    }

    private void restart() {
        scheduler = rig.restart();
    }

    private void pass(int seconds) {
        rig.nowNanos += Duration.ofSeconds(seconds).toNanos();
        scheduler.tick();
    }

    /** Time passes, these nodes send their heartbeats. */
    private void passAlive(int seconds, String... alive) {
        for (int i = 0; i < seconds; i += 5) {
            rig.nowNanos += Duration.ofSeconds(5).toNanos();
            for (String node : alive) {
                scheduler.heartbeat(node, new Heartbeat(List.of())).join();
            }
            scheduler.tick();
        }
    }

    private void register(String node, String role) {
        scheduler.register(new NodeRegistry.Node(
                node,
                role,
                switch (role) {
                    case "seeder" -> Ingest.ONLY;
                    case "volunteer" -> Ingest.AUTO;
                    default -> Ingest.NEVER;
                },
                Optional.empty(),
                node.startsWith("web-") ? Optional.of(URI.create("http://" + node + ":80")) : Optional.empty(),
                Place.UNKNOWN,
                rig.nowNanos));
    }

    private ArtifactId admit(int pieceMebibytes) {
        return scheduler.admit(
                origin.resolve(OBJECT), OriginProfiles.DEFAULT, Optional.of(new PieceLength(pieceMebibytes * MIB)));
    }

    @Test
    void readsAreSignedByTheProfileThatAskedLastAlsoAfterARestart() {
        origin.signs = false;
        PieceLength length = new PieceLength(16 * MIB);
        scheduler.admit(origin.resolve(OBJECT), OriginProfiles.DEFAULT, Optional.of(length));
        ArtifactId id = scheduler.admit(otherOrigin.resolve(OBJECT), "other", Optional.of(length));
        register("s", "seeder");
        assertThat(take("s", 1)).hasSize(1);
        restart();
        register("s", "seeder");
        assertThat(take("s", 1)).hasSize(1);
        assertThat(status(id).error()).isNull();
    }

    private List<LeaseGrant> take(String node, int atMost) {
        CompletableFuture<LeaseGrants> grants = scheduler.takeLeases(node, atMost, Duration.ZERO, LINKS);
        assertThat(grants).isDone();
        return grants.join().leases();
    }

    private static PieceReport report(LeaseGrant lease, long bytes, int piece, int content) {
        return new PieceReport(
                lease.fence(),
                bytes,
                List.of(new PieceReport.HashedPiece(piece, String.format("%040x", 1000 * content + piece))));
    }

    private void read(String node) {
        for (LeaseGrant lease : take(node, 10)) {
            for (int i = 0; i < lease.pieceCount(); i++) {
                scheduler.report(
                        lease.leaseId(),
                        report(lease, (i + 1L) * lease.artifact().pieceBytes(), lease.firstPiece() + i, 1));
            }
        }
    }

    private ArtifactStatus status(ArtifactId id) {
        return scheduler.artifact(id, LINKS);
    }

    private static Refused.Reason reason(Runnable call) {
        try {
            call.run();
        } catch (Refused refused) {
            return refused.reason();
        }
        throw new AssertionError("not refused");
    }

    @Test
    void twoArtifactsOverOneVersionNeverHaveTheSameByteUnderTwoLeases() {
        register("s", "seeder");
        ArtifactId small = admit(16);
        ArtifactId large = admit(32);
        List<LeaseGrant> both = take("s", 10);
        long bytes = both.stream()
                .flatMap(lease -> lease.reads().stream())
                .mapToLong(read -> read.lastByte() - read.firstByte() + 1)
                .sum();
        assertThat(bytes).isEqualTo(64 * MIB);
        assertThat(both.stream().map(lease -> lease.artifact().id()).distinct())
                .as("the first was not begun, so the second takes over")
                .containsExactly(large.hex());
        for (LeaseGrant lease : both) {
            scheduler.giveBack(lease.leaseId(), new LeaseReturn(lease.fence(), 0, null, null));
        }
        read("s");
        read("s");
        assertThat(status(small).state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(status(large).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    /** Of a first cut that one node has read, as a second is asked for. */
    private ArtifactId secondCut() {
        register("web-s", "seeder");
        ArtifactId first = admit(16);
        List<LeaseGrant> leases = take("web-s", 10);
        ArtifactId second = admit(32);
        register("t", "seeder");
        assertThat(take("t", 10)).as("while the first is being read").isEmpty();
        for (LeaseGrant lease : leases) {
            scheduler.report(lease.leaseId(), report(lease, 16L * MIB, lease.firstPiece(), 1));
        }
        assertThat(status(first).state()).isEqualTo(ArtifactState.PUBLISHED);
        return second;
    }

    @Test
    void aSecondCutOfAVersionWaitsForTheFirstAndIsReadFromItsHolders() {
        ArtifactId second = secondCut();
        List<LeaseGrant> leases = take("t", 10);
        assertThat(leases).hasSize(2);
        for (LeaseGrant lease : leases) {
            assertThat(lease.reads()).hasSize(1);
            SignedRead read = lease.reads().get(0);
            assertThat(read.fromHolder()).isTrue();
            assertThat(read.url()).matches("http://web-s:80/webseed/[0-9a-f]{40}/object");
            assertThat(read.headers())
                    .containsExactly(Map.entry("Range", "bytes=" + read.firstByte() + "-" + read.lastByte()));
            scheduler.report(
                    lease.leaseId(),
                    new PieceReport(
                            lease.fence(),
                            0,
                            32L * MIB + 7,
                            report(lease, 0, lease.firstPiece(), 2).pieces()));
        }
        for (int run = 0; run < 2; run++) {
            Ledger ledger = scheduler.ledger(second);
            assertThat(ledger.originBytes()).isZero();
            assertThat(ledger.wastedBytes()).isZero();
            assertThat(ledger.holderBytes()).isEqualTo(2 * (32L * MIB + 7));
            assertThat(status(second).state()).isEqualTo(ArtifactState.PUBLISHED);
            restart();
        }
    }

    @Test
    void aReadThatHoldersDoNotServeGoesToTheOriginInTheEnd() {
        secondCut();
        LeaseGrant lease = take("t", 1).get(0);
        List<Boolean> fromHolder = new ArrayList<>();
        for (int attempt = 0; attempt < 4; attempt++) {
            SignRequest rest = new SignRequest(lease.fence(), 0, 5);
            SignedRead read = scheduler.sign(lease.leaseId(), rest, LINKS).join();
            assertThat(read.firstByte()).isEqualTo(5);
            fromHolder.add(read.fromHolder());
        }
        assertThat(fromHolder).containsExactly(true, true, false, false);
    }

    private ArtifactId admitObject(String key) {
        OriginObject object = new OriginObject("p/" + key, new VersionedEntry(key, 16L * MIB, "\"v\""));
        return scheduler.admit(
                ResolvedArtifact.object(ArtifactUri.parse("s3://bucket/p/" + key), "http://fake", object),
                OriginProfiles.DEFAULT,
                Optional.of(new PieceLength(16 * MIB)));
    }

    @Test
    void anObjectThatIsAskedForWhileItsPrefixIsReadComesAtOnceUnlessItHasBeenBegun() {
        register("s", "seeder");
        List<OriginObject> objects = Stream.of("a", "z")
                .map(name -> new OriginObject("p/" + name, new VersionedEntry(name, 16L * MIB, "\"v\"")))
                .toList();
        ArtifactId prefix = scheduler.admit(
                new ResolvedArtifact(ArtifactUri.parse("s3://bucket/p/"), "http://fake", false, objects, List.of()),
                OriginProfiles.DEFAULT,
                Optional.of(new PieceLength(16 * MIB)));
        LeaseGrant begun = take("s", 1).get(0);
        ArtifactId first = admitObject("a");
        ArtifactId last = admitObject("z");
        List<LeaseGrant> leases = take("s", 10);
        assertThat(leases).extracting(lease -> lease.artifact().id()).containsExactly(last.hex());
        scheduler.report(leases.get(0).leaseId(), report(leases.get(0), 16 * MIB, 0, 1));
        assertThat(status(last).state()).isEqualTo(ArtifactState.PUBLISHED);
        scheduler.report(begun.leaseId(), report(begun, 16 * MIB, 0, 2));
        assertThat(status(prefix).state()).isEqualTo(ArtifactState.READING);
        assertThat(status(first).state()).as("it waits for the prefix").isEqualTo(ArtifactState.READING);
        assertThat(status(first).originBytes()).isZero();
    }

    @Test
    void readsFromHoldersTakeNothingOfTheOriginsLimits() {
        rig.limits = new OriginBudget.Limits(1, 8 * MIB);
        scheduler = rig.start();
        origin.put("other", 64 * MIB, "\"w\"");
        register("web-s", "seeder");
        ArtifactId first = admit(64);
        read("web-s");
        assertThat(status(first).state()).isEqualTo(ArtifactState.PUBLISHED);
        scheduler.admit(
                origin.resolve(ArtifactUri.parse("s3://bucket/other")),
                OriginProfiles.DEFAULT,
                Optional.of(new PieceLength(16 * MIB)));
        admit(32);
        register("t", "seeder");
        List<LeaseGrant> leases = take("t", 10);
        assertThat(leases)
                .extracting(lease -> lease.reads().get(0).fromHolder())
                .as("one read of the origin is allowed, those from holders are not limited")
                .containsExactlyInAnyOrder(false, true, true);
        assertThat(leases).allSatisfy(lease -> assertThat(lease.bytesPerSecond())
                .isEqualTo(lease.reads().get(0).fromHolder() ? ByteRate.UNLIMITED : 8 * MIB));
    }

    @Test
    void whoGetsNothingFromHoldersLeavesTheLeaseIfNoReadOfTheOriginIsFree() {
        rig.limits = new OriginBudget.Limits(1, 0);
        scheduler = rig.start();
        register("web-s", "seeder");
        admit(64);
        read("web-s");
        origin.put("other", 64 * MIB, "\"w\"");
        scheduler.admit(
                origin.resolve(ArtifactUri.parse("s3://bucket/other")),
                OriginProfiles.DEFAULT,
                Optional.of(new PieceLength(64 * MIB)));
        register("u", "seeder");
        LeaseGrant origins = take("u", 1).get(0);
        ArtifactId second = admit(32);
        register("t", "seeder");
        LeaseGrant lease = take("t", 1).get(0);
        SignRequest rest = new SignRequest(lease.fence(), 0, 5);
        for (int attempt = 0; attempt < 2; attempt++) {
            assertThat(scheduler.sign(lease.leaseId(), rest, LINKS).join().fromHolder())
                    .isTrue();
        }
        assertThat(reason(() -> scheduler.sign(lease.leaseId(), rest, LINKS).join()))
                .isEqualTo(Refused.Reason.STALE_FENCE);
        assertThat(take("t", 10)).as("the only read is taken").isEmpty();
        scheduler.giveBack(origins.leaseId(), new LeaseReturn(origins.fence(), 0, null, null));
        assertThat(take("t", 10))
                .singleElement()
                .matches(granted -> !granted.reads().get(0).fromHolder());
        passAlive(65, "web-s", "t", "u");
        assertThat(take("t", 10))
                .extracting(granted -> granted.reads().get(0).fromHolder())
                .as("after a while holders are asked again")
                .containsExactlyInAnyOrder(false, true, true);
        assertThat(status(second).error()).isNull();
    }

    @Test
    void withoutALiveHolderASecondCutIsReadFromTheOrigin() {
        secondCut();
        scheduler.leave("web-s");
        assertThat(take("t", 10))
                .hasSize(2)
                .allMatch(lease -> !lease.reads().get(0).fromHolder());
    }

    @Test
    void piecesThatSomebodyWaitsForAreLeasedFirst() {
        register("s", "seeder");
        ArtifactId id = admit(16);
        scheduler.want(id, List.of(2));
        assertThat(take("s", 2)).extracting(LeaseGrant::firstPiece).containsExactly(2, 0);
    }

    @Test
    void aLostPieceThatSomebodyWaitsForIsReadAgainAndAWishLapses() {
        register("s", "seeder");
        ArtifactId id = admit(16);
        passAlive(30, "s");
        read("s");
        scheduler.leave("s");
        register("t", "seeder");
        assertThat(take("t", 10)).isEmpty();
        scheduler.want(id, List.of(2));
        assertThat(take("t", 10))
                .singleElement()
                .extracting(LeaseGrant::firstPiece)
                .isEqualTo(2);
        scheduler.want(id, List.of(3));
        passAlive(30, "t");
        assertThat(take("t", 10)).isEmpty();
        assertThatThrownBy(() -> scheduler.want(id, List.of(4)))
                .isInstanceOf(OriginFault.class)
                .hasMessageContaining("4 pieces");
    }

    @Test
    void webSeedsAreLiveNodesSeedersFirstThenThoseThatHoldMost() {
        register("s", "seeder");
        ArtifactId id = admit(16);
        read("s");
        InfoHash infoHash = InfoHash.fromHex(Objects.requireNonNull(status(id).infoHash()));
        assertThat(scheduler.webSeeds(infoHash)).isEmpty();
        List.of("web-idle", "web-some", "web-more").forEach(node -> register(node, "node"));
        register("web-seeder", "seeder");
        scheduler.holdings("web-some", id, null, List.of(0), List.of());
        scheduler.holdings("web-more", id, null, List.of(0, 1), List.of());
        assertThat(scheduler.webSeeds(infoHash))
                .containsExactly(
                        URI.create("http://web-seeder:80"),
                        URI.create("http://web-more:80"),
                        URI.create("http://web-some:80"));
        passAlive(15, "web-more");
        assertThat(scheduler.webSeeds(infoHash)).containsExactly(URI.create("http://web-more:80"));
        for (int i = 0; i < 20; i++) {
            register("web-s" + i, "seeder");
        }
        assertThat(scheduler.webSeeds(infoHash)).hasSize(8);
    }

    @Test
    void aLeaseLivesByHeartbeatsAndItsLastReportedBytesAreWastedWhenItExpires() {
        register("s", "seeder");
        ArtifactId id = admit(64);
        LeaseGrant lease = take("s", 1).get(0);
        for (int i = 0; i < 20; i++) {
            rig.nowNanos += Duration.ofSeconds(5).toNanos();
            assertThat(scheduler
                            .heartbeat(
                                    "s",
                                    new Heartbeat(
                                            List.of(new Heartbeat.Progress(lease.leaseId(), lease.fence(), i * 100L))))
                            .join()
                            .leases())
                    .hasSize(1);
        }
        passAlive(30, "s");
        assertThat(status(id).leasesLive()).isZero();
        Ledger ledger = scheduler.ledger(id);
        assertThat(ledger.wastedBytes()).isEqualTo(1900);
        assertThat(ledger.originBytes()).isEqualTo(1900);
        assertThat(reason(() -> scheduler.report(lease.leaseId(), report(lease, 2000, 0, 1))))
                .isEqualTo(Refused.Reason.STALE_FENCE);
        assertThat(scheduler.ledger(id).wastedBytes()).isEqualTo(2000);
    }

    @Test
    void aReportThatIsRepeatedIsTakenOnceAlsoAfterTheLeaseEndedAndARestart() {
        register("s", "seeder");
        ArtifactId id = admit(64);
        LeaseGrant lease = take("s", 1).get(0);
        for (int i = 0; i < 3; i++) {
            scheduler.report(lease.leaseId(), report(lease, 64 * MIB, 0, 1));
        }
        scheduler.giveBack(lease.leaseId(), new LeaseReturn(lease.fence(), 64 * MIB, null, null));
        restart();
        restart();
        scheduler.report(lease.leaseId(), report(lease, 64 * MIB, 0, 1));
        assertThat(scheduler.ledger(id).originBytes()).isEqualTo(64 * MIB);
        assertThat(scheduler.ledger(id).wastedBytes()).isZero();
    }

    @Test
    void aHashThatCameSoonAfterAnotherIsToldBetweenTwoTicks() {
        register("s", "seeder");
        ArtifactId id = admit(16);
        List<LeaseGrant> leases = take("s", 4);
        CompletableFuture<HashList> first = scheduler.hashes(id, "", Duration.ofSeconds(20));
        scheduler.report(
                leases.get(0).leaseId(),
                report(leases.get(0), 16 * MIB, leases.get(0).firstPiece(), 1));
        CompletableFuture<HashList> second = scheduler.hashes(id, first.join().cursor(), Duration.ofSeconds(20));
        scheduler.report(
                leases.get(1).leaseId(),
                report(leases.get(1), 16 * MIB, leases.get(1).firstPiece(), 1));
        assertThat(second).isNotDone();
        assertThat(rig.timed).hasSize(1);
        assertThat(rig.timed.firstKey() - rig.nowNanos)
                .isEqualTo(Duration.ofMillis(150).toNanos());
        rig.nowNanos = rig.timed.firstKey();
        rig.timed.pollFirstEntry().getValue().run();
        assertThat(second).isDone();
        assertThat(second.join().unpack()).hasSize(1);
    }

    @Test
    void underANameThatThisTrackerGaveNoLeaseNothingIsTaken() {
        register("s", "seeder");
        ArtifactId id = admit(16);
        List<LeaseGrant> leases = take("s", 2);
        LeaseGrant lease = leases.get(0);
        LeaseGrant other = leases.get(1);
        String guessed = lease.fence() + "-" + id;
        String sealOfOther = other.leaseId().substring(other.leaseId().lastIndexOf('-'));
        for (String name : List.of(
                guessed,
                guessed + "-" + "0".repeat(32),
                guessed + sealOfOther,
                new LeaseId(id, lease.fence()).sealed(new SwarmKeys(new byte[] {1})),
                other.leaseId(),
                "nonsense")) {
            SignRequest rest = new SignRequest(lease.fence(), 0, 0);
            LeaseReturn back = new LeaseReturn(lease.fence(), 0, "gone", "NOT_FOUND");
            Heartbeat heartbeat = new Heartbeat(List.of(new Heartbeat.Progress(name, lease.fence(), 5 * MIB)));
            assertThat(reason(() -> scheduler.report(name, report(lease, 16 * MIB, lease.firstPiece(), 1))))
                    .isEqualTo(Refused.Reason.STALE_FENCE);
            assertThat(reason(() -> scheduler.giveBack(name, back))).isEqualTo(Refused.Reason.STALE_FENCE);
            assertThat(reason(() -> scheduler.sign(name, rest, LINKS).join())).isEqualTo(Refused.Reason.STALE_FENCE);
            assertThat(scheduler.heartbeat("s", heartbeat).join().leases()).isEmpty();
        }
        assertThat(status(id).state()).isEqualTo(ArtifactState.READING);
        assertThat(status(id).leasesLive()).isEqualTo(2);
        assertThat(status(id).piecesHashed()).isZero();
        assertThat(scheduler.ledger(id).originBytes()).isZero();
        scheduler.report(lease.leaseId(), report(lease, 16 * MIB, lease.firstPiece(), 1));
        assertThat(status(id).piecesHashed()).isEqualTo(1);
    }

    @Test
    void aPieceWhoseOnlyHolderDiedIsReadAgainVerifiedAndCountedWhileTheArtifactIsUnfinished() {
        register("dies", "seeder");
        register("lives", "seeder");
        ArtifactId id = admit(32);
        LeaseGrant lease = take("dies", 1).get(0);
        scheduler.report(lease.leaseId(), report(lease, 32 * MIB, 0, 1));
        passAlive(35, "lives");
        List<LeaseGrant> again = take("lives", 10);
        LeaseGrant reread = again.get(0);
        assertThat(reread.firstPiece()).isZero();
        assertThat(reread.knownHashes()).containsExactly(String.format("%040x", 1000));
        scheduler.report(reread.leaseId(), report(reread, 32 * MIB, 0, 1));
        Ledger ledger = scheduler.ledger(id);
        assertThat(ledger.rereadPieces()).isEqualTo(1);
        assertThat(ledger.rereadBytes()).isEqualTo(32 * MIB);
        assertThat(ledger.originBytes()).isEqualTo(64 * MIB);
        assertThat(ledger.pieces().get(0).reads()).hasSize(2);
    }

    @Test
    void aPublishedPieceWithoutHolderIsReadAgainOnlyWhileSomebodyWantsIt() {
        register("dies", "seeder");
        ArtifactId id = admit(64);
        read("dies");
        register("lives", "seeder");
        passAlive(35, "lives");
        scheduler.holdings("lives", id, new BitSet(), List.of(), List.of());
        assertThat(take("lives", 1)).as("a seeder wants nothing for itself").isEmpty();
        register("wants", "node");
        assertThat(take("lives", 1)).as("it takes no part yet").isEmpty();
        scheduler.holdings("wants", id, new BitSet(), List.of(), List.of());
        assertThat(take("lives", 1)).hasSize(1);
    }

    @Test
    void aPieceWhoseOnlyKnownHolderLeavesIsNotReadAgainBeforeTheOthersHadTheirTurnToReport() {
        register("reads", "seeder");
        ArtifactId id = admit(16);
        read("reads");
        passAlive(35, "reads");
        register("other", "seeder");
        register("wants", "node");
        scheduler.holdings("wants", id, new BitSet(), List.of(), List.of());
        Duration turn = scheduler.nextHoldings("wants");
        scheduler.leave("reads");
        assertThat(take("other", 1)).as("what it holds may be on its way").isEmpty();
        rig.nowNanos += turn.toNanos();
        scheduler.holdings("wants", id, null, List.of(0, 1, 2), List.of());
        rig.nowNanos += Duration.ofSeconds(1).toNanos();
        assertThat(take("other", 1)).singleElement().satisfies(lease -> assertThat(lease.firstPiece())
                .isEqualTo(3));
    }

    @Test
    void aStockLeechWantsAndAStockSeedHolds() {
        register("dies", "seeder");
        ArtifactId id = admit(64);
        read("dies");
        register("lives", "seeder");
        passAlive(35, "lives");
        InfoHash infoHash = InfoHash.fromHex(String.valueOf(status(id).infoHash()));
        InetSocketAddress leech = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        InetSocketAddress seed = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);
        rig.swarms.put(infoHash, new SwarmPeer(leech, Optional.empty(), false), false, rig.nowNanos);
        rig.swarms.put(infoHash, new SwarmPeer(seed, Optional.empty(), true), false, rig.nowNanos);
        assertThat(take("lives", 1)).isEmpty();
        rig.swarms.remove(infoHash, seed);
        assertThat(take("lives", 1)).hasSize(1);
    }

    @Test
    void afterARestartHoldersHaveOneExpiryToComeBack() {
        register("s", "seeder");
        ArtifactId id = admit(64);
        read("s");
        restart();
        register("other", "seeder");
        register("wants", "node");
        scheduler.holdings("wants", id, new BitSet(), List.of(), List.of());
        passAlive(25, "other", "wants");
        assertThat(take("other", 1)).isEmpty();
        passAlive(10, "other", "wants");
        assertThat(take("other", 1)).hasSize(1);
    }

    @Test
    void aPieceThatDiffersIsRefusedCountedAndInTheEndFailsTheArtifact() {
        register("dies", "seeder");
        ArtifactId id = admit(64);
        read("dies");
        register("lives", "seeder");
        register("wants", "node");
        scheduler.holdings("wants", id, new BitSet(), List.of(), List.of());
        passAlive(35, "lives", "wants");
        for (int i = 1; i <= 3; i++) {
            LeaseGrant lease = take("lives", 1).get(0);
            assertThat(reason(() -> scheduler.report(lease.leaseId(), report(lease, 64 * MIB, 0, 2))))
                    .isEqualTo(Refused.Reason.HASH_MISMATCH);
            assertThat(scheduler.ledger(id).wastedBytes()).isEqualTo(i * 64L * MIB);
        }
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        assertThat(status(id).error()).contains("without its ETag");
        assertThat(scheduler.ledger(id).pieces().get(0).reads())
                .extracting(Ledger.Read::outcome)
                .containsExactly("hashed", "mismatch", "mismatch", "mismatch");
        restart();
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
    }

    @Test
    void fiveFailedAttemptsInARowFailTheArtifactAndLeasesThatFailTogetherAreOne() {
        register("s", "seeder");
        ArtifactId id = admit(16);
        for (int attempt = 1; attempt <= 5; attempt++) {
            assertThat(status(id).state()).isEqualTo(ArtifactState.READING);
            List<LeaseGrant> together = take("s", 4);
            assertThat(together).hasSize(4);
            for (LeaseGrant lease : together) {
                scheduler.giveBack(lease.leaseId(), new LeaseReturn(lease.fence(), 0, "attempt " + attempt, "FAILED"));
            }
            assertThat(take("s", 1)).as("it rests").isEmpty();
            passAlive(10, "s");
        }
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        assertThat(status(id).error()).isEqualTo("attempt 5");
        assertThat(admit(16)).isEqualTo(id);
        assertThat(status(id).state()).isEqualTo(ArtifactState.READING);
    }

    @Test
    void anOriginThatFailsForOneNodeIsTriedByAnotherAtOnce() {
        register("a", "seeder");
        register("b", "seeder");
        origin.put("long", 10 * 16L * MIB, "\"v\"");
        ArtifactId id = scheduler.admit(
                origin.resolve(ArtifactUri.parse("s3://bucket/long")),
                OriginProfiles.DEFAULT,
                Optional.of(new PieceLength(16 * MIB)));
        for (int attempt = 1; attempt <= 10; attempt++) {
            for (LeaseGrant lease : take("a", 1)) {
                scheduler.giveBack(lease.leaseId(), new LeaseReturn(lease.fence(), 0, "no route", "FAILED"));
            }
            CompletableFuture<LeaseGrants> failing = scheduler.takeLeases("a", 1, Duration.ofSeconds(20), LINKS);
            CompletableFuture<LeaseGrants> next = scheduler.takeLeases("b", 1, Duration.ofSeconds(20), LINKS);
            assertThat(failing).isNotDone();
            assertThat(next).isDone();
            assertThat(take("a", 0)).isEmpty();
            LeaseGrant lease = next.join().leases().get(0);
            scheduler.report(lease.leaseId(), report(lease, 16 * MIB, lease.firstPiece(), 1));
            passAlive(5, "a", "b");
        }
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void whoCannotReadAnOriginLeavesItToThoseWhoCanAndIfNobodyCanItFails() {
        register("a", "seeder");
        register("b", "seeder");
        ArtifactId id = admit(16);
        LeaseGrant first = take("a", 1).get(0);
        scheduler.giveBack(
                first.leaseId(), new LeaseReturn(first.fence(), 0, "not mounted", LeaseReturn.NOT_FROM_HERE));
        passAlive(40, "a", "b");
        assertThat(take("a", 1)).isEmpty();
        LeaseGrant second = take("b", 1).get(0);
        assertThat(status(id).error()).isNull();
        scheduler.giveBack(
                second.leaseId(), new LeaseReturn(second.fence(), 0, "no such root", LeaseReturn.NOT_FROM_HERE));
        assertThat(status(id).error()).isEqualTo("no such root");
        admit(16);
        assertThat(take("a", 1)).hasSize(1);
    }

    @Test
    void neverAreMoreReadsUnderWayThanAllowed() {
        rig.limits = new OriginBudget.Limits(2, 0);
        restart();
        register("s", "seeder");
        register("t", "seeder");
        ArtifactId id = admit(16);
        List<LeaseGrant> two = take("s", 10);
        assertThat(two).hasSize(2);
        assertThat(take("t", 10)).isEmpty();
        scheduler.report(
                two.get(0).leaseId(), report(two.get(0), 16 * MIB, two.get(0).firstPiece(), 1));
        LeaseGrant third = take("t", 10).get(0);
        assertThat(take("s", 10)).isEmpty();

        // The artifact fails, but for all that the tracker knows the other is still being read.
        scheduler.giveBack(third.leaseId(), new LeaseReturn(third.fence(), 0, "gone", "NOT_FOUND"));
        assertThat(status(id).leasesLive()).isZero();
        admit(32);
        LeaseGrant next = take("t", 10).get(0);
        assertThat(take("t", 10)).isEmpty();
        LeaseGrant cut = two.get(1);
        scheduler.giveBack(cut.leaseId(), new LeaseReturn(cut.fence(), 0, null, null));
        assertThat(take("t", 10)).hasSize(1);
        scheduler.giveBack(next.leaseId(), new LeaseReturn(next.fence(), 0, "gone", "NOT_FOUND"));
        admit(16);
        assertThat(take("s", 10)).hasSize(1);
        passAlive(30, "s", "t");
        assertThat(take("s", 10))
                .as("whoever has not said so has stopped by now")
                .hasSize(2);
    }

    @Test
    void liveLeasesShareTheRateAndGiveSomeOfItToWhoHasNone() {
        rig.limits = new OriginBudget.Limits(100, 8 * MIB);
        restart();
        register("s", "seeder");
        register("t", "seeder");
        admit(16);
        LeaseGrant alone = take("s", 1).get(0);
        assertThat(alone.bytesPerSecond()).isEqualTo(8 * MIB);
        assertThat(take("t", 1)).as("nothing is left").isEmpty();
        Heartbeat alive = new Heartbeat(List.of(new Heartbeat.Progress(alone.leaseId(), alone.fence(), 0)));
        assertThat(scheduler.heartbeat("s", alive).join().leases().get(0).bytesPerSecond())
                .isEqualTo(4 * MIB);
        List<LeaseGrant> others = take("t", 2);
        assertThat(others).extracting(LeaseGrant::bytesPerSecond).containsExactly(2L * MIB, 2L * MIB);
        others.forEach(lease -> scheduler.report(lease.leaseId(), report(lease, 16 * MIB, lease.firstPiece(), 1)));
        assertThat(scheduler.heartbeat("s", alive).join().leases().get(0).bytesPerSecond())
                .isEqualTo(8 * MIB);
    }

    @Test
    void whatHasNoRangesIsOneLeaseAlsoAfterARestart() {
        register("s", "seeder");
        ArtifactId id = scheduler.admit(
                origin.resolve(OBJECT).withoutRanges(), OriginProfiles.DEFAULT, Optional.of(new PieceLength(MIB)));
        scheduler.want(id, List.of(5));
        LeaseGrant whole = take("s", 10).get(0);
        assertThat(whole.firstPiece()).isZero();
        assertThat(whole.pieceCount()).isEqualTo(64);
        assertThat(whole.reads()).hasSize(1);
        scheduler.report(whole.leaseId(), report(whole, MIB, 0, 1));
        assertThat(take("s", 10)).isEmpty();
        scheduler.giveBack(whole.leaseId(), new LeaseReturn(whole.fence(), MIB, null, null));
        restart();
        register("s", "seeder");
        assertThat(take("s", 10))
                .extracting(LeaseGrant::firstPiece, LeaseGrant::pieceCount)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(1, 63));
    }

    @Test
    void anArtifactThatTheOriginNoLongerHasFailsAtOnceAndEndsItsLeases() {
        register("s", "seeder");
        ArtifactId id = admit(16);
        CompletableFuture<ArtifactStatus> waiting = scheduler.artifact(id, LINKS, Duration.ofSeconds(50));
        List<LeaseGrant> leases = take("s", 2);
        scheduler.giveBack(
                leases.get(0).leaseId(), new LeaseReturn(leases.get(0).fence(), 0, "no such key", "NOT_FOUND"));
        assertThat(waiting).isDone();
        assertThat(waiting.join().errorKind()).isEqualTo("NOT_FOUND");
        assertThat(waiting.join().leasesLive()).isZero();
        assertThat(reason(() -> scheduler.report(leases.get(1).leaseId(), report(leases.get(1), 9, 1, 1))))
                .isEqualTo(Refused.Reason.STALE_FENCE);
        assertThat(take("s", 1)).isEmpty();
    }

    @Test
    void aRestartKeepsLeasesFencesAndCounts() {
        register("s", "seeder");
        ArtifactId id = admit(16);
        List<LeaseGrant> leases = take("s", 2);
        scheduler.report(leases.get(0).leaseId(), report(leases.get(0), 16 * MIB + 5, 0, 1));
        Ledger before = scheduler.ledger(id);
        restart();
        restart(); // once from the journal as it grew, once from its rewritten form
        Ledger after = scheduler.ledger(id);
        assertThat(after.originBytes()).isEqualTo(before.originBytes());
        assertThat(after.pieces())
                .extracting(Ledger.Piece::state)
                .containsExactly("hashed", "leased", "unread", "unread");
        register("other", "seeder");
        List<LeaseGrant> more = take("other", 10);
        assertThat(more).extracting(LeaseGrant::firstPiece).containsExactly(2, 3);
        assertThat(more.get(0).fence()).isGreaterThan(leases.get(1).fence());
        pass(29);
        assertThat(status(id).leasesLive()).isEqualTo(3);
        pass(1);
        assertThat(status(id).leasesLive()).isZero();
    }

    @Test
    void whoIsSilentOrWantsNothingDoesNotStandInTheWayOfTheNext() {
        register("silent", "seeder");
        pass(12);
        register("modest", "seeder");
        register("s", "seeder");
        CompletableFuture<LeaseGrants> silent = scheduler.takeLeases("silent", 1, Duration.ofSeconds(60), LINKS);
        CompletableFuture<LeaseGrants> modest = scheduler.takeLeases("modest", 0, Duration.ofSeconds(60), LINKS);
        CompletableFuture<LeaseGrants> next = scheduler.takeLeases("s", 1, Duration.ofSeconds(60), LINKS);
        admit(16);
        assertThat(silent).isNotDone();
        assertThat(modest).isNotDone();
        assertThat(next.join().leases()).hasSize(1);
    }

    @Test
    void theOneWhoHasWaitedLongestIsServedFirstAndTheRestWhenThereIsWorkAgain() {
        List<CompletableFuture<LeaseGrants>> waiting = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            register("s" + i, "seeder");
            waiting.add(scheduler.takeLeases("s" + i, 1, Duration.ofSeconds(60), LINKS));
        }
        admit(16);
        assertThat(waiting.stream().map(CompletableFuture::isDone))
                .containsExactly(true, true, true, true, false, false);
        LeaseGrant first = waiting.get(0).join().leases().get(0);
        scheduler.giveBack(first.leaseId(), new LeaseReturn(first.fence(), 0, null, null));
        assertThat(waiting.get(4).join().leases().get(0).firstPiece()).isEqualTo(first.firstPiece());
        assertThat(waiting.get(5)).isNotDone();
    }

    @Test
    void waitingEndsWithNothingAfterTheWaitAndANodeWaitsOnce() {
        register("s", "seeder");
        CompletableFuture<LeaseGrants> first = scheduler.takeLeases("s", 1, Duration.ofSeconds(3), LINKS);
        CompletableFuture<LeaseGrants> second = scheduler.takeLeases("s", 1, Duration.ofSeconds(3), LINKS);
        assertThat(first).isDone();
        assertThat(second).isNotDone();
        pass(3);
        assertThat(second.join().leases()).isEmpty();
    }

    @Test
    void aSilentNodeIsNotGivenWorkAndIsForgottenAfterTheExpiry() {
        register("s", "seeder");
        CompletableFuture<LeaseGrants> waiting = scheduler.takeLeases("s", 1, Duration.ofSeconds(60), LINKS);
        pass(12);
        admit(64);
        assertThat(waiting).isNotDone();
        pass(19);
        assertThat(waiting.join().leases()).isEmpty();
        assertThatThrownBy(() -> scheduler.heartbeat("s", new Heartbeat(List.of())))
                .isInstanceOf(Refused.class);
    }

    @Test
    void aPieceOfManyTinyObjectsIsOneLeaseAndItsRenewalSignsAFewOfItsReads() {
        register("s", "seeder");
        List<OriginObject> objects = IntStream.range(0, 1500)
                .mapToObj(i -> String.format("%04d", i))
                .map(name -> new OriginObject("many/" + name, new VersionedEntry(name, 10, "\"v\"")))
                .toList();
        ResolvedArtifact prefix = new ResolvedArtifact(
                ArtifactUri.parse("s3://bucket/many/"), "http://fake", false, objects, List.of("void"));
        ArtifactId id = scheduler.admit(prefix, OriginProfiles.DEFAULT, Optional.of(new PieceLength(16 * 1024)));
        LeaseGrant lease = take("s", 10).get(0);
        assertThat(lease.reads()).hasSize(1500);
        HeartbeatReply.Renewal renewal = scheduler
                .heartbeat("s", new Heartbeat(List.of(new Heartbeat.Progress(lease.leaseId(), lease.fence(), 0))))
                .join()
                .leases()
                .get(0);
        assertThat(renewal.reads()).isEqualTo(lease.reads().subList(0, 64));

        restart();
        assertThat(status(id).files()).hasSize(1500);
        assertThat(status(id).directories()).containsExactly("void");
        scheduler.report(lease.leaseId(), report(lease, 15_000, 0, 1));
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void closingAnswersWhoWaits() {
        register("s", "seeder");
        ArtifactId id = admit(64);
        take("s", 1);
        CompletableFuture<LeaseGrants> leases = scheduler.takeLeases("s", 1, Duration.ofSeconds(60), LINKS);
        CompletableFuture<ArtifactStatus> artifact = scheduler.artifact(id, LINKS, Duration.ofSeconds(60));
        scheduler.close();
        assertThat(leases).isDone();
        assertThat(artifact).isDone();
    }
}
