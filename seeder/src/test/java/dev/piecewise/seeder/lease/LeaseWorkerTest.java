package dev.piecewise.seeder.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.FileRoots;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.UnchangedFile;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.zip.Checksum;
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
    private double signatureSeconds = 600;
    private @Nullable List<@Nullable String> checksums;
    private final FakeTracker tracker = new FakeTracker();
    private final LinkedBlockingQueue<ArtifactStatus> reading = new LinkedBlockingQueue<>();
    private final LiveLeases live = new LiveLeases();
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
        participant = new Participant(
                tracker,
                new DataDirectoryStore(data),
                new FakeEngine(),
                new NodeRegistration("n1", "seeder", true, ""),
                live,
                System::nanoTime);
        participant.start();
        work(OriginSettings.defaults(), System::nanoTime);
    }

    /** With other settings from now on. */
    private void work(OriginSettings settings, LongSupplier nanoTime) {
        if (worker != null) {
            worker.close();
        }
        worker = new LeaseWorker(
                tracker,
                participant,
                live,
                settings.withLeases(2).withFiles(new FileRoots(List.of(directory.resolve("files")))),
                LeaseWorker.Need.ALWAYS,
                reading::add,
                nanoTime,
                new Random(1));
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
        tracker.grants.add(new LeaseGrant(
                "l1", 7, seconds, status(), 0, 4, reads, known, signatureSeconds, tracker.bytesPerSecond, checksums));
    }

    private void grant() {
        grant(30, List.of(origin.read(0, SIZE - 1)));
    }

    private void awaitEnd() throws InterruptedException {
        assertThat(reading.poll(20, TimeUnit.SECONDS))
                .extracting(ArtifactStatus::id)
                .isEqualTo(ID.hex());
        Eventually.await("the lease is over", () -> live.all().isEmpty());
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

    private String sum(Crc crc, int from, int end) {
        Checksum sum = crc.start();
        sum.update(object, from, end - from);
        return Long.toHexString(sum.getValue());
    }

    private List<List<@Nullable String>> reportedSums() {
        List<List<@Nullable String>> sums = new ArrayList<>();
        tracker.reports.forEach(report -> report.pieces().forEach(piece -> sums.add(piece.checksums())));
        return sums;
    }

    @Test
    void eachObjectsBytesOfAPieceHaveTheChecksumThatTheLeaseNames() throws Exception {
        checksums = Arrays.asList("CRC32", null, "CRC64NVME");
        StoredArtifact stored = stored();
        stored.write(2 * PIECE, ByteBuffer.wrap(object, 2 * PIECE, PIECE)); // of an earlier lease whose report was lost
        stored.markHeld(2);
        grant(30, List.of(origin.read(0, 999), origin.read(1000, PIECE - 1), origin.read(PIECE, SIZE - 1)));
        awaitEnd();
        assertThat(reportedSums())
                .containsExactly(
                        Arrays.asList(sum(Crc.CRC32, 0, 1000), null),
                        List.of(sum(Crc.CRC64NVME, PIECE, 2 * PIECE)),
                        List.of(sum(Crc.CRC64NVME, 2 * PIECE, 3 * PIECE)),
                        List.of(sum(Crc.CRC64NVME, 3 * PIECE, SIZE)));
    }

    @Test
    void aPieceMaySpanObjectsAndAnObjectPieces() throws Exception {
        checksums = List.of("CRC32C", "crc32", "SHA256");
        grant(30, List.of(origin.read(0, 9), origin.read(10, 2 * PIECE + 6), origin.read(2 * PIECE + 7, SIZE - 1)));
        awaitEnd();
        List<@Nullable String> unknown = new ArrayList<>();
        unknown.add(null);
        assertThat(reportedSums())
                .containsExactly(
                        List.of(sum(Crc.CRC32C, 0, 10), sum(Crc.CRC32, 10, PIECE)),
                        List.of(sum(Crc.CRC32, PIECE, 2 * PIECE)),
                        Arrays.asList(sum(Crc.CRC32, 2 * PIECE, 2 * PIECE + 7), null),
                        unknown);
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

    /** It knows the leases, though not the nodes. */
    @Test
    void aLeaseGoesOnWithATrackerThatWasStartedAgain() throws Exception {
        origin.manners.add(origin.hangingAfter(PIECE + 5));
        grant();
        Eventually.await("some of it is read", () -> tracker.bytesRead.get() == PIECE + 5);
        tracker.forgetsAtHeartbeat.set(true);
        Eventually.await("another registration", () -> tracker.registrations.size() == 2);
        origin.release.countDown();
        awaitEnd();
        assertAllHeld();
        assertThat(tracker.returns).isEmpty();
    }

    @Test
    void whereTheOriginsRateIsSharedHeartbeatsComeOften() throws Exception {
        tracker.heartbeatSeconds = 1000;
        tracker.known = false;
        Eventually.await("another registration", () -> tracker.registrations.size() == 2);
        tracker.bytesPerSecond = 64 * 1024 * 1024;
        origin.manners.add(origin.hangingAfter(PIECE + 5));
        grant();
        Eventually.await("it is told what was read", () -> tracker.bytesRead.get() == PIECE + 5);
        origin.release.countDown();
        awaitEnd();
        assertAllHeld();
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
    void aSignatureThatMayHaveExpiredIsReplacedBeforeItIsSent() throws Exception {
        signatureSeconds = 1e-9;
        grant();
        awaitEnd();
        assertAllHeld();
        assertThat(tracker.signed).hasSize(1);
        assertThat(origin.ranges).hasSize(1);
    }

    @Test
    void whatTheOriginRefusesOrDoesNotHaveIsAskedForOnce() throws Exception {
        for (int status : new int[] {401, 403, 404, 410}) {
            tracker.returns.clear();
            origin.ranges.clear();
            origin.manners.add(FakeOrigin.status(status));
            grant();
            awaitEnd();
            assertThat(tracker.returns).hasSize(1);
            assertThat(tracker.returns.get(0).errorKind()).isEqualTo(status < 404 ? "DENIED" : "NOT_FOUND");
            assertThat(tracker.returns.get(0).error())
                    .contains("HTTP " + status)
                    .doesNotContain("secret");
            assertThat(origin.ranges).hasSize(1);
        }
    }

    @Test
    void asManyAttemptsAreMadeAsAreConfigured() throws Exception {
        for (int attempts : new int[] {1, 3}) {
            work(
                    OriginSettings.defaults().withRetries(attempts, Duration.ofMillis(1), Duration.ofMillis(2)),
                    System::nanoTime);
            tracker.returns.clear();
            origin.ranges.clear();
            origin.manners.clear();
            for (int i = 0; i < 5; i++) {
                origin.manners.add(FakeOrigin.status(503));
            }
            grant();
            awaitEnd();
            assertThat(origin.ranges).hasSize(attempts);
            assertThat(tracker.returns.get(0).errorKind()).isEqualTo("FAILED");
            assertThat(tracker.returns.get(0).error()).contains("gave up after " + attempts + " attempts");
        }
    }

    @Test
    void attemptsAreCountedAnewAfterEachByte() throws Exception {
        work(OriginSettings.defaults().withRetries(2, Duration.ofMillis(1), Duration.ofMillis(2)), System::nanoTime);
        for (int i = 1; i <= 4; i++) {
            origin.manners.add(FakeOrigin.shortBody(10));
        }
        grant();
        awaitEnd();
        assertAllHeld();
        assertThat(origin.ranges).hasSize(5).contains("bytes=40-" + (SIZE - 1));
    }

    @Test
    void asLongAsTheServerAsksForIsWaited() throws Exception {
        work(OriginSettings.defaults().withRetries(3, Duration.ofMillis(1), Duration.ofMillis(2)), System::nanoTime);
        origin.manners.add(FakeOrigin.unavailable(() -> "1"));
        origin.manners.add(FakeOrigin.shortBody(10));
        origin.manners.add(FakeOrigin.unavailable(() -> DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(2))));
        grant();
        awaitEnd();
        assertAllHeld();
        assertThat(origin.times.get(1) - origin.times.get(0)).isGreaterThanOrEqualTo(1_000_000_000L);
        assertThat(origin.times.get(3) - origin.times.get(2)).isGreaterThanOrEqualTo(1_000_000_000L);
    }

    @Test
    void aServerThatWantsToBeLeftAloneForHoursIsLeftToOthers() throws Exception {
        origin.manners.add(FakeOrigin.unavailable(() -> "7200"));
        grant();
        awaitEnd();
        assertThat(tracker.returns.get(0).errorKind()).isEqualTo("FAILED");
        assertThat(tracker.returns.get(0).error()).contains("only after 7200 s");
        assertThat(origin.ranges).hasSize(1);
    }

    @Test
    void aServerThatFallsSilentIsAskedAgainAfterTheConfiguredTime() throws Exception {
        work(
                OriginSettings.defaults()
                        .withRetries(2, Duration.ofMillis(1), Duration.ofMillis(2))
                        .withTimeouts(Duration.ofSeconds(5), Duration.ofMillis(150)),
                System::nanoTime);
        origin.manners.add(origin.hangingAfter(PIECE));
        grant();
        awaitEnd();
        assertAllHeld();
        assertThat(origin.ranges).hasSize(2);
    }

    @Test
    void readsKeepToTheRateOfTheirLeaseAndOfTheProcess() throws Exception {
        long rate = 4L * SIZE;
        tracker.bytesPerSecond = rate;
        grant();
        long started = System.nanoTime();
        awaitEnd();
        assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(200_000_000L);
        assertAllHeld();
        stored().held().stream().forEach(stored()::drop);
        tracker.reports.clear();
        tracker.bytesPerSecond = 0;
        work(OriginSettings.defaults().withRate(rate), System::nanoTime);
        started = System.nanoTime();
        grant();
        awaitEnd();
        assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(200_000_000L);
        assertAllHeld();
    }

    @Test
    void aReadThatNamesNoRangeIsTheWholeObjectOfWhichTheBeginningIsThrownAway() throws Exception {
        tracker.signer = request -> origin.whole(request.firstByte(), SIZE - 1);
        origin.manners.add(FakeOrigin.whole("\"etag\"", PIECE + 7));
        origin.manners.add(FakeOrigin.whole("\"etag\"", SIZE));
        grant(30, List.of(origin.whole(0, SIZE - 1)));
        awaitEnd();
        assertAllHeld();
        assertThat(origin.ranges).containsExactly("", "");
        assertThat(tracker.signed.get(0).firstByte()).isEqualTo(PIECE + 7);
        assertThat(tracker.reports.get(tracker.reports.size() - 1).bytesRead()).isEqualTo(SIZE + PIECE + 7);
    }

    @Test
    void theWholeOfAnotherVersionIsNotTaken() throws Exception {
        origin.manners.add(FakeOrigin.whole("\"other\"", SIZE));
        grant(30, List.of(origin.whole(0, SIZE - 1)));
        awaitEnd();
        assertThat(tracker.reports).isEmpty();
        assertThat(tracker.returns.get(0).errorKind()).isEqualTo(LeaseReturn.VERSION_GONE);
    }

    private SignedRead fileRead(Path file, long first, long last) throws IOException {
        return new SignedRead("file://" + file, Map.of("If-Match", FileRoots.version(file)), first, last);
    }

    @Test
    void aFileBelowARootIsReadAndNothingElse() throws Exception {
        Path root = Files.createDirectory(directory.resolve("files"));
        Path file = Files.write(root.resolve("a b?"), object);
        grant(30, List.of(fileRead(file, 0, PIECE + 4), fileRead(file, PIECE + 5, SIZE - 1)));
        awaitEnd();
        assertAllHeld();

        Path outside = Files.write(directory.resolve("outside"), object);
        Path link = Files.createSymbolicLink(root.resolve("link"), outside);
        stored().held().stream().forEach(stored()::drop);
        for (Path path : List.of(outside, link, root.resolve("../outside"), root.resolve("not-there"))) {
            tracker.returns.clear();
            tracker.reports.clear();
            grant(
                    30,
                    List.of(new SignedRead(
                            "file://" + path, Map.of("If-Match", FileRoots.version(outside)), 0, SIZE - 1)));
            awaitEnd();
            assertThat(tracker.reports).isEmpty();
            assertThat(tracker.returns.get(0).errorKind()).isEqualTo(LeaseReturn.NOT_FROM_HERE);
        }
    }

    @Test
    void aFileThatChangesWhileItIsReadGivesNoByteOfItsNewContent() throws Exception {
        Path root = Files.createDirectory(directory.resolve("files"));
        Path file = Files.write(root.resolve("file"), object);
        SignedRead read = fileRead(file, 0, SIZE - 1);
        try (OriginBody body = new FileReads(new FileRoots(List.of(root))).open(read)) {
            byte[] bytes = new byte[100];
            assertThat(body.read(bytes, 0, 100)).isEqualTo(100);
            Files.write(file, new byte[SIZE]);
            Files.setLastModifiedTime(file, FileTime.fromMillis(1));
            assertThatThrownBy(() -> body.read(bytes, 0, 100)).isInstanceOf(UnchangedFile.Changed.class);
        }
        grant(30, List.of(read));
        awaitEnd();
        assertThat(tracker.returns.get(0).errorKind()).isEqualTo(LeaseReturn.VERSION_GONE);
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
    void aLostLeaseStopsItsReadAtOnceReportsNothingAndIsGivenBack() throws Exception {
        origin.manners.add(origin.hangingAfter(PIECE / 2));
        grant();
        Eventually.await("the read started", () -> !origin.ranges.isEmpty());
        tracker.lostLeases.add("l1");
        awaitEnd();
        assertThat(tracker.reports).isEmpty();
        assertThat(tracker.returns).extracting(LeaseReturn::error).containsExactly((String) null);
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
        assertThat(live.all()).isNotEmpty();
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
    void whatIsHashedIsReportedAlsoWhileTheOriginSendsNothing() {
        origin.manners.add(origin.hangingAfter(3 * PIECE));
        grant();
        Eventually.await("three pieces are held", () -> stored().held().cardinality() == 3);
        assertThat(tracker.reports.stream().flatMap(report -> report.pieces().stream()))
                .extracting(PieceReport.HashedPiece::piece)
                .containsExactly(0, 1, 2);
    }

    @Test
    void whatIsHashedWhenTheProcessClosesIsReportedBeforeTheLeaseIsGivenBack() {
        long now = System.nanoTime();
        work(OriginSettings.defaults(), () -> now); // so that only the first piece is due
        origin.manners.add(origin.hangingAfter(3 * PIECE + 1));
        grant();
        Eventually.await("a part of the fourth piece came", () -> live.bytesRead(ID) > 3 * PIECE);
        assertThat(stored().held().stream()).containsExactly(0);
        worker.close();
        assertThat(stored().held().stream()).containsExactly(0, 1, 2);
        assertThat(tracker.returns).hasSize(1);
    }

    @Test
    void soIsWhatCouldNotBeReportedBecauseTheTrackerWasAway() {
        origin.manners.add((exchange, bytes, first, last) -> {
            tracker.away = true;
            origin.hangingAfter(3 * PIECE).answer(exchange, bytes, first, last);
        });
        grant();
        Eventually.await("the first piece came", () -> live.bytesRead(ID) >= PIECE);
        tracker.away = false;
        worker.close();
        assertThat(stored().held().stream()).containsExactly(0);
    }

    @Test
    void aReportThatIsRefusedWhileTheOriginSendsNothingEndsTheLease() {
        origin.manners.add(origin.hangingAfter(3 * PIECE));
        tracker.reportFault = report ->
                report.pieces().get(0).piece() == 0 ? null : new OriginFault(Kind.FAILED, "it has another hash");
        grant();
        Eventually.await("the lease is given back", () -> !tracker.returns.isEmpty());
        assertThat(tracker.returns.get(0).error()).isEqualTo("it has another hash");
        assertThat(origin.release.getCount()).isOne();
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
