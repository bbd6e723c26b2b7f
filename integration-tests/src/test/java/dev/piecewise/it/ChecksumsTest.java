package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An S3 that keeps checksums has a say in whether what was read of it is right. */
class ChecksumsTest {
    private static final int SIZE = 12_000_007;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private static String sum(Path file) throws IOException {
        Checksum sum = Crc.CRC64NVME.start();
        sum.update(Files.readAllBytes(file));
        return Crc.CRC64NVME.text(sum.getValue());
    }

    @Test
    void whatHasTheChecksumOfItsOriginArrivesAlsoWhenTheTrackerIsStartedAgainInTheMiddle() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.s3().keepChecksum(LocalCluster.BUCKET, "model.bin", sum(source));
            cluster.addSeeder("seeder");
            Piecewise node = cluster.addNode("node");
            cluster.s3().pauseAfter(SIZE / 2);
            Path file = directory.resolve("model.bin");
            CompletableFuture<FetchOutcome.Complete> fetched = CompletableFuture.supplyAsync(
                    () -> LocalCluster.fetch(node, LocalCluster.request("model.bin", file)));
            Await.until(
                    "some of it is read",
                    PATIENCE,
                    () -> !cluster.client().artifacts().artifacts().isEmpty()
                            && cluster.client().artifacts().artifacts().get(0).piecesHashed() > 0);
            cluster.restartTracker();
            cluster.s3().pauseAfter(Long.MAX_VALUE);
            assertThat(Files.mismatch(source, fetched.get().files().get(0))).isEqualTo(-1);
        }
    }

    @Test
    void whatHasAnotherOneFailsByNameAndIsReadAnewWhenItIsAskedForAgain() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.s3().keepChecksum(LocalCluster.BUCKET, "model.bin", "AAAAAAAAAAE=");
            cluster.addSeeder("seeder");
            Piecewise node = cluster.addNode("node");
            Path there = Files.createDirectory(directory.resolve("there"));
            Path file = there.resolve("model.bin");

            FetchOutcome outcome = node.fetch(LocalCluster.request("model.bin", file), ProgressListener.NONE);
            assertThat(outcome).isInstanceOfSatisfying(FetchOutcome.Failed.class, failed -> assertThat(failed.message())
                    .contains("s3://bucket/model.bin", "CRC64NVME", "AAAAAAAAAAE=", "Ask again"));
            assertThat(((FetchOutcome.Failed) outcome).message()).contains(sum(source));
            try (Stream<Path> left = Files.list(there)) {
                assertThat(left).isEmpty();
            }
            ArtifactStatus failed = cluster.client().artifacts().artifacts().get(0);
            assertThat(failed.state()).isEqualTo(ArtifactState.FAILED);
            assertThat(failed.infoHash()).isNull();
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);

            cluster.s3().keepChecksum(LocalCluster.BUCKET, "model.bin", sum(source));
            FetchOutcome.Complete again = LocalCluster.fetch(node, LocalCluster.request("model.bin", file));
            assertThat(Files.mismatch(source, again.files().get(0))).isEqualTo(-1);
            assertThat(cluster.s3().objectBytesSent()).as("all of it anew").isEqualTo(2L * SIZE);
        }
    }
}
