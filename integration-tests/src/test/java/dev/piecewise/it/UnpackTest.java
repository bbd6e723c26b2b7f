package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.core.Selection;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.PiecewiseProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Archives from S3 to directories of two nodes. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class UnpackTest {
    private Path directory;
    private LocalCluster cluster;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        directory = root;
        cluster = LocalCluster.start(root.resolve("cluster"));
        cluster.addSeeder("seeder");
    }

    @AfterAll
    void stop() throws Exception {
        cluster.close();
    }

    /** @return the archive's size */
    private long put(String key, int files, int fileBytes, long seed) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            for (int i = 0; i < files; i++) {
                TarArchiveEntry entry = new TarArchiveEntry("d" + i % 50 + "/f" + i);
                entry.setSize(fileBytes);
                tar.putArchiveEntry(entry);
                tar.write(content(fileBytes, seed + i));
                tar.closeArchiveEntry();
            }
        }
        cluster.s3().put(LocalCluster.BUCKET, key, new ByteArrayInputStream(bytes.toByteArray()), bytes.size());
        return bytes.size();
    }

    private static byte[] content(int bytes, long seed) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return content;
    }

    private FetchRequest request(String key, String destination) {
        return LocalCluster.request(key, directory.resolve(destination)).withUnpack(Unpack.auto());
    }

    private void assertUnpacked(String destination, int files, int fileBytes, long seed) {
        for (int i = 0; i < files; i++) {
            assertThat(directory.resolve(destination).resolve("d" + i % 50 + "/f" + i))
                    .hasBinaryContent(content(fileBytes, seed + i));
        }
    }

    private static void remove(Path tree) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static boolean unpackedNow(FetchOutcome.Complete complete) {
        return complete.unpacked().orElseThrow().now();
    }

    @Test
    void anArchiveLeavesS3OnceIsUnpackedOncePerVersionAndAgainWhenItsDirectoryIsGone() throws Exception {
        long size = put("tools.tar.gz", 20, 100_000, 1);
        cluster.s3().resetCounters();
        Piecewise one = cluster.addNode("one");
        Piecewise two = cluster.addNode("two");
        CompletableFuture<FetchOutcome.Complete> other =
                CompletableFuture.supplyAsync(() -> LocalCluster.fetch(two, request("tools.tar.gz", "two")));
        assertThat(unpackedNow(LocalCluster.fetch(one, request("tools.tar.gz", "one"))))
                .isTrue();
        assertThat(unpackedNow(other.get())).isTrue();
        assertUnpacked("one", 20, 100_000, 1);
        assertUnpacked("two", 20, 100_000, 1);
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);

        FetchOutcome.Complete again = LocalCluster.fetch(one, request("tools.tar.gz", "one"));
        assertThat(unpackedNow(again)).isFalse();
        remove(directory.resolve("one"));
        FetchOutcome.Complete anew = LocalCluster.fetch(one, request("tools.tar.gz", "one"));
        assertThat(unpackedNow(anew)).isTrue();
        assertThat(anew.bytesFromPeers()).isZero();
        assertUnpacked("one", 20, 100_000, 1);

        two.close();
        Path stored = cluster.dataOf("two").resolve("artifacts");
        remove(stored);
        Piecewise withoutArchive = cluster.addNode("two");
        FetchOutcome.Complete still = LocalCluster.fetch(withoutArchive, request("tools.tar.gz", "two"));
        assertThat(unpackedNow(still)).isFalse();
        assertThat(still.bytesFromPeers()).isZero();
        assertThat(stored).as("it did not ask for the archive").isEmptyDirectory();
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);

        long next = put("tools.tar.gz", 5, 100_000, 7);
        assertThat(unpackedNow(LocalCluster.fetch(withoutArchive, request("tools.tar.gz", "two"))))
                .isTrue();
        assertUnpacked("two", 5, 100_000, 7);
        assertThat(directory.resolve("two/d19")).doesNotExist();
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(size + next);
    }

    @Test
    void theArchivesOfAPrefixLeaveS3OnceAndAreUnpackedOncePerVersion() throws Exception {
        long size = put("many/a.tar.gz", 3, 100_000, 1) + put("many/d/b.TGZ", 2, 100_000, 7);
        cluster.s3().put(LocalCluster.BUCKET, "many/readme.txt", new ByteArrayInputStream(new byte[9]), 9);
        cluster.s3().resetCounters();
        FetchRequest wanted =
                request("many/", "unpacked-prefix").withSelection(Selection.parse(List.of(), List.of("*.txt")));
        Piecewise node = cluster.addNode("of-prefix");
        assertThat(unpackedNow(LocalCluster.fetch(node, wanted))).isTrue();
        assertUnpacked("unpacked-prefix/a", 3, 100_000, 1);
        assertUnpacked("unpacked-prefix/d/b", 2, 100_000, 7);
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);

        assertThat(unpackedNow(LocalCluster.fetch(node, wanted))).isFalse();
        remove(directory.resolve("unpacked-prefix"));
        FetchOutcome.Complete anew = LocalCluster.fetch(node, wanted);
        assertThat(unpackedNow(anew)).isTrue();
        assertThat(anew.bytesFromPeers()).isZero();
        assertUnpacked("unpacked-prefix/d/b", 2, 100_000, 7);

        node.close();
        remove(cluster.dataOf("of-prefix").resolve("artifacts"));
        FetchOutcome.Complete still = LocalCluster.fetch(cluster.addNode("of-prefix"), wanted);
        assertThat(unpackedNow(still)).isFalse();
        assertThat(still.bytesFromPeers()).isZero();
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);
    }

    @Test
    void aNodeUnpacksForAGetOfAnotherProcessAndForOneWhoseArchiveIsNoneSaysSo() throws Exception {
        put("for-get.TGZ", 3, 1000, 3);
        Piecewise owner = cluster.addNode("owner");
        assertThat(owner.seeds()).isTrue();
        try (PiecewiseProcess get = get("s3://bucket/for-get.TGZ", "by-get", "owner", "--unpack")) {
            get.awaitLine(Pattern.compile(
                    "^ready: .*by-get \\(6 entries, 2.9 KiB unpacked from .* from peers, 0 B from S3\\)$"));
            assertThat(get.exitCode()).isZero();
        }
        try (PiecewiseProcess get = get("s3://bucket/for-get.TGZ", "by-get", "owner", "--unpack", "tgz")) {
            get.awaitLine(Pattern.compile(
                    "^ready: .*by-get \\(6 entries, .* as it was unpacked before; nothing fetched\\)$"));
            assertThat(get.exitCode()).isZero();
        }
        try (PiecewiseProcess get = get("s3://bucket/for-get.TGZ", "by-zip", "owner", "--unpack=zip")) {
            get.awaitLine(Pattern.compile(
                    "cannot unpack s3://bucket/for-get.TGZ: it is broken .*nothing was put at .*by-zip"));
            assertThat(get.exitCode()).isEqualTo(1);
        }
        try (PiecewiseProcess get = get("s3://bucket/for-get.TGZ", "by-rar", "owner", "--unpack=rar")) {
            get.awaitLine(
                    Pattern.compile("--unpack: 'rar' is not a method of unpacking; write auto, tar, tar.gz or zip"));
            assertThat(get.exitCode()).isEqualTo(2);
        }
        assertUnpacked("by-get", 3, 1000, 3);
        assertThat(directory.resolve("by-zip")).doesNotExist();
    }

    @Test
    void aSignalInTheMiddleLeavesNothing() throws Exception {
        put("many.tar.gz", 30_000, 100, 5);
        Path into = Files.createDirectory(directory.resolve("into"));
        try (PiecewiseProcess get = get("s3://bucket/many.tar.gz", "into/many", "killed", "--unpack", "--json")) {
            get.awaitLine(Pattern.compile("\"phase\":\"unpacking\""));
        }
        try (Stream<Path> left = Files.list(into)) {
            assertThat(left).isEmpty();
        }
        assertThat(cluster.dataOf("killed").resolve("unpacked")).doesNotExist();
        FetchOutcome outcome =
                cluster.addNode("killed").fetch(request("many.tar.gz", "into/many"), ProgressListener.NONE);
        assertThat(outcome)
                .isInstanceOfSatisfying(FetchOutcome.Complete.class, complete -> assertThat(complete.bytesFromPeers())
                        .isZero());
    }

    private PiecewiseProcess get(String uri, String destination, String data, String... more) {
        return PiecewiseProcess.start(
                Map.of(),
                Stream.concat(
                                Stream.of(
                                        "get",
                                        uri,
                                        directory.resolve(destination).toString(),
                                        "--tracker",
                                        cluster.trackerUrl().toString(),
                                        "--data",
                                        cluster.dataOf(data).toString(),
                                        "--advertise",
                                        "127.0.0.1",
                                        "--listen",
                                        "127.0.0.1:0"),
                                Stream.of(more))
                        .toArray(String[]::new));
    }
}
