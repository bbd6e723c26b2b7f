package dev.piecewise.tracker.artifact;

import static dev.piecewise.tracker.artifact.SchedulerRig.LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.Place;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.core.metainfo.TorrentSource;
import dev.piecewise.tracker.FakeOrigin;
import dev.piecewise.tracker.announce.SwarmPeer;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.Ledger;
import dev.piecewise.trackerclient.api.PieceReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An object of three pieces whose torrent was made elsewhere. */
class RegistrationsTest {
    private static final int MIB = 1024 * 1024;
    private static final long SIZE = 40L * MIB;
    private static final int PIECES = 3;
    private static final String OBJECT = "s3://bucket/k";

    private final FakeOrigin origin = new FakeOrigin().put("k", SIZE, "\"v1\"");
    private final SchedulerRig rig = new SchedulerRig(SchedulerRig.bucket(origin));
    private Scheduler scheduler = rig.start();
    private Admissions admissions = admissions();

    private Admissions admissions() {
        return new Admissions(SchedulerRig.bucket(origin), Runnable::run, scheduler);
    }

    private void restart() {
        scheduler = rig.restart();
        admissions = admissions();
    }

    private static PieceHash hash(int content, int piece) {
        return PieceHash.fromHex(String.format("%040x", 1000 * content + piece));
    }

    private static InfoDictionary info(String name, long size, boolean privateTorrent, int content) {
        ArtifactContent of =
                new ArtifactContent(name, true, List.of(new FileEntry(name, size)), new PieceLayout(size, 16 * MIB));
        List<PieceHash> hashes = IntStream.range(0, of.layout().pieceCount())
                .mapToObj(piece -> hash(content, piece))
                .toList();
        return new InfoDictionary(of, hashes, privateTorrent);
    }

    private static byte[] torrent(InfoDictionary info, @Nullable String version) {
        Metainfo metainfo = Metainfo.of(info, Optional.empty(), List.of());
        return (version == null ? metainfo : metainfo.withSource(new TorrentSource(OBJECT, List.of(version)))).encode();
    }

    private static byte[] rightTorrent() {
        return torrent(info("k", SIZE, true, 1), "\"v1\"");
    }

    private ArtifactId register(byte[] torrent) {
        return register(torrent, Optional.empty());
    }

    private ArtifactId register(byte[] torrent, Optional<String> uri) {
        try {
            return new Registrations(admissions, scheduler)
                    .register(torrent, uri, Optional.empty())
                    .join();
        } catch (CompletionException e) {
            throw (RuntimeException) e.getCause();
        }
    }

    private void node(String id, String role) {
        scheduler.register(new NodeRegistry.Node(
                id,
                role,
                role.equals("seeder") ? Ingest.ONLY : Ingest.NEVER,
                Optional.empty(),
                Optional.empty(),
                Place.UNKNOWN,
                rig.nowNanos));
    }

    private void wants(String node, ArtifactId id) {
        node(node, "node");
        scheduler.holdings(node, id, new BitSet(), List.of(), List.of());
    }

    private List<LeaseGrant> take(String node) {
        return scheduler.takeLeases(node, 10, Duration.ZERO, LINKS).join().leases();
    }

    private void read(LeaseGrant lease, int content) {
        for (int piece = lease.firstPiece(); piece < lease.firstPiece() + lease.pieceCount(); piece++) {
            long read = Math.min((piece + 1L) * 16 * MIB, SIZE) - lease.firstPiece() * 16L * MIB;
            scheduler.report(
                    lease.leaseId(),
                    new PieceReport(
                            lease.fence(),
                            read,
                            List.of(new PieceReport.HashedPiece(
                                    piece, hash(content, piece).hex()))));
        }
    }

    private void giveBackAsDifferent(LeaseGrant lease) {
        scheduler.giveBack(
                lease.leaseId(),
                new LeaseReturn(lease.fence(), 16L * MIB, "piece 0 has another SHA-1", LeaseReturn.HASH_MISMATCH));
    }

    private ArtifactStatus status(ArtifactId id) {
        return scheduler.artifact(id, LINKS);
    }

    @Test
    void isPublishedAtOnceThoughNoPieceWasReadAndReadOnlyWhenSomebodyWantsIt() {
        node("s", "seeder");
        ArtifactId id = register(rightTorrent());
        InfoHash infoHash = info("k", SIZE, true, 1).infoHash();
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(status(id).infoHash()).isEqualTo(infoHash.hex());
        assertThat(status(id).magnet()).isNotNull();
        assertThat(status(id).torrentUrl()).isNotNull();
        assertThat(scheduler.torrent(infoHash)).contains(info("k", SIZE, true, 1));
        assertThat(scheduler.ledger(id).pieces()).hasSize(PIECES).allSatisfy(piece -> {
            assertThat(piece.state()).isEqualTo("unread");
            assertThat(piece.sha1()).isEqualTo(hash(1, piece.piece()).hex());
        });
        assertThat(take("s")).isEmpty();

        wants("n", id);
        List<LeaseGrant> leases = take("s");
        assertThat(leases.get(0).knownHashes()).containsExactly(hash(1, 0).hex());
        leases.forEach(lease -> read(lease, 1));
        Ledger ledger = scheduler.ledger(id);
        assertThat(ledger.originBytes()).isEqualTo(SIZE);
        assertThat(ledger.wastedBytes()).isZero();
        assertThat(ledger.rereadPieces()).as("a first read").isZero();
        assertThat(ledger.pieces()).extracting(Ledger.Piece::state).containsOnly("hashed");
        assertThat(take("s")).isEmpty();
    }

    @Test
    void aStockClientThatLeechesMakesItReadAndOneThatSeedsKeepsItUnread() {
        node("s", "seeder");
        ArtifactId id = register(rightTorrent());
        InfoHash infoHash = scheduler.torrent(id).infoHash();
        InetSocketAddress leech = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        InetSocketAddress seed = new InetSocketAddress(InetAddress.getLoopbackAddress(), 2);
        rig.swarms.put(infoHash, new SwarmPeer(leech, Optional.empty(), false), false, rig.nowNanos);
        rig.swarms.put(infoHash, new SwarmPeer(seed, Optional.empty(), true), false, rig.nowNanos);
        assertThat(take("s")).isEmpty();
        rig.swarms.remove(infoHash, seed);
        assertThat(take("s")).hasSize(PIECES);
    }

    @Test
    void survivesARestartAndIsThenReadWithoutWaitingForFormerHolders() {
        ArtifactId id = register(rightTorrent());
        for (int i = 0; i < 2; i++) { // once from the events, once from the snapshot
            restart();
            assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
            assertThat(scheduler.ledger(id).pieces())
                    .extracting(Ledger.Piece::state)
                    .containsOnly("unread");
        }
        node("s", "seeder");
        assertThat(take("s")).isEmpty();
        wants("n", id);
        take("s").forEach(lease -> read(lease, 1));
        assertThat(scheduler.ledger(id).rereadPieces()).isZero();
        restart();
        assertThat(scheduler.ledger(id).pieces())
                .extracting(Ledger.Piece::state)
                .containsOnly("hashed");
    }

    @Test
    void registeringAgainChangesNothing() {
        ArtifactId id = register(rightTorrent());
        int events = rig.journal.size();
        assertThat(register(rightTorrent())).isEqualTo(id);
        assertThat(rig.journal).hasSize(events);
        assertThat(admissions.request(new ArtifactRequest(OBJECT, null)).join()).isEqualTo(id);
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void completesAnArtifactThatIsBeingReadAndALateReadStillCounts() {
        node("s", "seeder");
        ArtifactId id = admissions.request(new ArtifactRequest(OBJECT, "16MiB")).join();
        List<LeaseGrant> leases = take("s");
        read(leases.get(0), 1);
        register(rightTorrent());
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
        read(leases.get(1), 1);
        read(leases.get(2), 1);
        assertThat(scheduler.ledger(id).originBytes()).isEqualTo(SIZE);
        assertThat(scheduler.ledger(id).rereadPieces()).isZero();
    }

    @Test
    void oneThatContradictsWhatWasReadIsRefusedAndChangesNothing() {
        node("s", "seeder");
        ArtifactId id = admissions.request(new ArtifactRequest(OBJECT, "16MiB")).join();
        read(take("s").get(0), 2);
        assertThatThrownBy(() -> register(rightTorrent()))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("piece 0");
        assertThat(status(id).piecesHashed()).isOne();
    }

    @Test
    void whatDiffersFromTheOriginIsNamedAndNothingIsAdmitted() {
        refused(torrent(info("k", SIZE, true, 1), "\"v0\""), "version \"v1\" now", "made of \"v0\"");
        refused(torrent(info("k", SIZE - 1, true, 1), "\"v1\""), "" + SIZE, "" + (SIZE - 1));
        refused(torrent(info("other", SIZE, true, 1), "\"v1\""), "'k'", "'other'");
        refused(torrent(info("k", SIZE, false, 1), "\"v1\""), "not private", "--private");
        assertThat(scheduler.artifacts(LINKS).artifacts()).isEmpty();
    }

    private void refused(byte[] torrent, String... parts) {
        assertThatThrownBy(() -> register(torrent))
                .isInstanceOfSatisfying(Refused.class, refused -> assertThat(refused.reason())
                        .isEqualTo(Refused.Reason.TORRENT_DIFFERS))
                .hasMessageContainingAll(parts)
                .hasMessageContaining(OBJECT);
    }

    @Test
    void withoutASourceTheUriMustBeNamed() {
        byte[] foreign = torrent(info("k", SIZE, true, 1), null);
        assertThatThrownBy(() -> register(foreign))
                .isInstanceOfSatisfying(
                        OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.USAGE))
                .hasMessageContaining("--uri");
        assertThat(status(register(foreign, Optional.of(OBJECT))).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void outsideAllowAndWhatIsNoTorrentAreRefused() {
        assertThatThrownBy(() -> register(rightTorrent(), Optional.of("s3://other/k")))
                .isInstanceOfSatisfying(
                        OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.DENIED))
                .hasMessageContaining("--allow");
        assertThatThrownBy(() -> register(new byte[] {1, 2, 3}))
                .isInstanceOfSatisfying(
                        OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.USAGE))
                .hasMessageContaining("not a torrent");
    }

    @Test
    void aWrongHashFailsTheArtifactIsServedNoLongerAndAskingAnewHashesTheOriginsBytes() {
        node("s", "seeder");
        ArtifactId id = register(torrent(info("k", SIZE, true, 9), "\"v1\""));
        InfoHash wrong = scheduler.torrent(id).infoHash();
        wants("n", id);
        for (int i = 0; i < Attempts.MAX_MISMATCHES; i++) {
            assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
            List<LeaseGrant> leases = take("s");
            giveBackAsDifferent(leases.get(0));
            leases.stream().skip(1).forEach(lease -> read(lease, 9)); // the last two pieces are right
        }
        isFailedAndNotServed(id, wrong);
        restart();
        isFailedAndNotServed(id, wrong);
        restart();
        isFailedAndNotServed(id, wrong);

        assertThat(admissions.request(new ArtifactRequest(OBJECT, "16MiB")).join())
                .isEqualTo(id);
        assertThat(status(id).state()).isEqualTo(ArtifactState.READING);
        assertThat(scheduler.ledger(id).pieces())
                .extracting(Ledger.Piece::state)
                .containsExactly("unread", "hashed", "hashed");
        node("s", "seeder");
        LeaseGrant again = take("s").get(0);
        assertThat(again.knownHashes()).containsOnlyNulls();
        read(again, 1);
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(status(id).infoHash()).isNotEqualTo(wrong.hex());
    }

    private void isFailedAndNotServed(ArtifactId id, InfoHash wrong) {
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        assertThat(status(id).error()).contains("piece 0", "registered", "wrong");
        assertThat(status(id).infoHash()).isNull();
        assertThat(scheduler.torrent(wrong)).isEmpty();
    }
}
