package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.seeder.cluster.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A prefix through whichever process owns the data directory. */
@Timeout(180)
class PrefixComponentTest {
    private static final int PIECE = 64 * 1024;

    @TempDir
    private Path directory;

    private Cluster cluster;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Map<String, byte[]> tree = new TreeMap<>();

    @BeforeEach
    void start() throws IOException {
        cluster = new Cluster(directory);
    }

    @AfterEach
    void stop() throws IOException {
        executor.shutdownNow();
        cluster.close();
    }

    private long put(int largest) {
        tree.put("a", cluster.put("k/a", 10));
        tree.put("deep/large", cluster.put("k/deep/large", largest));
        tree.put("deep/zero", cluster.put("k/deep/zero", 0));
        cluster.s3.put("models", "k/void/", InputStream.nullInputStream(), 0);
        return 10L + largest;
    }

    private FetchRequest request(String destination) {
        return FetchRequest.of(
                        ArtifactUri.parse("s3://models/k/"),
                        Destination.parse(directory.resolve(destination).toString()))
                .withPieceLength(new PieceLength(PIECE))
                .withStallTimeout(Duration.ofSeconds(60));
    }

    private void arrived(FetchOutcome outcome, String destination) {
        Path root = directory.resolve(destination);
        assertThat(outcome).isInstanceOfSatisfying(FetchOutcome.Complete.class, complete -> {
            assertThat(complete.path()).isEqualTo(root);
            assertThat(complete.files())
                    .containsExactlyElementsOf(
                            tree.keySet().stream().map(root::resolve).toList());
        });
        tree.forEach((path, bytes) -> assertThat(root.resolve(path)).hasBinaryContent(bytes));
        assertThat(root.resolve("void")).isEmptyDirectory();
    }

    @Test
    void aNodeServesTwoGetsOfOnePrefixAtOnceAndTheNextGetTakesOver() throws Exception {
        long total = put(20 * PIECE + 1);
        Node node = NodeMain.start(cluster.node("n"));
        try (Piecewise first = Piecewise.open(cluster.node("n"));
                Piecewise second = Piecewise.open(cluster.node("n"))) {
            assertThat(first.seeds() || second.seeds()).isFalse();
            CompletableFuture<FetchOutcome> other =
                    CompletableFuture.supplyAsync(() -> second.fetch(request("out2"), ProgressListener.NONE), executor);
            arrived(first.fetch(request("out1"), ProgressListener.NONE), "out1");
            arrived(other.get(), "out2");
            node.close();
            arrived(first.fetch(request("out3"), ProgressListener.NONE), "out3");
        } finally {
            node.close();
        }
        assertThat(cluster.s3.objectBytesSent()).isEqualTo(total);
    }

    @Test
    void twoGetsOfOnePrefixToTheSamePlaceBothSucceed() throws Exception {
        put(PIECE);
        try (Piecewise get = Piecewise.open(cluster.node("n"))) {
            CompletableFuture<FetchOutcome> other =
                    CompletableFuture.supplyAsync(() -> get.fetch(request("out"), ProgressListener.NONE), executor);
            arrived(get.fetch(request("out"), ProgressListener.NONE), "out");
            arrived(other.get(), "out");
        }
    }

    @Test
    void aFetchGoesOnWhenTheOwnerEndsInItsMiddleAndARestartedNodeSeeds() throws Exception {
        long total = put(400 * PIECE);
        Node node = NodeMain.start(cluster.node("n"));
        List<FetchProgress> progress = new CopyOnWriteArrayList<>();
        try (Piecewise get = Piecewise.open(cluster.node("n"))) {
            CompletableFuture<FetchOutcome> outcome =
                    CompletableFuture.supplyAsync(() -> get.fetch(request("out"), progress::add), executor);
            Eventually.await("something is known", () -> progress.size() > 1);
            node.close();
            arrived(outcome.get(), "out");
            assertThat(progress.get(progress.size() - 1).fileCount()).isEqualTo(3);
        } finally {
            node.close();
        }
        try (Node again = NodeMain.start(cluster.node("n"));
                Piecewise other = Piecewise.open(cluster.node("n2"))) {
            assertThat(again.nodeId()).isNotEmpty();
            arrived(other.fetch(request("out2"), ProgressListener.NONE), "out2");
        }
        assertThat(cluster.s3.objectBytesSent()).isEqualTo(total);
    }

    @Test
    void aSeederServesTheGetOfAPrefix() throws Exception {
        long total = put(5 * PIECE);
        try (SeederGets gets = cluster.serveGets();
                Piecewise get = Piecewise.open(cluster.node("seeder"))) {
            assertThat(gets).isNotNull();
            assertThat(get.seeds()).isFalse();
            arrived(get.fetch(request("out"), ProgressListener.NONE), "out");
        }
        assertThat(Files.isSameFile(directory.resolve("out/a"), stored(directory.resolve("seeder"))))
                .isTrue();
        assertThat(cluster.s3.objectBytesSent()).isEqualTo(total);
    }

    private static Path stored(Path data) throws IOException {
        try (var paths = Files.walk(data)) {
            return paths.filter(path -> path.endsWith("files/k/a")).findFirst().orElseThrow();
        }
    }

    @Test
    void whatIsInTheWayIsNamedBeforeAnythingIsDownloadedToTheNode() throws Exception {
        put(5 * PIECE);
        Path mine = Files.createDirectories(directory.resolve("out/deep")).resolve("large");
        Files.writeString(mine, "mine");
        try (Node node = NodeMain.start(cluster.node("n"));
                Piecewise get = Piecewise.open(cluster.node("n"))) {
            assertThat(node.failure().toCompletableFuture()).isNotDone();
            assertThat(get.fetch(request("out"), ProgressListener.NONE))
                    .isInstanceOfSatisfying(FetchOutcome.Usage.class, usage -> assertThat(usage.message())
                            .contains(mine.toString()));
        }
        assertThat(directory.resolve("n/artifacts")).isEmptyDirectory();
    }
}
