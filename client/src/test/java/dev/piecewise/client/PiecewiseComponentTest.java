package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.cluster.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(180)
class PiecewiseComponentTest {
    private static final int PIECE = 64 * 1024;

    @TempDir
    private Path directory;

    private Cluster cluster;
    private final ExecutorService executor = Executors.newCachedThreadPool();

    @BeforeEach
    void start() throws IOException {
        cluster = new Cluster(directory);
    }

    @AfterEach
    void stop() throws IOException {
        executor.shutdownNow();
        cluster.close();
    }

    private FetchRequest request(String key, String destination) {
        return FetchRequest.of(
                        ArtifactUri.parse("s3://models/" + key),
                        Destination.parse(directory.resolve(destination).toString()))
                .withPieceLength(new PieceLength(PIECE))
                .withStallTimeout(Duration.ofSeconds(60));
    }

    private static FetchOutcome.Complete complete(FetchOutcome outcome) {
        assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
        return (FetchOutcome.Complete) outcome;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PIECE - 1, PIECE, PIECE + 1, 40 * PIECE + 7})
    void threeNodesAtOnceTakeEveryByteFromTheOriginOnce(int size) throws Exception {
        byte[] bytes = cluster.put("k", size);
        List<Piecewise> nodes = new ArrayList<>();
        try {
            List<CompletableFuture<FetchOutcome>> outcomes = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Piecewise node = Piecewise.open(cluster.node("n" + i));
                nodes.add(node);
                FetchRequest request = request("k", "out" + i);
                outcomes.add(CompletableFuture.supplyAsync(() -> node.fetch(request, ProgressListener.NONE), executor));
            }
            for (int i = 0; i < 3; i++) {
                FetchOutcome.Complete complete = complete(outcomes.get(i).get());
                assertThat(complete.files()).containsExactly(directory.resolve("out" + i));
                assertThat(complete.totalBytes()).isEqualTo(size);
                assertThat(complete.bytesFromOrigin()).isZero();
                assertThat(directory.resolve("out" + i)).hasBinaryContent(bytes);
            }
            assertThat(cluster.s3.objectBytesSent()).isEqualTo(size);
        } finally {
            nodes.forEach(Piecewise::close);
        }
    }

    @Test
    void aLaterFetchAndARestartedSeederTakeNothingFromTheOrigin() throws Exception {
        byte[] bytes = cluster.put("k", 10 * PIECE);
        try (Piecewise first = Piecewise.open(cluster.node("n1"))) {
            complete(first.fetch(request("k", "out1"), ProgressListener.NONE));
        }
        cluster.restartSeeder();
        try (Piecewise second = Piecewise.open(cluster.node("n2"))) {
            complete(second.fetch(request("k", "out2"), ProgressListener.NONE));
        }
        assertThat(directory.resolve("out2")).hasBinaryContent(bytes);
        assertThat(cluster.s3.objectBytesSent()).isEqualTo(10 * PIECE);
    }

    @Test
    void aNodeWaitsUntilAGetThatHadTheDataDirectoryFirstEnds() throws Exception {
        CompletableFuture<Node> started;
        try (Piecewise get = Piecewise.open(cluster.node("n"))) {
            started = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return NodeMain.start(cluster.node("n"), Duration.ofSeconds(30));
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    executor);
            cluster.put("k", PIECE);
            complete(get.fetch(request("k", "out"), ProgressListener.NONE));
            assertThat(get.seeds()).isTrue();
            assertThat(started).isNotDone();
        }
        try (Node node = started.get(30, TimeUnit.SECONDS)) {
            assertThat(node.failure()).isNotDone();
        }
    }

    @Test
    void aGetUsesTheNodeOfItsDataDirectoryAndTakesOverWhenThatEnds() throws Exception {
        byte[] bytes = cluster.put("k", 5 * PIECE);
        Node node = NodeMain.start(cluster.node("n"));
        assertThatThrownBy(() -> NodeMain.start(cluster.node("n")))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("in use");
        try (Piecewise get = Piecewise.open(cluster.node("n"))) {
            assertThat(get.seeds()).isFalse();
            complete(get.fetch(request("k", "out1"), ProgressListener.NONE));
            node.close();
            complete(get.fetch(request("k", "out2"), ProgressListener.NONE));
            assertThat(get.seeds()).isTrue();
        }
        assertThat(directory.resolve("out2")).hasBinaryContent(bytes);
        assertThat(Files.isSameFile(directory.resolve("out1"), directory.resolve("out2")))
                .isTrue();
    }

    @Test
    void aFetchGoesOnWhenTheOwnerEndsInItsMiddle() throws Exception {
        Node node = NodeMain.start(cluster.node("n"));
        List<FetchProgress> progress = new CopyOnWriteArrayList<>();
        byte[] bytes = cluster.put("k", 400 * PIECE);
        try (Piecewise get = Piecewise.open(cluster.node("n"))) {
            CompletableFuture<FetchOutcome> outcome =
                    CompletableFuture.supplyAsync(() -> get.fetch(request("k", "out"), progress::add), executor);
            Eventually.await("something is known", () -> progress.size() > 1);
            node.close();
            complete(outcome.get());
            assertThat(get.seeds()).isTrue();
        } finally {
            node.close();
        }
        assertThat(directory.resolve("out")).hasBinaryContent(bytes);
        assertThat(cluster.s3.objectBytesSent()).isEqualTo(400L * PIECE);
    }

    @Test
    void aRestartedNodeSeedsWhatItHas() throws Exception {
        byte[] bytes = cluster.put("k", 5 * PIECE);
        try (Node node = NodeMain.start(cluster.node("n1"));
                Piecewise get = Piecewise.open(cluster.node("n1"))) {
            assertThat(node.nodeId()).isNotEmpty();
            complete(get.fetch(request("k", "out1"), ProgressListener.NONE));
        }
        try (Node again = NodeMain.start(cluster.node("n1"));
                Piecewise other = Piecewise.open(cluster.node("n2"))) {
            assertThat(again.failure().toCompletableFuture()).isNotDone();
            complete(other.fetch(request("k", "out2"), ProgressListener.NONE));
        }
        assertThat(directory.resolve("out2")).hasBinaryContent(bytes);
    }

    @Test
    void errorsAreOutcomesAndLeaveNothing() throws Exception {
        cluster.put("k", PIECE);
        try (Piecewise get = Piecewise.open(cluster.node("n"))) {
            assertThat(get.fetch(request("missing", "out"), ProgressListener.NONE))
                    .isInstanceOfSatisfying(FetchOutcome.NotFound.class, notFound -> assertThat(notFound.message())
                            .contains("missing"));
            assertThat(get.fetch("s3://elsewhere/k", directory.resolve("out").toString()))
                    .isInstanceOf(FetchOutcome.Denied.class);
            assertThat(get.fetch("nonsense", "x")).isInstanceOf(FetchOutcome.Usage.class);
            Files.write(directory.resolve("other"), new byte[] {1});
            assertThat(get.fetch(request("k", "other"), ProgressListener.NONE)).isInstanceOf(FetchOutcome.Usage.class);
            assertThat(directory.resolve("other")).hasBinaryContent(new byte[] {1});
            complete(get.fetch(request("k", "other").withReplace(true), ProgressListener.NONE));
        }
        assertThat(directory.resolve("out")).doesNotExist();
    }

    @Test
    void anAlteredStoredFileIsRepairedBeforeItIsPublishedAgain() throws Exception {
        byte[] bytes = cluster.put("k", 5 * PIECE);
        try (Piecewise get = Piecewise.open(cluster.node("n"))) {
            FetchOutcome.Complete first = complete(get.fetch(request("k", "out1"), ProgressListener.NONE));
            Path published = first.files().get(0);
            assertThat(published.toFile().setWritable(true)).isTrue();
            byte[] altered = bytes.clone();
            altered[PIECE + 1] ^= 1;
            Files.write(published, altered);
            complete(get.fetch(request("k", "out2"), ProgressListener.NONE));
        }
        assertThat(directory.resolve("out2")).hasBinaryContent(bytes);
    }
}
