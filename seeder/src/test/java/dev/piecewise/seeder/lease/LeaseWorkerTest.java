package dev.piecewise.seeder.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.SignedRead;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.DataDirectoryStore;
import dev.piecewise.seeder.cluster.Eventually;
import dev.piecewise.seeder.cluster.FakeEngine;
import dev.piecewise.seeder.cluster.FakeTracker;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PieceReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseWorkerTest {
    private static final int PIECE = 32 * 1024;
    private static final int SIZE = 3 * PIECE + 100;
    private static final ArtifactId ID = new ArtifactId("ab".repeat(32));

    private final byte[] object = new byte[SIZE];
    private final FakeTracker tracker = new FakeTracker();
    private final LinkedBlockingQueue<ArtifactStatus> worked = new LinkedBlockingQueue<>();
    private final ArtifactContent content =
            new ArtifactContent("key", true, List.of(new FileEntry("key", SIZE)), new PieceLayout(SIZE, PIECE));

    @TempDir
    private Path directory;

    private FakeOrigin origin;
    private DataDirectory data;
    private Participant participant;
    private LeaseWorker worker;

    @BeforeEach
    void start() throws IOException {
        new Random(1).nextBytes(object);
        origin = new FakeOrigin(object);
        tracker.signer = request -> origin.read(request.firstByte(), SIZE - 1);
        data = DataDirectory.open(directory);
        LiveLeases live = new LiveLeases();
        participant = new Participant(
                tracker,
                new DataDirectoryStore(data),
                new FakeEngine(),
                new NodeRegistration("n1", "seeder", true, ""),
                live,
                System::nanoTime);
        participant.start();
        worker = new LeaseWorker(tracker, participant, live, 2, worked::add, System::nanoTime, new Random(1));
        worker.start();
    }

    @AfterEach
    void stop() {
        worker.close();
        participant.close();
        data.close();
        origin.close();
    }

    private ArtifactStatus status() {
        return new ArtifactStatus(
                ID.hex(),
                "s3://bucket/key",
                "v1",
                "key",
                true,
                content.files(),
                List.of(),
                ArtifactState.READING,
                SIZE,
                PIECE,
                4,
                true,
                0,
                0,
                null,
                null,
                null,
                null,
                null,
                0,
                1,
                1,
                1);
    }

    private void grant(double seconds, List<SignedRead> reads, @Nullable String... knownHashes) {
        List<@Nullable String> known = new ArrayList<>(Arrays.asList(knownHashes));
        known.addAll(Collections.nCopies(4 - known.size(), null));
        tracker.grants.add(new LeaseGrant("l1", 7, seconds, status(), 0, 4, reads, known));
    }

    private void grant() {
        grant(30, List.of(origin.read(0, SIZE - 1)));
    }

    private void awaitEnd() throws InterruptedException {
        assertThat(worked.poll(20, TimeUnit.SECONDS))
                .extracting(ArtifactStatus::id)
                .isEqualTo(ID.hex());
    }

    private String hash(int piece) throws NoSuchAlgorithmException {
        byte[] bytes = Arrays.copyOfRange(object, piece * PIECE, Math.min(SIZE, (piece + 1) * PIECE));
        return PieceHash.of(MessageDigest.getInstance("SHA-1").digest(bytes)).hex();
    }

    private StoredArtifact stored() {
        return data.artifact(ID, content);
    }

    private void assertAllHeld() throws NoSuchAlgorithmException {
        assertThat(tracker.reports.stream().flatMap(report -> report.pieces().stream()))
                .containsExactly(
                        new PieceReport.HashedPiece(0, hash(0)),
                        new PieceReport.HashedPiece(1, hash(1)),
                        new PieceReport.HashedPiece(2, hash(2)),
                        new PieceReport.HashedPiece(3, hash(3)));
        assertThat(stored().isComplete()).isTrue();
        ByteBuffer read = ByteBuffer.allocate(SIZE);
        stored().read(0, read);
        assertThat(read.array()).isEqualTo(object);
    }

    @Test
    void aLeaseIsReadHashedReportedAndHeld() throws Exception {
        grant();
        awaitEnd();
        assertAllHeld();
        assertThat(tracker.reports.get(tracker.reports.size() - 1).bytesRead()).isEqualTo(SIZE);
        assertThat(tracker.returns).isEmpty();
    }

    @Test
    void aLeaseOverSeveralReadsIsTheirBytesInOrder() throws Exception {
        grant(30, List.of(origin.read(0, 999), origin.read(1000, PIECE + 4), origin.read(PIECE + 5, SIZE - 1)));
        awaitEnd();
        assertAllHeld();
        assertThat(origin.ranges).hasSize(3);
    }

    @Test
    void aBrokenReadIsSignedAgainAtTheByteWhereItBroke() throws Exception {
        origin.manners.add(origin.hangingAfter(PIECE + 5));
        grant();
        // Only then: a connection that breaks may take bytes with it that have arrived but were not read yet.
        Eventually.await("all of them are read", () -> tracker.bytesRead.get() == PIECE + 5);
        origin.release.countDown();
        awaitEnd();
        assertAllHeld();
        assertThat(tracker.signed).hasSize(1);
        assertThat(tracker.signed.get(0).firstByte()).isEqualTo(PIECE + 5);
        assertThat(tracker.reports.get(tracker.reports.size() - 1).bytesRead()).isEqualTo(SIZE);
    }

    @Test
    void aShortBodyIsNoticedAndTheRestReadAgain() throws Exception {
        origin.manners.add(FakeOrigin.shortBody(10));
        grant();
        awaitEnd();
        assertAllHeld();
        assertThat(tracker.signed.get(0).firstByte()).isEqualTo(10);
    }

    @Test
    void aServerThatIgnoresRangeEndsTheLease() throws Exception {
        origin.manners.add(FakeOrigin.ignoringRange());
        grant(30, List.of(origin.read(0, PIECE - 1), origin.read(PIECE, SIZE - 1)));
        awaitEnd();
        assertThat(tracker.reports).isEmpty();
        assertThat(tracker.returns).hasSize(1);
        assertThat(tracker.returns.get(0).error()).contains("ignores Range").doesNotContain("secret");
        assertThat(tracker.returns.get(0).errorKind()).isEqualTo("FAILED");
    }

    @Test
    void anOverwrittenObjectIsReportedAsGone() throws Exception {
        origin.manners.add(FakeOrigin.status(412));
        grant();
        awaitEnd();
        assertThat(tracker.returns.get(0).errorKind()).isEqualTo(LeaseReturn.VERSION_GONE);
        assertThat(origin.ranges).hasSize(1);
    }

    @Test
    void anExpiredSignatureIsReplacedOnce() throws Exception {
        origin.manners.add(FakeOrigin.status(403));
        grant();
        awaitEnd();
        assertAllHeld();
        assertThat(tracker.signed).hasSize(1);
    }

    @Test
    void aRefusalThatStaysIsDenied() throws Exception {
        origin.manners.add(FakeOrigin.status(403));
        origin.manners.add(FakeOrigin.status(403));
        grant();
        awaitEnd();
        assertThat(tracker.returns.get(0).errorKind()).isEqualTo("DENIED");
        assertThat(tracker.returns.get(0).error()).doesNotContain("secret");
    }

    @Test
    void anObjectThatIsNotThereIsNotFound() throws Exception {
        origin.manners.add(FakeOrigin.status(404));
        origin.manners.add(FakeOrigin.status(404));
        grant();
        awaitEnd();
        assertThat(tracker.returns.get(0).errorKind()).isEqualTo("NOT_FOUND");
    }

    @Test
    void aServerErrorIsTriedAgain() throws Exception {
        origin.manners.add(FakeOrigin.status(503));
        origin.manners.add(FakeOrigin.status(500));
        grant();
        awaitEnd();
        assertAllHeld();
    }

    @Test
    void aPieceWithAnotherHashThanBeforeIsNotKept() throws Exception {
        grant(30, List.of(origin.read(0, SIZE - 1)), hash(0), "00".repeat(20));
        awaitEnd();
        assertThat(tracker.returns).hasSize(1);
        assertThat(tracker.returns.get(0).error()).contains("piece 1");
        assertThat(stored().held().stream()).containsExactly(0);
    }

    @Test
    void aLostLeaseStopsItsReadAtOnceAndReportsNothing() throws Exception {
        origin.manners.add(origin.hangingAfter(PIECE / 2));
        grant();
        Eventually.await("the read started", () -> !origin.ranges.isEmpty());
        tracker.lostLeases.add("l1");
        awaitEnd();
        assertThat(tracker.reports).isEmpty();
        assertThat(tracker.returns).isEmpty();
        assertThat(stored().held().isEmpty()).isTrue();
    }

    @Test
    void aLeaseThatCannotBeRenewedIsNotReadBeyondItsDeadline() throws Exception {
        origin.manners.add(origin.hangingAfter(PIECE / 2));
        grant(0.5, List.of(origin.read(0, SIZE - 1)));
        tracker.leaseSeconds = 0.5;
        Eventually.await("the read started", () -> !origin.ranges.isEmpty());
        tracker.away = true;
        awaitEnd();
        assertThat(tracker.reports).isEmpty();
    }

    @Test
    void renewalsKeepALeaseAliveBeyondItsFirstDeadline() throws Exception {
        tracker.leaseSeconds = 30;
        origin.manners.add(origin.hangingAfter(PIECE / 2));
        long started = System.nanoTime();
        grant(0.6, List.of(origin.read(0, SIZE - 1)));
        Eventually.await("the first deadline has passed", () -> System.nanoTime() - started > 1_000_000_000L);
        assertThat(worked).isEmpty();
        origin.release.countDown();
        awaitEnd();
        assertAllHeld();
    }

    @Test
    void closingGivesAnUnfinishedLeaseBack() {
        origin.manners.add(origin.hangingAfter(PIECE / 2));
        grant();
        Eventually.await("the read started", () -> !origin.ranges.isEmpty());
        worker.close();
        assertThat(tracker.returns).hasSize(1);
        assertThat(tracker.returns.get(0).error()).isNull();
    }

    @Test
    void aPieceThatIsHeldAlreadyIsReportedWithoutReadingIt() throws Exception {
        StoredArtifact stored = stored();
        stored.write(0, ByteBuffer.wrap(object, 0, PIECE));
        stored.markHeld(0);
        grant();
        awaitEnd();
        assertAllHeld();
        assertThat(origin.ranges).containsExactly("bytes=" + PIECE + "-" + (SIZE - 1));
    }
}
