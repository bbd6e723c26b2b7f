package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.Cache;
import dev.piecewise.client.CacheListener;
import dev.piecewise.client.CacheReport;
import dev.piecewise.client.CachedArtifact;
import dev.piecewise.client.Downloads;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.client.request.FileMode;
import dev.piecewise.client.request.UnpackInto;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.PieceLength;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.seeder.http.WebSeedConfig;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is on a machine already is not read again, and never believed without a reason. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class CachingTest {
    private static final int PIECE = 64 * 1024;
    private static final int SIZE = 8 * PIECE + 11;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Path directory;
    private LocalCluster cluster;
    private Piecewise node;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        directory = root;
        cluster = LocalCluster.start(root);
        for (int i = 0; i < 2; i++) {
            cluster.own(SeederMain.start(SeederConfig.defaults(cluster.trackerUrl(), cluster.dataOf("seeder-" + i))
                    .withListen(Listen.loopback())
                    .withAdvertise("127.0.0.1")
                    .withWebSeed(WebSeedConfig.loopback())));
        }
        node = cluster.addNode("node");
    }

    @AfterAll
    void stop() throws Exception {
        cluster.close();
    }

    private byte[] put(String key, int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        new Random(key.hashCode()).nextBytes(bytes);
        put(key, bytes);
        return bytes;
    }

    private void put(String key, byte[] bytes) {
        cluster.s3().put(LocalCluster.BUCKET, key, new ByteArrayInputStream(bytes), bytes.length);
    }

    private static FetchRequest request(String key, Path destination) {
        return LocalCluster.request(key, destination).withPieceLength(new PieceLength(PIECE));
    }

    private FetchOutcome.Complete fetch(String key, Path destination) {
        return LocalCluster.fetch(node, request(key, destination));
    }

    private Cache cache() {
        return new Cache(cluster.dataOf("node"));
    }

    private ArtifactStatus status(String key) {
        return cluster.client().artifacts().artifacts().stream()
                .filter(status -> status.uri().equals(LocalCluster.uri(key).toString()))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    private List<CachedArtifact> cached(String key) throws InterruptedException {
        return cache().list(List.of()).artifacts().stream()
                .filter(artifact -> LocalCluster.uri(key).toString().equals(artifact.uri()))
                .toList();
    }

    /** Overwrites a byte without a trace in the file's times. */
    private static void spoil(Path path, long offset) throws IOException {
        FileTime before = Files.getLastModifiedTime(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            channel.write(ByteBuffer.wrap(new byte[] {(byte) ~one.get(0)}), offset);
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("r--r--r--"));
        Files.setLastModifiedTime(path, before);
    }

    @Test
    void aSecondRunReadsNoObjectBytesAndChangesNothing() throws Exception {
        put("twice.bin", SIZE);
        put("twice/a", SIZE);
        put("twice/b", 10);
        for (String key : List.of("twice.bin", "twice/")) {
            Path destination = directory.resolve("twice-" + key.length());
            assertThat(fetch(key, destination).bytesFromPeers()).isPositive();
            long gets = cluster.s3().objectGets();
            FileTime before = Files.getLastModifiedTime(destination);
            assertThat(fetch(key, destination).bytesFromPeers()).isZero();
            assertThat(cluster.s3().objectGets()).isEqualTo(gets);
            assertThat(Files.getLastModifiedTime(destination)).isEqualTo(before);
        }
        try (Stream<Path> beside = Files.list(directory)) {
            assertThat(beside.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("."));
        }
    }

    @Test
    void ofAChangedObjectOnlyChangedPiecesAreFetchedAndItTakesThePlaceOfTheOldOne() throws Exception {
        byte[] bytes = put("changing.bin", SIZE);
        Path destination = directory.resolve("changing.bin");
        fetch("changing.bin", destination);
        bytes[3 * PIECE + 5]++;
        put("changing.bin", bytes);

        assertThat(fetch("changing.bin", destination).bytesFromPeers()).isEqualTo(PIECE);
        assertThat(destination).hasBinaryContent(bytes);
        assertThat(cached("changing.bin")).hasSize(2).allMatch(artifact -> artifact.piecesHeld() == 9);
    }

    @Test
    void anEqualFileThatAUserMadeIsAdoptedAndAnyOtherIsLeftAlone() throws Exception {
        byte[] bytes = put("mine.bin", SIZE);
        Path equal = Files.write(directory.resolve("equal"), bytes);
        FileTime before = Files.getLastModifiedTime(equal);
        assertThat(fetch("mine.bin", equal).bytesFromPeers()).isZero();
        assertThat(Files.getLastModifiedTime(equal)).isEqualTo(before);
        assertThat(Files.getAttribute(equal, "unix:nlink")).isEqualTo(1);
        assertThat(cached("mine.bin")).allMatch(artifact -> artifact.piecesHeld() == 9);

        byte[] edited = bytes.clone();
        edited[7 * PIECE]++;
        Files.write(equal, edited);
        FetchOutcome refused = node.fetch(request("mine.bin", equal), ProgressListener.NONE);
        assertThat(refused).isInstanceOf(FetchOutcome.Usage.class);
        assertThat(((FetchOutcome.Usage) refused).message()).contains(equal.toString(), "--replace");
        assertThat(equal).hasBinaryContent(edited);

        cache().remove(List.of(LocalCluster.uri("mine.bin").toString()), false);
        FetchOutcome.Complete replaced =
                LocalCluster.fetch(node, request("mine.bin", equal).withReplace(true));
        assertThat(replaced.bytesFromPeers()).as("equal pieces are taken").isEqualTo(PIECE);
        assertThat(equal).hasBinaryContent(bytes);
    }

    @Test
    void whatIsRemovedIsWithdrawnAndComesBackFromWhereItWasPublished() throws Exception {
        byte[] bytes = put("removed.bin", SIZE);
        Path destination = directory.resolve("removed.bin");
        fetch("removed.bin", destination);
        String id = status("removed.bin").id();
        CachedArtifact before = cached("removed.bin").get(0);
        assertThat(before.filesPublished()).isEqualTo(1);
        assertThat(cache().remove(List.of(id.substring(0, 20)), true).artifacts())
                .containsExactly(before);
        assertThat(cached("removed.bin")).as("a dry run").hasSize(1);
        Await.until("a seeder and the node hold it", PATIENCE, () -> holders(id) == 2);

        CacheReport report = cache().remove(List.of(id.substring(0, 20)), false);
        assertThat(report.artifacts()).containsExactly(before);
        assertThat(report.freedBytes()).as("the published file stays").isZero();
        assertThat(cached("removed.bin")).isEmpty();
        Await.until("its holdings are withdrawn", PATIENCE, () -> holders(id) == 1);
        assertThat(destination).hasBinaryContent(bytes);

        assertThat(fetch("removed.bin", destination).bytesFromPeers()).isZero();
        assertThat(Files.getAttribute(destination, "unix:nlink"))
                .as("a link into the store again")
                .isEqualTo(2);
        Await.until("it is held again", PATIENCE, () -> holders(id) == 2);
    }

    private int holders(String id) {
        return cluster.client().artifact(new ArtifactId(id)).holders();
    }

    @Test
    void whatRottedIsFoundByVerifyAndOnlyThatIsFetchedAgain() throws Exception {
        byte[] bytes = put("rotten.bin", SIZE);
        Path destination = directory.resolve("rotten.bin");
        fetch("rotten.bin", destination);
        spoil(destination, 2 * PIECE);
        assertThat(fetch("rotten.bin", destination).bytesFromPeers())
                .as("stamps tell nothing")
                .isZero();

        FetchOutcome.Complete repaired =
                LocalCluster.fetch(node, request("rotten.bin", destination).withVerify(true));
        assertThat(repaired.bytesFromPeers()).isEqualTo(PIECE);
        assertThat(destination).hasBinaryContent(bytes);

        spoil(destination, 4 * PIECE);
        spoil(destination, 5 * PIECE);
        List<CachedArtifact> told = new ArrayList<>();
        List<Long> progress = new ArrayList<>();
        cache().verify(List.of(LocalCluster.uri("rotten.bin").toString()), new CacheListener() {
            @Override
            public void checking(String artifact, long checkedBytes, long totalBytes) {
                assertThat(artifact).isEqualTo(LocalCluster.uri("rotten.bin").toString());
                assertThat(totalBytes).isEqualTo(SIZE);
                progress.add(checkedBytes);
            }

            @Override
            public void checked(CachedArtifact artifact) {
                told.add(artifact);
            }
        });
        assertThat(told).hasSize(1);
        assertThat(progress).startsWith(0L);
        assertThat(Objects.requireNonNull(told.get(0).checked()).bad()).containsExactly(4, 5);
        // Its swarm runs, so it is repaired without being asked for; a seeder sends what is missing.
        Await.until("it is whole", PATIENCE, () -> cached("rotten.bin").get(0).piecesHeld() == 9);
    }

    @Test
    void whatIsNotToBeCachedIsNowhereButAtItsDestination() throws Exception {
        byte[] bytes = put("once.bin", SIZE);
        long sent = cluster.s3().objectBytesSent();
        Path linked = directory.resolve("once");
        Path copied = directory.resolve("once-copied");
        try (Piecewise other = cluster.addNode("passing");
                Piecewise get = Piecewise.open(NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf("passing")))) {
            assertThat(get.seeds())
                    .as("another process owns the data directory")
                    .isFalse();
            FetchRequest request = request("once.bin", linked).withCache(false);
            Path stored = cluster.dataOf("passing").resolve("artifacts");
            assertThat(LocalCluster.fetch(get, request).bytesFromPeers()).isEqualTo(SIZE);
            assertThat(linked).hasBinaryContent(bytes);
            assertThat(Files.getAttribute(linked, "unix:nlink")).isEqualTo(1);
            assertThat(stored).isEmptyDirectory();

            FetchOutcome.Complete again = LocalCluster.fetch(other, request);
            assertThat(again.bytesFromPeers()).as("the destination was read").isZero();
            assertThat(linked).hasBinaryContent(bytes);
            assertThat(stored).isEmptyDirectory();

            FetchRequest copy =
                    request("once.bin", copied).withMode(FileMode.parse("600")).withCache(false);
            LocalCluster.fetch(other, copy);
            LocalCluster.fetch(other, copy);
            assertThat(copied).hasBinaryContent(bytes);
            assertThat(stored).isEmptyDirectory();
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(sent + SIZE);
        }
    }

    @Test
    void anArchiveThatIsNotToBeCachedIsThereUntilItIsUnpacked() throws Exception {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.putNextEntry(new ZipEntry("inside"));
            zip.write(new byte[SIZE]);
        }
        put("pass.zip", archive.toByteArray());
        try (Piecewise other = cluster.addNode("passing-archive")) {
            DownloadRequest request = DownloadRequest.of(
                            LocalCluster.uri("pass.zip"), Destination.of(directory.resolve("pass.zip")))
                    .withUnpack(new UnpackInto(directory.resolve("pass"), Unpack.auto()))
                    .withCache(false);
            for (boolean first : new boolean[] {true, false}) {
                try (Downloads downloads = other.fetch(List.of(request))) {
                    FetchOutcome outcome = downloads.await().get(0).outcome();
                    assertThat(outcome).isInstanceOfSatisfying(FetchOutcome.Complete.class, complete -> {
                        assertThat(complete.unpacked().orElseThrow().now()).isEqualTo(first);
                        assertThat(complete.bytesFromPeers()).isEqualTo(first ? archive.size() : 0);
                    });
                }
                assertThat(directory.resolve("pass/inside")).hasSize(SIZE);
                assertThat(directory.resolve("pass.zip")).hasBinaryContent(archive.toByteArray());
                assertThat(cluster.dataOf("passing-archive").resolve("artifacts"))
                        .isEmptyDirectory();
            }
        }
    }

    @Test
    void twoRequestsForOneArtifactCountWhatPeersSentOnce() throws Exception {
        put("shared.bin", SIZE);
        try (Piecewise other = cluster.addNode("counting");
                Downloads downloads = other.fetch(Stream.of("shared-1", "shared-2", "shared-3")
                        .map(name -> DownloadRequest.of(
                                LocalCluster.uri("shared.bin"), Destination.of(directory.resolve(name))))
                        .toList())) {
            assertThat(downloads.await())
                    .extracting(result -> ((FetchOutcome.Complete) result.outcome()).bytesFromPeers())
                    .satisfies(all -> assertThat(
                                    all.stream().mapToLong(Long::longValue).sum())
                            .isEqualTo(SIZE));
        }
    }

    @Test
    void theLeastRecentlyUsedGoFirst() throws Exception {
        try (Piecewise other = cluster.addNode("other")) {
            for (String key : List.of("gc-1", "gc-2", "gc-3")) {
                put(key, SIZE);
                LocalCluster.fetch(other, request(key, directory.resolve(key)));
            }
            LocalCluster.fetch(other, request("gc-1", directory.resolve("gc-1")));
            Cache cache = new Cache(cluster.dataOf("other"));
            Await.until("nobody is connected", PATIENCE, () -> cache.list(List.of()).artifacts().stream()
                    .noneMatch(CachedArtifact::busy));
            CacheReport report = cache.collect(SIZE + 1, false);
            assertThat(report.artifacts())
                    .extracting(CachedArtifact::uri)
                    .containsExactly(
                            LocalCluster.uri("gc-2").toString(),
                            LocalCluster.uri("gc-3").toString());
            assertThat(report.storedBytes()).isEqualTo(SIZE);
        }
        // Nobody owns the directory now.
        assertThat(new Cache(cluster.dataOf("other")).collect(0, false).artifacts())
                .hasSize(1);
    }

    @Test
    void anUnpackedDirectoryNeedsNoArchive() throws Exception {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.putNextEntry(new ZipEntry("inside"));
            zip.write(new byte[SIZE]);
        }
        put("tools.zip", archive.toByteArray());
        FetchRequest request = request("tools.zip", directory.resolve("tools")).withUnpack(Unpack.auto());
        LocalCluster.fetch(node, request);
        assertThat(cache().remove(List.of(LocalCluster.uri("tools.zip").toString()), false)
                        .artifacts())
                .hasSize(1);
        FetchOutcome.Complete again = LocalCluster.fetch(node, request);
        assertThat(again.unpacked().orElseThrow().now()).isFalse();
        assertThat(again.bytesFromPeers()).isZero();
        assertThat(cached("tools.zip")).isEmpty();
    }

    @Test
    void whereOnlyTheUnpackedDirectoryRemainsGcRemovesNothingAndNothingIsFetched() throws Exception {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.putNextEntry(new ZipEntry("inside"));
            zip.write(new byte[SIZE]);
        }
        put("kit.zip", archive.toByteArray());
        Path destination = directory.resolve("kit");
        FetchRequest request = request("kit.zip", destination).withUnpack(Unpack.auto());
        Cache cache = new Cache(cluster.dataOf("unpacks"));
        try (Piecewise other = cluster.addNode("unpacks")) {
            LocalCluster.fetch(other, request);
            Await.until("nobody is connected", PATIENCE, () -> cache.list(List.of()).artifacts().stream()
                    .noneMatch(CachedArtifact::busy));
            assertThat(cache.collect(0, false).artifacts())
                    .extracting(CachedArtifact::uri)
                    .containsExactly(LocalCluster.uri("kit.zip").toString());
        }
        CacheReport second = cache.collect(0, false);
        assertThat(second.artifacts()).isEmpty();
        assertThat(second.storedBytes()).isZero();
        assertThat(destination.resolve("inside")).hasSize(SIZE);
        long sent = cluster.s3().objectBytesSent();
        try (Piecewise other = cluster.addNode("unpacks")) {
            FetchOutcome.Complete again = LocalCluster.fetch(other, request);
            assertThat(again.unpacked().orElseThrow().now()).isFalse();
            assertThat(again.bytesFromPeers()).isZero();
        }
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(sent);
        assertThat(cache.list(List.of()).artifacts()).isEmpty();
    }

    @Test
    void anObjectThatIsOverwrittenWhileItIsReadIsAnErrorThatSaysSoAndThenTheNewOneWhole() throws Exception {
        try (LocalCluster small = LocalCluster.start(directory.resolve("small"))) {
            small.put("live.bin", SIZE);
            Piecewise getter = small.addNode("getter");
            Path destination = directory.resolve("live.bin");
            CompletableFuture<FetchOutcome> first = CompletableFuture.supplyAsync(
                    () -> getter.fetch(request("live.bin", destination), ProgressListener.NONE));
            Await.until(
                    "it is asked for",
                    PATIENCE,
                    () -> !small.client().artifacts().artifacts().isEmpty());
            Path source = small.put("live.bin", SIZE + 1);
            small.addSeeder("seeder");
            assertThat(first.get()).isInstanceOf(FetchOutcome.Failed.class);
            assertThat(((FetchOutcome.Failed) first.get()).message()).contains("live.bin", "overwritten");
            assertThat(destination).doesNotExist();
            LocalCluster.fetch(getter, request("live.bin", destination));
            assertThat(destination).hasSameBinaryContentAs(source);
        }
    }

    @Test
    void theSameObjectUnderTwoPieceSizesLeavesTheOriginOnce() throws Exception {
        byte[] bytes = put("sizes.bin", 20 * 1024 * 1024 + 1);
        long before = cluster.s3().objectBytesSent();
        List<CompletableFuture<FetchOutcome.Complete>> both = new ArrayList<>();
        for (int mib = 1; mib <= 4; mib *= 4) {
            FetchRequest request = LocalCluster.request("sizes.bin", directory.resolve("sizes-" + mib))
                    .withPieceLength(new PieceLength(mib * 1024 * 1024));
            both.add(CompletableFuture.supplyAsync(() -> LocalCluster.fetch(node, request)));
        }
        for (CompletableFuture<FetchOutcome.Complete> outcome : both) {
            assertThat(outcome.get().path()).hasBinaryContent(bytes);
        }
        assertThat(cluster.s3().objectBytesSent() - before).isEqualTo(bytes.length);

        List<ArtifactStatus> cuts = cluster.client().artifacts().artifacts().stream()
                .filter(status ->
                        status.uri().equals(LocalCluster.uri("sizes.bin").toString()))
                .toList();
        assertThat(cuts).hasSize(2).allMatch(status -> status.state() == ArtifactState.PUBLISHED);
        assertThat(cuts.stream().mapToLong(ArtifactStatus::originBytes).sum()).isEqualTo(bytes.length);
        assertThat(cuts.stream()
                        .mapToLong(status -> cluster.client()
                                .ledger(new ArtifactId(status.id()))
                                .holderBytes())
                        .sum())
                .isEqualTo(bytes.length);
    }

    @Test
    void anObjectAndThePrefixThatHoldsItLeaveTheOriginOnce() throws Exception {
        byte[] object = put("shared/object größe+%.bin", 9 * 1024 * 1024);
        put("shared/other", 3 * PIECE);
        long before = cluster.s3().objectBytesSent();
        CompletableFuture<FetchOutcome.Complete> prefix =
                CompletableFuture.supplyAsync(() -> fetch("shared/", directory.resolve("shared")));
        Path destination = directory.resolve("object");
        fetch("shared/object größe+%.bin", destination);
        assertThat(destination).hasBinaryContent(object);
        assertThat(prefix.get().files()).hasSize(2);
        assertThat(cluster.s3().objectBytesSent() - before).isEqualTo(object.length + 3L * PIECE);
    }
}
