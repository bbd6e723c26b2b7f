package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.Piecewise;
import dev.piecewise.it.lab.LeakCheck;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Ledger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way with real parts: the reason why Piecewise exists. */
class FirstLightTest {
    private static final long SIZE = 40_000_001;

    @TempDir
    Path directory;

    @Test
    void fourNodesAtOnceCostTheOriginItsSizeAndALaterOneNothing() throws Exception {
        warmUpTheJvm();
        LeakCheck leaks = new LeakCheck();
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("models/weights.bin", SIZE);
            cluster.addSeeder("seeder");
            List<Piecewise> nodes = new ArrayList<>();
            for (int node = 0; node < 4; node++) {
                nodes.add(cluster.addNode("node" + node));
            }

            List<Path> files = fetchAtOnce(nodes);

            assertThat(files).hasSize(4).allSatisfy(file -> assertThat(Files.mismatch(source, file))
                    .isEqualTo(-1));
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);

            Path late = directory.resolve("late.bin");
            FetchOutcome.Complete outcome =
                    LocalCluster.fetch(cluster.addNode("late"), LocalCluster.request("models/weights.bin", late));
            assertThat(Files.mismatch(source, late)).isEqualTo(-1);
            assertThat(outcome.bytesFromOrigin()).isZero();
            assertThat(outcome.bytesFromPeers()).isGreaterThanOrEqualTo(SIZE);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);

            theLedgerProvesIt(cluster);
        }
        leaks.assertNothingLeaked();
    }

    private List<Path> fetchAtOnce(List<Piecewise> nodes) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(nodes.size());
        try {
            List<Future<Path>> fetches = new ArrayList<>();
            for (int node = 0; node < nodes.size(); node++) {
                Piecewise piecewise = nodes.get(node);
                Path destination = directory.resolve("node" + node + ".bin");
                fetches.add(pool.submit(
                        () -> LocalCluster.fetch(piecewise, LocalCluster.request("models/weights.bin", destination))
                                .files()
                                .get(0)));
            }
            List<Path> files = new ArrayList<>();
            for (Future<Path> fetch : fetches) {
                files.add(fetch.get());
            }
            return files;
        } finally {
            pool.shutdownNow();
        }
    }

    private static void theLedgerProvesIt(LocalCluster cluster) {
        ArtifactStatus status = cluster.client().artifact(cluster.onlyArtifact());
        assertThat(status.state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(status.piecesHashed()).isEqualTo(status.pieceCount());
        Ledger ledger = cluster.client().ledger(cluster.onlyArtifact());
        assertThat(ledger.originBytes()).isEqualTo(SIZE);
        assertThat(ledger.wastedBytes()).isZero();
        assertThat(ledger.rereadBytes()).isZero();
        assertThat(ledger.pieces()).hasSize(status.pieceCount()).allSatisfy(piece -> {
            assertThat(piece.state()).isEqualTo("hashed");
            assertThat(piece.reads()).hasSize(1);
        });
    }

    /** Threads and files that the JDK and the libraries start once per JVM and keep are there before the leak check looks. */
    private void warmUpTheJvm() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("warm-up"))) {
            cluster.put("k", 1);
            cluster.addSeeder("seeder");
            LocalCluster.fetch(cluster.addNode("node"), LocalCluster.request("k", directory.resolve("warm")));
        }
    }
}
