package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.peer.wire.EngineConfig.Limits;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.Distribution.Part;
import dev.piecewise.trackerclient.api.Distribution.Term;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster with one part that is really slow: the report must name that part and no other. */
class DistributionTest {
    private static final int SIZE = 12 << 20;
    private static final int SLOW = 4 << 20;
    private static final String KEY = "model.bin";

    @TempDir
    Path directory;

    @Test
    void aSlowSeederIsWhatBindsAndNoNodeStraggles() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory)) {
            cluster.put(KEY, SIZE);
            seeder(cluster, Limits.usual().withRates(SLOW, 0));
            fetchAtOnce(node(cluster, "127.0.0.2", Limits.usual()), node(cluster, "127.0.0.3", Limits.usual()));

            Distribution distribution = report(cluster, 2);

            assertThat(slowestLink(distribution).limit()).isEqualTo("seeder");
            assertThat(slowestLink(distribution).seconds()).isCloseTo((double) SIZE / SLOW, within(0.01));
            assertThat(distribution.stragglers()).isZero();
            assertThat(distribution.waste().refusedBytes()).isZero();
        }
    }

    @Test
    void aSlowNodeIsWhatBindsAndTheOnlyStraggler() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory)) {
            cluster.put(KEY, SIZE);
            seeder(cluster, Limits.usual());
            fetchAtOnce(
                    node(cluster, "127.0.0.2", Limits.usual()),
                    node(cluster, "127.0.0.3", Limits.usual().withRates(0, SLOW)),
                    node(cluster, "127.0.0.4", Limits.usual()));

            Distribution distribution = report(cluster, 3);

            assertThat(slowestLink(distribution).limit()).isEqualTo("node link");
            assertThat(slowestLink(distribution).text()).contains("127.0.0.3");
            assertThat(slowestLink(distribution).seconds()).isCloseTo((double) SIZE / SLOW, within(0.01));
            assertThat(distribution.parts().stream().filter(Part::straggler))
                    .extracting(Part::host)
                    .containsExactly("127.0.0.3");
            assertThat(distribution.parts().get(0).limit()).isEqualTo("node link");
        }
    }

    /** What binds unless the machine itself does: whatever else runs on it may keep its processors and disks busy. */
    private static Term slowestLink(Distribution distribution) {
        return distribution.terms().stream()
                .filter(term -> term.seconds() != null && !term.basis().equals("measured"))
                .max(Comparator.comparingDouble(Term::seconds))
                .orElseThrow(() -> new AssertionError(distribution));
    }

    private static void seeder(LocalCluster cluster, Limits limits) {
        cluster.own(SeederMain.start(SeederConfig.defaults(cluster.trackerUrl(), cluster.dataOf("seeder"))
                .withListen(Listen.loopback())
                .withAdvertise("127.0.0.1")
                .withLimits(limits)));
    }

    private static Piecewise node(LocalCluster cluster, String host, Limits limits) {
        return cluster.own(Piecewise.open(NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf(host))
                .withListen(new Listen(host, 0, 0))
                .withAdvertise(host)
                .withLimits(limits)));
    }

    private void fetchAtOnce(Piecewise... nodes) {
        List<CompletableFuture<?>> fetches = new ArrayList<>();
        for (int i = 0; i < nodes.length; i++) {
            Piecewise node = nodes[i];
            Path destination = directory.resolve("copy-" + i);
            fetches.add(CompletableFuture.runAsync(
                    () -> LocalCluster.fetch(node, LocalCluster.request(KEY, destination)),
                    task -> new Thread(task, "fetch").start()));
        }
        CompletableFuture.allOf(fetches.toArray(CompletableFuture<?>[]::new)).join();
    }

    /** The last completion comes with the next holdings. */
    private static Distribution report(LocalCluster cluster, int nodes) throws Exception {
        ArtifactId id = cluster.onlyArtifact();
        Await.until(
                "all have reported",
                Duration.ofSeconds(20),
                () -> cluster.client().distribution(id).complete() == nodes);
        return cluster.client().distribution(id);
    }
}
