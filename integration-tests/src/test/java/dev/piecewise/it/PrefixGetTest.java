package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.core.PieceLength;
import dev.piecewise.it.lab.LocalCluster;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole prefixes, from the keys of S3 to the trees of three nodes. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class PrefixGetTest {
    private static final int PIECE = 256 * 1024;

    private Path directory;
    private LocalCluster cluster;
    private List<Piecewise> nodes;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        directory = root;
        cluster = LocalCluster.start(root);
        cluster.addSeeder("seeder");
        nodes = List.of(cluster.addNode("node-1"), cluster.addNode("node-2"), cluster.addNode("node-3"));
    }

    @AfterAll
    void stop() throws Exception {
        cluster.close();
    }

    private FetchRequest request(String prefix, Path destination) {
        return LocalCluster.request(prefix, destination).withPieceLength(new PieceLength(PIECE));
    }

    /** Puts the keys and gives what the tree must be. */
    private Map<String, String> put(String prefix, Map<String, Integer> sizes) throws Exception {
        Map<String, String> tree = new TreeMap<>();
        for (Map.Entry<String, Integer> file : sizes.entrySet()) {
            Path source = cluster.put(prefix + file.getKey(), file.getValue());
            tree.put(file.getKey(), digest(source));
            Files.delete(source);
        }
        cluster.s3().resetCounters();
        return tree;
    }

    private static String digest(Path file) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        return HexFormat.of().formatHex(hash);
    }

    /** Files with their digests; empty directories with a slash. */
    private static Map<String, String> below(Path root) throws Exception {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.toList()) {
                String name = root.relativize(path).toString();
                if (!Files.isDirectory(path)) {
                    found.put(name, digest(path));
                } else if (isEmpty(path)) {
                    found.put(name + "/", "");
                }
            }
        }
        return found;
    }

    private static boolean isEmpty(Path path) throws Exception {
        try (Stream<Path> inside = Files.list(path)) {
            return inside.findAny().isEmpty();
        }
    }

    private static Map<String, Integer> mixed() {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        sizes.put("a", 1);
        sizes.put("a.txt", 100);
        sizes.put("deep/er/größe 𝄞+%2F", PIECE + 1);
        sizes.put("deep/zero", 0);
        sizes.put("large", 5 * PIECE - 3);
        sizes.put("z/zero", 0);
        return sizes;
    }

    @Test
    void threeNodesAtOnceGetTheSameTreeAndEveryByteLeavesS3Once() throws Exception {
        Map<String, String> tree = put("mixed/", mixed());
        long total = mixed().values().stream().mapToLong(size -> size).sum();
        List<CompletableFuture<FetchOutcome.Complete>> outcomes = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Piecewise node = nodes.get(i);
            Path destination = directory.resolve("tree-" + i);
            outcomes.add(CompletableFuture.supplyAsync(() -> LocalCluster.fetch(node, request("mixed/", destination))));
        }
        for (int i = 0; i < nodes.size(); i++) {
            FetchOutcome.Complete complete = outcomes.get(i).get();
            Path destination = directory.resolve("tree-" + i);
            assertThat(complete.path()).isEqualTo(destination);
            assertThat(complete.files())
                    .containsExactlyElementsOf(
                            mixed().keySet().stream().map(destination::resolve).toList());
            assertThat(complete.totalBytes()).isEqualTo(total);
            assertThat(complete.bytesFromPeers()).isEqualTo(total);
            assertThat(below(destination)).isEqualTo(tree);
        }
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(total);
    }

    @Test
    void aSecondGetChangesNothingAndAChangedFileIsNamedAndRepairedAlone() throws Exception {
        Map<String, String> tree = put("again/", mixed());
        Path destination = directory.resolve("again");
        Piecewise node = nodes.get(0);
        LocalCluster.fetch(node, request("again/", destination));
        long sent = cluster.s3().objectBytesSent();
        FileTime longAgo = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(destination, longAgo);
        FetchOutcome.Complete second = LocalCluster.fetch(node, request("again/", destination));
        assertThat(second.bytesFromPeers()).isZero();
        assertThat(Files.getLastModifiedTime(destination)).isEqualTo(longAgo);

        Path changed = destination.resolve("deep/er/größe 𝄞+%2F");
        Files.delete(changed);
        Files.write(changed, new byte[PIECE + 1]);
        Object kept = Files.getAttribute(destination.resolve("large"), "unix:ctime");
        FetchOutcome refused = node.fetch(request("again/", destination), ProgressListener.NONE);
        assertThat(refused).isInstanceOf(FetchOutcome.Usage.class).asString().contains(changed.toString());
        LocalCluster.fetch(node, request("again/", destination).withReplace(true));
        assertThat(below(destination)).isEqualTo(tree);
        assertThat(Files.getAttribute(destination.resolve("large"), "unix:ctime"))
                .isEqualTo(kept);
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(sent);
    }

    @Test
    void aFileSpoiltInPlaceIsRepairedFromPeersAndNotShown() throws Exception {
        Map<String, String> tree = put("spoilt/", mixed());
        LocalCluster.fetch(nodes.get(0), request("spoilt/", directory.resolve("spoilt-1")));
        LocalCluster.fetch(nodes.get(1), request("spoilt/", directory.resolve("spoilt-2")));
        long sent = cluster.s3().objectBytesSent();
        Path published = directory.resolve("spoilt-1/deep/er/größe 𝄞+%2F"); // the store's file, too
        assertThat(published.toFile().setWritable(true)).isTrue();
        byte[] bytes = Files.readAllBytes(published);
        bytes[PIECE] ^= 1;
        Files.write(published, bytes);
        LocalCluster.fetch(nodes.get(0), request("spoilt/", directory.resolve("spoilt-3")));
        assertThat(below(directory.resolve("spoilt-3"))).isEqualTo(tree);
        assertThat(Files.readAllBytes(published)).isEqualTo(bytes);
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(sent);
    }

    @Test
    void directoryMarkersBecomeDirectories() throws Exception {
        Map<String, String> tree = put("marked/", Map.of("full/file", 10));
        for (String marker : List.of("", "full/", "empty/", "deep/er/")) {
            cluster.s3().put(LocalCluster.BUCKET, "marked/" + marker, InputStream.nullInputStream(), 0);
        }
        tree.put("empty/", "");
        tree.put("deep/er/", "");
        Path destination = directory.resolve("marked");
        LocalCluster.fetch(nodes.get(0), request("marked/", destination));
        assertThat(below(destination)).isEqualTo(tree);
    }

    @Test
    void markersAloneMakeEmptyDirectoriesAndNothingIsRead() throws Exception {
        cluster.s3().put(LocalCluster.BUCKET, "only/markers/", InputStream.nullInputStream(), 0);
        FetchOutcome.Complete complete = LocalCluster.fetch(nodes.get(0), request("only/", directory.resolve("only")));
        assertThat(complete.files()).isEmpty();
        assertThat(below(directory.resolve("only"))).containsOnlyKeys("markers/");
    }

    @Test
    void fifteenHundredFilesArriveWhole() throws Exception {
        cluster.s3().resetCounters();
        for (int i = 0; i < 1500; i++) {
            byte[] bytes = new byte[i % 5 * 500];
            Arrays.fill(bytes, (byte) i);
            cluster.s3().put(LocalCluster.BUCKET, "many/" + nameOf(i), new ByteArrayInputStream(bytes), bytes.length);
        }
        FetchOutcome.Complete complete = LocalCluster.fetch(nodes.get(1), request("many/", directory.resolve("many")));
        assertThat(complete.files()).hasSize(1500);
        for (int i = 0; i < 1500; i++) {
            byte[] bytes = new byte[i % 5 * 500];
            Arrays.fill(bytes, (byte) i);
            assertThat(directory.resolve("many").resolve(nameOf(i))).hasBinaryContent(bytes);
        }
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(complete.totalBytes());
    }

    private static String nameOf(int file) {
        return String.format("d%02d/f%04d", file / 100, file);
    }
}
