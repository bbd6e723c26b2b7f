package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.NodeMain;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.RequiresProgram;
import dev.piecewise.it.lab.StockClient;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.Seeder;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Ledger;
import dev.piecewise.trackerclient.api.NodeStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pieces travel while the rest of the object is still unread: S3 stops in the middle until they have. */
@Timeout(180)
class GrowingSwarmTest {
    private static final long SIZE = 12_000_007;
    private static final long FIRST_PART = 4_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private CompletableFuture<FetchOutcome> fetch(Piecewise node, Path destination) {
        return CompletableFuture.supplyAsync(
                () -> node.fetch(LocalCluster.request("model.bin", destination), ProgressListener.NONE),
                task -> new Thread(task, "fetch").start());
    }

    /** Waits until so many live nodes hold each piece that was read; how many that is. */
    private static int awaitSpread(LocalCluster cluster, int holders) throws Exception {
        Await.until(
                "an artifact",
                PATIENCE,
                () -> !cluster.client().artifacts().artifacts().isEmpty());
        ArtifactId id = cluster.onlyArtifact();
        Await.until("every piece that was read is everywhere", PATIENCE, () -> {
            List<Ledger.Piece> read = read(cluster, id);
            return !read.isEmpty() && read.stream().allMatch(piece -> piece.holders() == holders);
        });
        ArtifactStatus status = cluster.client().artifact(id);
        assertThat(status.state()).isEqualTo(ArtifactState.READING);
        assertThat(status.piecesHashed()).isLessThan(status.pieceCount());
        return status.piecesHashed();
    }

    private static List<Ledger.Piece> read(LocalCluster cluster, ArtifactId id) {
        return cluster.client().ledger(id).pieces().stream()
                .filter(piece -> piece.state().equals("hashed"))
                .toList();
    }

    @Test
    void nodesHoldWhatWasReadBeforeTheReadEndsAndTheOriginSendsEachByteOnce() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.s3().pauseAfter(FIRST_PART);
            cluster.addSeeder("seeder");
            List<Path> files = List.of(directory.resolve("a"), directory.resolve("b"));
            List<CompletableFuture<FetchOutcome>> fetches = files.stream()
                    .map(file -> fetch(cluster.addNode(file.getFileName().toString()), file))
                    .toList();
            awaitSpread(cluster, 3);
            CompletableFuture<FetchOutcome> late = fetch(cluster.addNode("late"), directory.resolve("late"));
            awaitSpread(cluster, 4);
            cluster.s3().pauseAfter(Long.MAX_VALUE);

            for (CompletableFuture<FetchOutcome> fetch : fetches) {
                assertThat(fetch.get()).isInstanceOf(FetchOutcome.Complete.class);
            }
            assertThat(late.get()).isInstanceOf(FetchOutcome.Complete.class);
            Path after = directory.resolve("after");
            LocalCluster.fetch(cluster.addNode("after"), LocalCluster.request("model.bin", after));
            assertThat(List.of(files.get(0), files.get(1), directory.resolve("late"), after))
                    .allSatisfy(file -> assertThat(Files.mismatch(source, file)).isEqualTo(-1));
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);
            assertThat(cluster.client().ledger(cluster.onlyArtifact()).wastedBytes())
                    .isZero();
        }
    }

    @Test
    void whateverStopsInTheMiddleGoesOnWhereItWas() throws Exception {
        LeaseTimes brief = LeaseTimes.of(Duration.ofMillis(200), Duration.ofSeconds(2));
        try (LocalCluster cluster =
                LocalCluster.start(directory.resolve("cluster"), config -> config.withLeases(brief))) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.s3().pauseAfter(FIRST_PART);
            Seeder doomed = cluster.addSeeder("doomed");
            CompletableFuture<FetchOutcome> patient = fetch(cluster.addNode("a"), directory.resolve("a"));
            Piecewise stopped = cluster.addNode("b");
            CompletableFuture<FetchOutcome> interrupted = fetch(stopped, directory.resolve("b"));
            int read = awaitSpread(cluster, 3);

            stopped.close();
            assertThat(interrupted.get()).isNotInstanceOf(FetchOutcome.Complete.class);
            cluster.restartTracker();
            awaitSpread(cluster, 2);
            doomed.close();
            awaitSpread(cluster, 1);
            CompletableFuture<FetchOutcome> again = fetch(cluster.addNode("b"), directory.resolve("b"));
            awaitSpread(cluster, 2);
            cluster.addSeeder("heir");
            cluster.s3().pauseAfter(Long.MAX_VALUE);

            assertThat(patient.get()).isInstanceOf(FetchOutcome.Complete.class);
            long pieceBytes = cluster.client().artifact(cluster.onlyArtifact()).pieceBytes();
            assertThat(again.get()).isInstanceOfSatisfying(FetchOutcome.Complete.class, complete -> assertThat(
                            complete.bytesFromPeers())
                    .isLessThan(SIZE - (read - 1) * pieceBytes));
            assertThat(List.of(directory.resolve("a"), directory.resolve("b")))
                    .allSatisfy(file -> assertThat(Files.mismatch(source, file)).isEqualTo(-1));
            Ledger ledger = cluster.client().ledger(cluster.onlyArtifact());
            assertThat(ledger.rereadPieces()).isZero();
            assertThat(ledger.originBytes() - ledger.wastedBytes()).isEqualTo(SIZE);
        }
    }

    /** When the others come the seeder is gone. */
    @Test
    @RequiresProgram(value = "aria2c", debianPackage = "aria2")
    void onceItWasReadEveryNodeSeedsItToLateNodesAndStockClients() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(
                directory.resolve("cluster"),
                config -> config.withAnnounce(Duration.ofSeconds(1), Duration.ofSeconds(1)))) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.s3().pauseAfter(FIRST_PART);
            Seeder seeder = cluster.addSeeder("seeder");
            List<CompletableFuture<FetchOutcome>> fetches =
                    List.of(fetchOnNode(cluster, "a"), fetchOnNode(cluster, "b"));
            awaitSpread(cluster, 3);
            cluster.s3().pauseAfter(Long.MAX_VALUE);
            for (CompletableFuture<FetchOutcome> fetch : fetches) {
                assertThat(fetch.get()).isInstanceOf(FetchOutcome.Complete.class);
            }
            seeder.close();
            assertThat(cluster.client().nodes().nodes())
                    .extracting(NodeStatus::role)
                    .containsOnly("node");

            Path late = directory.resolve("late");
            try (Piecewise node = cluster.addNode("late")) {
                FetchOutcome.Complete outcome = LocalCluster.fetch(node, LocalCluster.request("model.bin", late));
                assertThat(outcome.bytesFromPeers()).isGreaterThanOrEqualTo(SIZE);
            }
            assertThat(Files.mismatch(source, late)).isEqualTo(-1);
            try (StockClient aria2 = StockClient.start(
                    StockClient.Program.ARIA2,
                    directory.resolve("aria2"),
                    cluster.trackerUrl() + "/torrent?uri=" + LocalCluster.uri("model.bin"))) {
                aria2.awaitFile("model.bin", source, PATIENCE);
            }
            assertThat(cluster.client().nodes().nodes())
                    .extracting(NodeStatus::role)
                    .containsOnly("node");
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);
        }
    }

    /** Through a {@code node}, which stays. */
    private CompletableFuture<FetchOutcome> fetchOnNode(LocalCluster cluster, String name) {
        NodeConfig config = NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf(name))
                .withListen(Listen.loopback())
                .withAdvertise("127.0.0.1");
        cluster.own(NodeMain.start(config));
        return fetch(cluster.own(Piecewise.open(config)), directory.resolve(name));
    }
}
