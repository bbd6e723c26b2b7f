package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.core.PieceLength;
import dev.piecewise.it.lab.LocalCluster;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Eight nodes that have nothing and all ask at once; what that costs the origin, also when one of them is in trouble. */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class ColdClusterTest {
    private static final int NODES = 8;
    private static final int KIB = 1024;
    private static final long MIB = 1024L * KIB;

    private final List<Piecewise> nodes = new ArrayList<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(NODES + 1);
    private Path directory;
    private LocalCluster cluster;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        directory = root;
        cluster = LocalCluster.start(root.resolve("cluster"));
        cluster.addSeeder("seeder");
        for (int i = 0; i < NODES; i++) {
            nodes.add(cluster.addNode("node" + i));
        }
    }

    @AfterAll
    void stop() throws Exception {
        threads.shutdownNow();
        cluster.close();
    }

    /** Where a node puts what it is asked for. */
    private Path at(int node, String name) {
        return directory.resolve("out-" + node).resolve(name);
    }

    /** All nodes ask at once. */
    private List<FetchOutcome> all(List<Piecewise> askers, Function<Integer, FetchRequest> request) throws Exception {
        List<Future<FetchOutcome>> fetches = new ArrayList<>();
        for (int i = 0; i < askers.size(); i++) {
            Piecewise node = askers.get(i);
            FetchRequest its = request.apply(i);
            fetches.add(threads.submit(() -> node.fetch(its, ProgressListener.NONE)));
        }
        List<FetchOutcome> outcomes = new ArrayList<>();
        for (Future<FetchOutcome> fetch : fetches) {
            outcomes.add(fetch.get());
        }
        return outcomes;
    }

    private void everywhereAndReadOnce(String key, long bytes, PieceLength pieceLength) throws Exception {
        Path source = cluster.put(key, bytes);
        cluster.s3().resetCounters();
        Function<Integer, FetchRequest> request =
                node -> LocalCluster.request(key, at(node, key)).withPieceLength(pieceLength);
        assertThat(all(nodes, request)).hasSize(NODES).allMatch(FetchOutcome.Complete.class::isInstance);
        for (int i = 0; i < NODES; i++) {
            assertThat(Files.mismatch(source, at(i, key))).isEqualTo(-1);
        }
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(bytes);
    }

    @Test
    void thirteenBytesLeaveTheOriginOnce() throws Exception {
        everywhereAndReadOnce("thirteen", 13, new PieceLength(16 * KIB));
    }

    @Test
    void aHundredKibibytesInPiecesOfSixteenLeaveTheOriginOnce() throws Exception {
        everywhereAndReadOnce("hundred", 100 * KIB, new PieceLength(16 * KIB));
    }

    /** One node: what is tried is the long piece, which is larger than a process's memory may be. */
    @Test
    void twoHundredMebibytesInPiecesOfFiftyLeaveTheOriginOnce() throws Exception {
        Path source = cluster.put("large", 200 * MIB);
        cluster.s3().resetCounters();
        FetchRequest request =
                LocalCluster.request("large", at(0, "large")).withPieceLength(new PieceLength((int) (50 * MIB)));
        assertThat(LocalCluster.fetch(nodes.get(0), request).totalBytes()).isEqualTo(200 * MIB);
        assertThat(Files.mismatch(source, at(0, "large"))).isEqualTo(-1);
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(200 * MIB);
    }

    @Test
    void fiftySmallFilesLeaveTheOriginOnceAndASecondRunAndALateNodeReadNothing() throws Exception {
        long sum = 0;
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            byte[] content = new byte[1 + 700 * i];
            new Random(i).nextBytes(content);
            cluster.s3().put(LocalCluster.BUCKET, "fifty/" + i, new ByteArrayInputStream(content), content.length);
            contents.add(content);
            sum += content.length;
        }
        cluster.s3().resetCounters();
        Function<Integer, FetchRequest> request = node -> LocalCluster.request("fifty/", at(node, "fifty"));
        assertThat(all(nodes, request)).allMatch(FetchOutcome.Complete.class::isInstance);
        for (int node = 0; node < NODES; node++) {
            for (int i = 0; i < contents.size(); i++) {
                assertThat(at(node, "fifty").resolve(String.valueOf(i))).hasBinaryContent(contents.get(i));
            }
        }
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(sum);

        assertThat(all(nodes, request)).allSatisfy(again -> {
            assertThat(again).isInstanceOf(FetchOutcome.Complete.class);
            assertThat(((FetchOutcome.Complete) again).bytesFromPeers()).isZero();
        });
        try (Piecewise late = cluster.addNode("late")) {
            LocalCluster.fetch(late, LocalCluster.request("fifty/", at(NODES, "fifty")));
        }
        assertThat(at(NODES, "fifty").resolve("49")).hasBinaryContent(contents.get(49));
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(sum);
    }

    @Test
    void aNodeWhoseDiskIsFullFailsAloneAndTheOthersFinish() throws Exception {
        Path small = Files.createDirectory(cluster.dataOf("full"));
        int mounted = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small.toString())
                .redirectErrorStream(true)
                .start()
                .waitFor();
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(mounted == 0, "mounting a small disk needs root");
        }
        assertThat(mounted).as("mounting a small disk needs root").isZero();
        try (Piecewise full = cluster.addNode("full")) {
            long bytes = 6 * MIB + 1;
            Path source = cluster.put("for-full", bytes);
            cluster.s3().resetCounters();
            List<Piecewise> both = new ArrayList<>(nodes);
            both.add(full);
            List<FetchOutcome> outcomes = all(both, node -> LocalCluster.request("for-full", at(node, "for-full"))
                    .withPieceLength(new PieceLength(256 * KIB)));
            assertThat(outcomes.subList(0, NODES)).allMatch(FetchOutcome.Complete.class::isInstance);
            for (int i = 0; i < NODES; i++) {
                assertThat(Files.mismatch(source, at(i, "for-full"))).isEqualTo(-1);
            }
            assertThat(outcomes.get(NODES))
                    .isInstanceOf(FetchOutcome.Failed.class)
                    .asString()
                    .contains("space");
            assertThat(at(NODES, "for-full")).doesNotExist();
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(bytes);
        } finally {
            new ProcessBuilder("umount", "-l", small.toString()).start().waitFor();
        }
    }
}
