package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.Piecewise;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.PieceLength;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.tracker.lease.OriginBudget;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What all seeders together take from an origin, as the origin sees it. */
class LimitsTest {
    private static final int MIB = 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void theOriginNeverSeesMoreReadsAtOnceThanTheTrackerAllows() throws Exception {
        int size = 96 * MIB;
        try (LocalCluster cluster = LocalCluster.start(
                directory.resolve("cluster"),
                config -> config.withOriginLimits(new OriginBudget.Limits(3, ByteRate.UNLIMITED)))) {
            Path source = cluster.put("model.bin", size);
            cluster.s3().resetCounters();
            cluster.addSeeder("one");
            cluster.addSeeder("two");
            Piecewise node = cluster.addNode("node");
            Path file = directory.resolve("model.bin");
            FetchRequest request = LocalCluster.request("model.bin", file).withPieceLength(new PieceLength(MIB));
            LocalCluster.fetch(node, request);
            assertThat(Files.mismatch(source, file)).isEqualTo(-1);
            assertThat(cluster.s3().objectGets()).isGreaterThan(6);
            assertThat(cluster.s3().mostGetsAtOnce()).isBetween(2L, 3L);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);
        }
    }
}
