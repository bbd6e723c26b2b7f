package dev.piecewise.seeder.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.DataDirectoryStore;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.Holdings;
import dev.piecewise.trackerclient.api.HoldingsReport;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PeerNews;
import dev.piecewise.trackerclient.api.TransferReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParticipantTest {
    private static final int PIECE = 16 * 1024;
    private static final ArtifactId ID = new ArtifactId("cd".repeat(32));
    private static final ArtifactId OTHER = new ArtifactId("ef".repeat(32));
    private static final ArtifactContent CONTENT = new ArtifactContent(
            "f", true, List.of(new FileEntry("f", 10L * PIECE)), new PieceLayout(10L * PIECE, PIECE));

    private final FakeTracker tracker = new FakeTracker();
    private FakeEngine engine = new FakeEngine();

    @TempDir
    private Path directory;

    private DataDirectory data;
    private Participant participant;

    @BeforeEach
    void open() {
        data = DataDirectory.open(directory);
        participant = participant();
    }

    private Participant participant() {
        return new Participant(
                tracker,
                new DataDirectoryStore(data),
                engine,
                new NodeRegistration("n1", "node", false, "host"),
                LeaseKeeper.NONE,
                System::nanoTime);
    }

    @AfterEach
    void close() {
        participant.close();
        data.close();
    }

    private static void hold(StoredArtifact artifact, int piece) {
        artifact.write((long) piece * PIECE, ByteBuffer.allocate(PIECE));
        artifact.markHeld(piece);
    }

    private static InfoDictionary info() {
        return new InfoDictionary(CONTENT, Collections.nCopies(10, PieceHash.of(new byte[20])), true);
    }

    private static ArtifactStatus reading() {
        return new ArtifactStatus(
                ID.hex(),
                "s3://b/f",
                "v1",
                "f",
                true,
                CONTENT.files(),
                List.of(),
                ArtifactState.READING,
                10L * PIECE,
                PIECE,
                10,
                true,
                0,
                0,
                null,
                null,
                null,
                null,
                null,
                0,
                0,
                0,
                1);
    }

    @Test
    void holdingsAreReportedWholeThenAsChanges() {
        participant.start();
        StoredArtifact artifact = participant.share(ID, CONTENT);
        Eventually.await("the bitfield", () -> !tracker.holdings.isEmpty());
        assertThat(tracker.holdings.get(0).bitfield()).isEqualTo("AAA=");
        hold(artifact, 0);
        hold(artifact, 9);
        Eventually.await("the changes", () -> added().containsAll(List.of(0, 9)));
        assertThat(tracker.holdings.stream().skip(1)).allMatch(holdings -> holdings.bitfield() == null);
    }

    @Test
    void changesWaitUntilTheTrackerWantsThemAndGoWithTheNextThatIsUrgentInOneCall() {
        tracker.holdingsSeconds = 1000;
        tracker.nextHeartbeatSeconds = 0.1;
        tracker.heartbeatSeconds = 0.1;
        participant.start();
        StoredArtifact artifact = participant.share(ID, CONTENT);
        Eventually.await("the bitfield", () -> !tracker.holdings.isEmpty());
        hold(artifact, 0);
        int before = tracker.heartbeats.get();
        Eventually.await("time passes", () -> tracker.heartbeats.get() > before + 5);
        assertThat(tracker.holdingsReports).hasSize(1);
        participant.share(OTHER, CONTENT);
        Eventually.await("the other one's bitfield", () -> tracker.holdings.size() == 3);
        assertThat(tracker.holdingsReports).hasSize(2);
        assertThat(tracker.holdingsReports.get(1).artifacts())
                .extracting(HoldingsReport.Part::artifactId)
                .containsExactly(ID.hex(), OTHER.hex());
        assertThat(tracker.holdings.get(1).added()).containsExactly(0);
    }

    @Test
    void heartbeatsComeAsOftenAsTheTrackerSaidLast() {
        tracker.heartbeatSeconds = 1000;
        tracker.nextHeartbeatSeconds = 0.02;
        participant.start();
        participant.beatSoon();
        Eventually.await("many heartbeats", () -> tracker.heartbeats.get() > 5);
    }

    @Test
    void whatAFetchTookIsToldWithTheHoldingsOrTheNextHeartbeat() {
        participant.start();
        StoredArtifact artifact = participant.share(ID, CONTENT);
        participant.asked(ID, System.nanoTime());
        for (int piece = 0; piece < 10; piece++) {
            hold(artifact, piece);
        }
        Eventually.await("the completion", () -> Stream.concat(
                        tracker.holdings.stream().flatMap(holdings -> Stream.ofNullable(holdings.transfer())),
                        tracker.transfers.stream().map(Heartbeat.Transfer::report))
                .anyMatch(transfer -> transfer.tookSeconds() != null));
    }

    @Test
    void aHeartbeatThatIsWantedSoonComesBeforeItsTime() {
        tracker.heartbeatSeconds = 1000;
        participant.start();
        assertThat(tracker.report).isNull();
        participant.beatSoon();
        Eventually.await("a heartbeat", () -> tracker.report != null);
    }

    @Test
    void whatAProcessThatLeavesHasNotToldYetItTellsThen() {
        tracker.heartbeatSeconds = 1000;
        participant.start();
        StoredArtifact artifact = participant.share(ID, CONTENT);
        Eventually.await("the bitfield", () -> !tracker.holdings.isEmpty());
        participant.asked(ID, System.nanoTime());
        for (int piece = 0; piece < 10; piece++) {
            hold(artifact, piece);
        }
        participant.close();
        assertThat(tracker.transfers).hasSize(1);
        assertThat(tracker.transfers.get(0).report().tookSeconds()).isNotNull();
        assertThat(tracker.left).containsExactly("n1");
    }

    @Test
    void anAbandonedFetchIsToldAsGivenUp() {
        participant.start();
        participant.share(ID, CONTENT);
        participant.asked(ID, System.nanoTime());
        participant.withdraw(ID);
        Eventually.await("the withdrawal", () -> tracker.holdings.stream()
                .flatMap(holdings -> Stream.ofNullable(holdings.transfer()))
                .anyMatch(TransferReport::gaveUp));
    }

    private List<Integer> added() {
        return tracker.holdings.stream()
                .flatMap(holdings -> holdings.added().stream())
                .toList();
    }

    @Test
    void aBitfieldHasPieceZeroInTheHighBit() {
        BitSet held = new BitSet();
        held.set(0);
        held.set(9);
        assertThat(HoldingsReporter.bitfield(held, 10)).isEqualTo("gEA=");
    }

    @Test
    void aForgottenProcessRegistersAgainAndSendsItsHoldingsWhole() {
        participant.start();
        hold(participant.share(ID, CONTENT), 0);
        Eventually.await("the holdings", () -> !tracker.holdings.isEmpty());
        tracker.holdings.clear();
        tracker.known = false;
        Eventually.await("registered again", () -> tracker.registrations.size() == 2);
        Eventually.await("the bitfield", () -> tracker.holdings.stream().anyMatch(this::isWholeWithPieceZero));
    }

    private boolean isWholeWithPieceZero(Holdings holdings) {
        return "gAA=".equals(holdings.bitfield());
    }

    @Test
    void aTrackerThatIsAwayAtTheStartIsWaitedFor() {
        tracker.away = true;
        participant.start();
        participant.share(ID, CONTENT);
        tracker.away = false;
        Eventually.await("registered", () -> !tracker.registrations.isEmpty());
        Eventually.await("reported", () -> !tracker.holdings.isEmpty());
    }

    @Test
    void noBitfieldIsSentWhileAnAcknowledgedPieceIsNotMarkedYet() {
        participant.start();
        participant.share(ID, CONTENT);
        Eventually.await("the bitfield", () -> !tracker.holdings.isEmpty());
        int before = tracker.holdings.size();
        Lock acknowledging = participant.acknowledging(ID);
        acknowledging.lock();
        try {
            participant.reportAnew(ID);
            long until = System.nanoTime() + 400_000_000L;
            Eventually.await("some time", () -> System.nanoTime() > until);
            assertThat(tracker.holdings).hasSize(before);
        } finally {
            acknowledging.unlock();
        }
        Eventually.await("the bitfield", () -> tracker.holdings.size() > before);
    }

    @Test
    void joiningTwiceIsOneSwarmAndWithdrawingTellsTheTracker() {
        participant.start();
        assertThat(participant.join(ID, info())).isSameAs(participant.join(ID, info()));
        assertThat(engine.joined).hasSize(1);
        hold(participant.share(ID, CONTENT), 0);
        Eventually.await("the piece is reported", () -> !tracker.holdings.isEmpty());
        participant.withdraw(ID);
        assertThat(engine.joined).isEmpty();
        Eventually.await("nothing is offered", () -> "AAA="
                .equals(tracker.holdings.get(tracker.holdings.size() - 1).bitfield()));
    }

    @Test
    void aBrokenSwarmIsJoinedAnew() {
        participant.start();
        Swarm broken = participant.join(ID, info());
        engine.firstFailure.completeExceptionally(new IllegalStateException("full disk"));
        assertThat(participant.join(ID, info())).isNotSameAs(broken);
        assertThat(engine.joined).hasSize(1);
    }

    @Test
    void whatIsStoredIsSeededAgainAfterARestart() {
        participant.start();
        participant.join(ID, info());
        participant.close();
        data.close();
        engine = new FakeEngine();
        data = DataDirectory.open(directory);
        participant = participant();
        participant.start();
        assertThat(participant.resumeStored()).isEmpty();
        assertThat(engine.joined).hasSize(1);
        assertThat(engine.joined.get(0).infoHashes()).containsExactly(info().infoHash());
    }

    @Test
    void whatWasNotPublishedYetIsNamedAfterARestart() {
        participant.start();
        participant.share(ID, CONTENT);
        assertThat(participant.resumeStored()).containsExactly(ID);
        assertThat(engine.joined).isEmpty();
    }

    @Test
    void whereATorrentIsRecordedThatProvedWrongNothingGrows() throws Exception {
        participant.start();
        participant.join(ID, info());
        participant.withdraw(ID);
        assertThat(participant.grow(reading())).isEmpty();
        assertThat(engine.joined).isEmpty();
    }

    @Test
    void aTorrentThatIsKnownFromElsewhereEndsTheGrowthInTheSameSwarm() throws Exception {
        participant.start();
        tracker.artifacts.put(ID, reading());
        Growth growth = participant.grow(reading()).orElseThrow();
        participant.join(ID, info());
        assertThat(engine.joined).hasSize(1);
        assertThat(engine.laterNames).containsExactly(info().infoHash());
        assertThat(engine.verifiable).contains(0, 9);
        assertThat(growth.infoHash()).contains(info().infoHash());
        assertThat(participant.infoHash(ID)).contains(info().infoHash());
        assertThat(participant.grows(ID)).isFalse();
    }

    @Test
    void whoJoinsASwarmIsToldToThatSwarm() {
        participant.start();
        participant.join(ID, info());
        tracker.newcomers.add(new PeerNews.Newcomer("ab".repeat(20), "127.0.0.1", 1));
        tracker.newcomers.add(new PeerNews.Newcomer(info().infoHash().hex(), "127.0.0.1", 2));
        Eventually.await("the newcomer", () -> !engine.introduced.isEmpty());
        assertThat(engine.introduced).containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), 2));
    }

    @Test
    void aForgottenProcessAnnouncesItsSwarmsAgain() {
        participant.start();
        participant.join(ID, info());
        tracker.known = false;
        Eventually.await("registered again", () -> tracker.registrations.size() == 2);
        Eventually.await("announced again", () -> engine.announced.get() > 0);
    }

    @Test
    void closingLeavesTheTracker() {
        participant.start();
        participant.close();
        assertThat(tracker.left).containsExactly("n1");
        assertThat(engine.closed).isTrue();
        assertThatThrownBy(() -> participant.join(ID, info())).hasMessageContaining("closing");
    }

    @Test
    void aThreadThatDiesIsTold() {
        try (Worker worker = participant.worker("doomed", () -> {
            throw new IllegalStateException("bug");
        })) {
            assertThat(worker).isNotNull();
            Eventually.await(
                    "the failure",
                    () -> participant.failure().toCompletableFuture().isCompletedExceptionally());
        }
        assertThatThrownBy(() -> participant.failure().toCompletableFuture().join())
                .hasMessageContaining("doomed");
    }
}
