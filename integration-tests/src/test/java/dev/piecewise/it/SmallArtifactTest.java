package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.TrackerDoor;
import dev.piecewise.seeder.Listen;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a small artifact does not wait for. */
class SmallArtifactTest {
    private static final int MIB = 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void oneCallToTheTrackerIsAllThatAPublishedSmallArtifactTakes() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("small.bin", MIB);
            cluster.addSeeder("seeder");
            cluster.torrent("small.bin", "auto"); // which waits until it is published
            try (TrackerDoor door =
                            TrackerDoor.before(cluster.trackerUrl(), "POST /v1/nodes|POST /v1/nodes/[^/]+/artifacts");
                    Piecewise node = Piecewise.open(NodeConfig.defaults(door.url(), cluster.dataOf("node"))
                            .withListen(Listen.loopback())
                            .withAdvertise("127.0.0.1"))) {
                LocalCluster.fetch(node, LocalCluster.request("small.bin", directory.resolve("copy")));
                assertThat(directory.resolve("copy")).hasSameBinaryContentAs(source);
                assertThat(door.calls())
                        .filteredOn(call -> call.endsWith("/artifacts"))
                        .hasSize(1);
            }
        }
    }
}
