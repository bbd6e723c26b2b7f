package dev.piecewise.tracker.artifact;

import static dev.piecewise.tracker.artifact.SchedulerRig.LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Place;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import dev.piecewise.tracker.FakeOrigin;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.tracker.state.Event;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.PieceReport;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was read is compared with what the origin keeps of it before anybody takes it for true. */
class ChecksumsTest {
    private static final int PIECE = 16 * 1024;
    private static final int SIZE = 3 * PIECE + 5;
    private static final PieceLength LENGTH = new PieceLength(PIECE);
    private static final ArtifactUri URI_ = ArtifactUri.parse("s3://bucket/object");
    private static final ArtifactUri PREFIX = ArtifactUri.parse("s3://bucket/p/");

    private final byte[] bytes = new byte[SIZE];
    private final FakeOrigin origin = new FakeOrigin().put("object", SIZE, "\"v\"");
    private final SchedulerRig rig = new SchedulerRig(SchedulerRig.bucket(origin));
    private Scheduler scheduler = registered(rig.start());

    ChecksumsTest() {
        new Random(5).nextBytes(bytes);
    }

    private Scheduler registered(Scheduler started) {
        started.register(new NodeRegistry.Node(
                "web-s",
                "seeder",
                Ingest.ONLY,
                Optional.empty(),
                Optional.of(URI.create("http://web-s:80")),
                Place.UNKNOWN,
                rig.nowNanos));
        return started;
    }

    /** From what was written down so far; or, in a second way, from what it wrote when it began anew. */
    private void restart() {
        rig.restart();
        scheduler = registered(rig.restart());
    }

    private static long sum(Crc crc, byte[] of, int from, int end) {
        Checksum sum = crc.start();
        sum.update(of, from, end - from);
        return sum.getValue();
    }

    private ArtifactId admit(ResolvedArtifact resolved) {
        return scheduler.admit(resolved, OriginProfiles.DEFAULT, Optional.of(LENGTH));
    }

    private ArtifactId keeping(Crc crc, long value) {
        origin.keep("object", new StoredChecksum(crc, value));
        return admit(origin.resolve(URI_));
    }

    private LeaseGrant take() {
        List<LeaseGrant> grants =
                scheduler.takeLeases("web-s", 1, Duration.ZERO, LINKS).join().leases();
        assertThat(grants).hasSize(1);
        return grants.get(0);
    }

    private void report(LeaseGrant lease, int piece, @Nullable List<@Nullable String> checksums) {
        scheduler.report(
                lease.leaseId(),
                new PieceReport(
                        lease.fence(),
                        0,
                        List.of(new PieceReport.HashedPiece(piece, String.format("%040x", piece), checksums))));
    }

    /** As an honest reader does it; every object is as many bytes as it is long, from the first on. */
    private void read(LeaseGrant lease, int piece, Crc crc) {
        int from = piece * PIECE;
        report(lease, piece, List.of(Long.toHexString(sum(crc, bytes, from, Math.min(SIZE, from + PIECE)))));
    }

    private ArtifactStatus status(ArtifactId id) {
        return scheduler.artifact(id, LINKS);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAsTheOriginKeepsItIsPublished(Crc crc) {
        ArtifactId id = keeping(crc, sum(crc, bytes, 0, SIZE));
        LeaseGrant lease = take();
        assertThat(lease.checksums()).containsExactly(crc.name());
        for (int piece : new int[] {2, 0, 3, 1}) {
            assertThat(status(id).state()).isEqualTo(ArtifactState.READING);
            read(lease, piece, crc);
        }
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
        restart();
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4})
    void whatIsNotFailsAndIsReadAnewAlsoOverARestart(int restartAfter) {
        long kept = sum(Crc.CRC64NVME, bytes, 0, SIZE);
        bytes[PIECE + 3]++; // on the way
        ArtifactId id = keeping(Crc.CRC64NVME, kept);
        LeaseGrant lease = take();
        for (int piece = 0; piece < 4; piece++) {
            if (restartAfter == piece) {
                restart();
            }
            read(lease, piece, Crc.CRC64NVME);
        }
        if (restartAfter == 4) {
            restart();
        }
        ArtifactStatus failed = status(id);
        assertThat(failed.state()).isEqualTo(ArtifactState.FAILED);
        assertThat(failed.infoHash()).isNull();
        assertThat(failed.errorKind()).isEqualTo("FAILED");
        assertThat(failed.error())
                .contains("s3://bucket/object", "CRC64NVME")
                .contains(Crc.CRC64NVME.text(kept))
                .contains(Crc.CRC64NVME.text(sum(Crc.CRC64NVME, bytes, 0, SIZE)))
                .contains("Ask again");
        HashList told = scheduler.hashes(id, "", Duration.ZERO).join();
        assertThat(told.unpack())
                .as("with all hashes a node would make the torrent")
                .isEmpty();
        assertThat(told.infoHash()).isNull();

        ArtifactId again = admit(origin.resolve(URI_));
        assertThat(again).as("nothing that nodes keep is good for it").isNotEqualTo(id);
        assertThat(admit(origin.resolve(URI_))).isEqualTo(again);
        restart();
        bytes[PIECE + 3]--;
        LeaseGrant second = take();
        assertThat(second.artifact().id()).isEqualTo(again.hex());
        assertThat(second.pieceCount()).isEqualTo(4);
        for (int piece = 0; piece < 4; piece++) {
            read(second, piece, Crc.CRC64NVME);
        }
        assertThat(status(again).state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        assertThat(admit(origin.resolve(URI_))).isEqualTo(again);
    }

    @Test
    void aRepeatedReportChangesNothing() {
        ArtifactId id = keeping(Crc.CRC32, sum(Crc.CRC32, bytes, 0, SIZE));
        LeaseGrant lease = take();
        for (int piece = 0; piece < 4; piece++) {
            read(lease, piece, Crc.CRC32);
            report(lease, piece, List.of("1"));
        }
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void withoutTheChecksumOfAPieceNothingIsCompared() {
        ArtifactId id = keeping(Crc.CRC32C, 1);
        LeaseGrant lease = take();
        read(lease, 0, Crc.CRC32C);
        report(lease, 1, null);
        restart();
        read(lease, 2, Crc.CRC32C);
        List<@Nullable String> unknown = new ArrayList<>();
        unknown.add(null);
        report(lease, 3, unknown);
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void aRegisteredTorrentIsPublishedAtOnce() {
        origin.keep("object", new StoredChecksum(Crc.CRC32C, 1L));
        ArtifactId id = register(origin.resolve(URI_));
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    private ArtifactId register(ResolvedArtifact resolved) {
        List<PieceHash> hashes = new ArrayList<>();
        for (int piece = 0; piece < 4; piece++) {
            hashes.add(PieceHash.fromHex(String.format("%040x", piece)));
        }
        return scheduler.register(
                resolved, OriginProfiles.DEFAULT, new InfoDictionary(resolved.content(LENGTH), hashes, true));
    }

    private static StoredChecksum listed(Crc crc) {
        return new StoredChecksum(crc, null);
    }

    @Test
    void anEmptyObjectWhoseChecksumIsNotKnownContradictsNothing() {
        ArtifactId id = register(prefix(listed(Crc.CRC32), listed(Crc.CRC32), listed(Crc.CRC32)));
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
        restart();
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void norDoesItIfReadersOfAnEarlierReleaseReportNone() {
        ArtifactId id = admit(prefix(listed(Crc.CRC32), listed(Crc.CRC32), listed(Crc.CRC32)));
        LeaseGrant lease = take();
        for (int piece = 0; piece < 4; piece++) {
            report(lease, piece, null);
        }
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void whatWasPublishedStaysSoWhateverIsReadAfterwards() {
        StoredChecksum wrong = new StoredChecksum(Crc.CRC32, 1L);
        for (ResolvedArtifact resolved : List.of(
                prefix(listed(Crc.CRC32), listed(Crc.CRC64NVME)),
                prefix(wrong, listed(Crc.CRC64NVME)),
                prefix(wrong, new StoredChecksum(Crc.CRC64NVME, 1L)))) {
            scheduler = registered(rig.start());
            ArtifactId id = register(resolved);
            scheduler.want(id, List.of(0, 1, 2, 3));
            readPrefix(take(), Crc.CRC32, Crc.CRC64NVME);
            ArtifactStatus before = status(id);
            assertThat(before.state()).isEqualTo(ArtifactState.PUBLISHED);
            restart();
            assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
            assertThat(status(id).infoHash()).isEqualTo(before.infoHash());
            assertThat(scheduler.isPublished(InfoHash.fromHex(String.valueOf(before.infoHash()))))
                    .isTrue();
        }
    }

    @Test
    void aRegistrationWithWhichTheReadPiecesAreWrongFailsItForAllWhoReadIt() {
        ArtifactId id = admit(prefix(new StoredChecksum(Crc.CRC32, 1L), new StoredChecksum(Crc.CRC32, 1L)));
        LeaseGrant lease = take();
        report(lease, 0, List.of("5"));
        report(lease, 1, List.of("6", "7"));
        register(prefix(new StoredChecksum(Crc.CRC32, 1L), new StoredChecksum(Crc.CRC32, 1L)));
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        assertThat(rig.journal).hasAtLeastOneElementOfType(Event.ArtifactFailed.class);
        assertThat(status(id).leasesLive()).isZero();
        assertThatThrownBy(() -> report(lease, 2, List.of("8"))).isInstanceOf(Refused.class);
        restart();
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
    }

    @Test
    void theLeaseWhoseLastPieceProvesItWrongIsOverLikeAnyOther() {
        rig.limits = new OriginBudget.Limits(1, ByteRate.UNLIMITED);
        scheduler = registered(rig.start());
        ArtifactId id = keeping(Crc.CRC32, 1);
        LeaseGrant lease = take();
        for (int piece = 0; piece < 4; piece++) {
            read(lease, piece, Crc.CRC32);
        }
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        assertThat(rig.journal).doesNotHaveAnyElementsOfTypes(Event.Ended.class);
        ArtifactId again = admit(origin.resolve(URI_));
        assertThat(take().artifact().id()).isEqualTo(again.hex());
    }

    @Test
    void whatCannotBeWrittenDownIsPublishedAllTheSame() {
        ArtifactId read = keeping(Crc.CRC32, sum(Crc.CRC32, bytes, 0, SIZE));
        LeaseGrant lease = take();
        for (int piece = 0; piece < 3; piece++) {
            read(lease, piece, Crc.CRC32);
        }
        rig.failingAppends = 1;
        assertThatThrownBy(() -> read(lease, 3, Crc.CRC32)).isInstanceOf(ProcessFault.class);
        assertThat(status(read).state()).isEqualTo(ArtifactState.PUBLISHED);

        ArtifactId asked = listed(sum(Crc.CRC32, bytes, 0, PIECE + 1), sum(Crc.CRC64NVME, bytes, PIECE + 1, SIZE));
        readPrefix(take(), Crc.CRC32, Crc.CRC64NVME);
        rig.failingAppends = 2;
        lookups().tick();
        lookups().tick();
        assertThat(status(asked).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void whatIsNoChecksumIsRefused() {
        keeping(Crc.CRC32C, 1);
        LeaseGrant lease = take();
        assertThatThrownBy(() -> report(lease, 0, List.of("xyz"))).isInstanceOf(OriginFault.class);
        assertThatThrownBy(() -> report(lease, 0, List.of("1", "2"))).isInstanceOf(OriginFault.class);
        assertThatThrownBy(() -> report(lease, 0, List.of("11112222333344445"))).isInstanceOf(OriginFault.class);
    }

    @Test
    void anArtifactReadAgainTakesNothingFromHoldersOfTheSameBytes() {
        ArtifactId trusted = admit(origin.resolve(URI_));
        LeaseGrant before = take();
        for (int piece = 0; piece < 4; piece++) {
            report(before, piece, null);
        }
        assertThat(status(trusted).state()).isEqualTo(ArtifactState.PUBLISHED);
        origin.keep("object", new StoredChecksum(Crc.CRC32C, 1L));
        PieceLength other = new PieceLength(4 * PIECE);
        for (boolean fromHolder : new boolean[] {true, false}) {
            ArtifactId id = scheduler.admit(origin.resolve(URI_), OriginProfiles.DEFAULT, Optional.of(other));
            LeaseGrant lease = take();
            assertThat(lease.artifact().id()).isEqualTo(id.hex());
            assertThat(lease.reads()).extracting(read -> read.fromHolder()).containsExactly(fromHolder);
            report(lease, 0, List.of("2"));
            assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        }
    }

    /** Two objects of one byte more than a piece and the rest, and an empty one between. */
    private static ResolvedArtifact prefix(StoredChecksum first, StoredChecksum empty, StoredChecksum second) {
        List<OriginObject> objects = List.of(
                new OriginObject("p/a", new VersionedEntry("a", PIECE + 1, "\"a\"")),
                new OriginObject("p/b", new VersionedEntry("b", 0, "\"b\"")),
                new OriginObject("p/c", new VersionedEntry("c", SIZE - PIECE - 1, "\"c\"")));
        return new ResolvedArtifact(PREFIX, "http://fake", false, objects, List.of())
                .withChecksums(Map.of("p/a", first, "p/b", empty, "p/c", second));
    }

    private static ResolvedArtifact prefix(StoredChecksum first, StoredChecksum second) {
        return prefix(first, new StoredChecksum(Crc.CRC32, 0L), second);
    }

    /** One piece of objects of one byte, of which a listing says that they have checksums. */
    private static ResolvedArtifact many(String folder, int count) {
        List<OriginObject> objects = new ArrayList<>();
        Map<String, StoredChecksum> checksums = new HashMap<>();
        for (int i = 0; i < count; i++) {
            String name = String.format("%03d", i);
            objects.add(new OriginObject(folder + name, new VersionedEntry(name, 1, "\"v\"")));
            checksums.put(folder + name, listed(Crc.CRC32));
        }
        return new ResolvedArtifact(
                        ArtifactUri.parse("s3://bucket/" + folder), "http://fake", false, objects, List.of())
                .withChecksums(checksums);
    }

    private void readOnly(LeaseGrant lease, int spans) {
        report(lease, 0, Collections.nCopies(spans, "1"));
    }

    @ParameterizedTest
    @CsvSource({"DENIED,1", "NOT_FOUND,1", "USAGE,1", "FAILED,3"})
    void afterSomeObjectsInARowTheOriginIsNotAskedForTheRest(Kind kind, int attempts) {
        ArtifactId id = admit(many("m/", 40));
        List<String> asked = new ArrayList<>();
        origin.beforeChecksum = object -> {
            asked.add(object.key());
            if (asked.size() > 1) {
                throw new OriginFault(kind, "no");
            }
        };
        readOnly(take(), 40);
        lookups().tick();
        assertThat(asked).hasSize(1 + 3 * attempts);
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
        restart();
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void whatWasGivenUpIsNotAskedForAfterARestart() {
        ArtifactId id = admit(many("m/", 40));
        origin.beforeChecksum = object -> {
            throw new OriginFault(Kind.DENIED, "no");
        };
        lookups().tick();
        scheduler = registered(rig.restart());
        assertThat(scheduler.nextChecksum()).isEmpty();
        readOnly(take(), 40);
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void anAnswerAmongFaultsKeepsItAsking() {
        admit(many("m/", 40));
        List<String> asked = new ArrayList<>();
        origin.beforeChecksum = object -> {
            asked.add(object.key());
            if (asked.size() % 3 != 0) {
                throw new OriginFault(Kind.DENIED, "no");
            }
        };
        lookups().tick();
        assertThat(asked).hasSize(40).doesNotHaveDuplicates();
    }

    @Test
    void anErrorLeavesNoObjectUnanswered() {
        ArtifactId id = admit(many("m/", 2));
        origin.beforeChecksum = object -> {
            throw new StackOverflowError();
        };
        lookups().tick();
        readOnly(take(), 2);
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void artifactsTakeTurnsThoseThatAreReadFirst() {
        ArtifactId large = admit(many("m/", 40));
        ArtifactId small = admit(many("n/", 2));
        List<ArtifactId> turns = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            turns.add(scheduler.nextChecksum().orElseThrow().artifact());
        }
        assertThat(turns).containsExactly(large, small, large, small, large, large);
        ArtifactId last = admit(many("o/", 2));
        LeaseGrant lease = take();
        while (!lease.artifact().id().equals(last.hex())) {
            lease = take();
        }
        readOnly(lease, 2);
        for (ArtifactId expected : List.of(last, last, large)) {
            assertThat(scheduler.nextChecksum().orElseThrow().artifact()).isEqualTo(expected);
        }
    }

    private void readPrefix(LeaseGrant lease, Crc first, Crc second) {
        report(lease, 0, List.of(Long.toHexString(sum(first, bytes, 0, PIECE))));
        report(
                lease,
                1,
                List.of(
                        Long.toHexString(sum(first, bytes, PIECE, PIECE + 1)),
                        Long.toHexString(sum(second, bytes, PIECE + 1, 2 * PIECE))));
        report(lease, 2, List.of(Long.toHexString(sum(second, bytes, 2 * PIECE, 3 * PIECE))));
        report(lease, 3, List.of(Long.toHexString(sum(second, bytes, 3 * PIECE, SIZE))));
    }

    @Test
    void piecesThatSpanObjectsHaveAChecksumOfEach() {
        ArtifactId id = admit(prefix(
                new StoredChecksum(Crc.CRC32, sum(Crc.CRC32, bytes, 0, PIECE + 1)),
                new StoredChecksum(Crc.CRC64NVME, sum(Crc.CRC64NVME, bytes, PIECE + 1, SIZE))));
        LeaseGrant lease = take();
        assertThat(lease.checksums()).containsExactly("CRC32", "CRC64NVME");
        readPrefix(lease, Crc.CRC32, Crc.CRC64NVME);
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @Test
    void theObjectOfAPrefixThatDiffersIsNamed() {
        ArtifactId id = admit(prefix(
                new StoredChecksum(Crc.CRC32, sum(Crc.CRC32, bytes, 0, PIECE + 1)), new StoredChecksum(Crc.CRC32, 1L)));
        readPrefix(take(), Crc.CRC32, Crc.CRC32);
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        assertThat(status(id).error()).startsWith("s3://bucket/p/c: ").contains("AAAAAQ==");
    }

    private ChecksumLookups lookups() {
        return new ChecksumLookups(SchedulerRig.bucket(origin), scheduler, Runnable::run, Duration.ofMillis(1));
    }

    /** The listing told that there are checksums, the origin tells the values. */
    private ArtifactId listed(long first, long second) {
        origin.keep("p/a", new StoredChecksum(Crc.CRC32, first));
        origin.keep("p/c", new StoredChecksum(Crc.CRC64NVME, second));
        return admit(prefix(new StoredChecksum(Crc.CRC32, null), new StoredChecksum(Crc.CRC64NVME, null)));
    }

    @Test
    void aPrefixIsPublishedWhenItsListedChecksumsWereAskedFor() {
        ArtifactId id = listed(sum(Crc.CRC32, bytes, 0, PIECE + 1), sum(Crc.CRC64NVME, bytes, PIECE + 1, SIZE));
        origin.failingChecksums.set(2);
        readPrefix(take(), Crc.CRC32, Crc.CRC64NVME);
        for (int run = 0; run < 2; run++) {
            assertThat(status(id).state()).isEqualTo(ArtifactState.READING);
            HashList told = scheduler.hashes(id, "", Duration.ZERO).join();
            assertThat(told.infoHash()).isNull();
            restart();
        }
        CompletableFuture<HashList> waiting = scheduler.hashes(
                id, scheduler.hashes(id, "", Duration.ZERO).join().cursor(), Duration.ofSeconds(9));
        assertThat(waiting).isNotDone();
        lookups().tick();
        assertThat(waiting).isDone();
        assertThat(waiting.join().infoHash()).isNotNull();
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
        restart();
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPrefixOfWhichAnObjectDiffersFailsWhetherItIsAskedForFirstOrLast(boolean first) {
        ArtifactId id = listed(sum(Crc.CRC32, bytes, 0, PIECE + 1), 1);
        if (first) {
            lookups().tick();
            restart();
        }
        readPrefix(take(), Crc.CRC32, Crc.CRC64NVME);
        if (!first) {
            lookups().tick();
        }
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        assertThat(status(id).error()).startsWith("s3://bucket/p/c: ");
        restart();
        assertThat(status(id).state()).isEqualTo(ArtifactState.FAILED);
        assertThat(scheduler.hashes(id, "", Duration.ZERO).join().unpack()).isEmpty();
    }

    @Test
    void whatTheOriginDoesNotTellIsNotComparedAndDelaysNothing() {
        ArtifactId id = listed(1, 1);
        origin.failingChecksums.set(1000);
        lookups().tick();
        readPrefix(take(), Crc.CRC32, Crc.CRC64NVME);
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(scheduler.nextChecksum()).isEmpty();
    }

    @Test
    void anotherAlgorithmThanListedIsNotCompared() {
        ArtifactId id = admit(prefix(new StoredChecksum(Crc.CRC32, null), new StoredChecksum(Crc.CRC32, null)));
        origin.keep("p/a", new StoredChecksum(Crc.CRC32C, 1L));
        lookups().tick();
        readPrefix(take(), Crc.CRC32, Crc.CRC32);
        assertThat(status(id).state()).isEqualTo(ArtifactState.PUBLISHED);
    }
}
