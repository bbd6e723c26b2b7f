package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.client.Received;
import dev.piecewise.core.Place;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.TransferReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that say where they stand. */
class ZonesTest {
    private static final long SIZE = 24_000_007;

    @TempDir
    Path directory;

    @Test
    void eachPieceEntersEachZoneAboutOnceAndBytesAreCountedByTheirDistance() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.addSeeder("seeder", new Place("a", "r1"));
            List<CompletableFuture<FetchOutcome>> fetches = new ArrayList<>();
            for (String name : List.of("a1", "a2", "b1", "b2", "b3", "c1", "c2", "c3")) {
                Piecewise node = cluster.addNode(name, new Place(name.substring(0, 1), "r" + name.charAt(1)));
                fetches.add(CompletableFuture.supplyAsync(
                        () -> node.fetch(
                                LocalCluster.request("model.bin", directory.resolve(name)), ProgressListener.NONE),
                        task -> new Thread(task, "fetch").start()));
            }
            long otherZone = 0;
            for (CompletableFuture<FetchOutcome> fetch : fetches) {
                Received received = ((FetchOutcome.Complete) fetch.get()).received();
                assertThat(received.sameRack() + received.sameZone() + received.otherZone())
                        .as("of %s, some of it twice", received)
                        .isBetween(received.fromPeers(), 2 * SIZE);
                otherZone += received.otherZone();
            }
            assertThat(otherZone).as("as the askers are told").isBetween(2 * SIZE, (long) (2.5 * SIZE));
            assertThat(Files.mismatch(source, directory.resolve("c3"))).isEqualTo(-1);
            Await.until(
                    "all have told what they received", Duration.ofSeconds(30), () -> received(cluster) >= 8 * SIZE);
            TransferReport.FromPlaces from =
                    Objects.requireNonNull(distribution(cluster).fromPlaces());
            assertThat(from.otherZone()).isBetween(2 * SIZE, (long) (2.5 * SIZE));
            assertThat(from.sameRack()).as("a1 stands beside the seeder").isPositive();
            assertThat(cluster.client().nodes().nodes())
                    .extracting(node -> Objects.requireNonNull(node.place()).zone())
                    .containsExactlyInAnyOrder("a", "a", "a", "b", "b", "b", "c", "c", "c");
        }
    }

    private static Distribution distribution(LocalCluster cluster) {
        return cluster.client().distribution(cluster.onlyArtifact());
    }

    private static long received(LocalCluster cluster) {
        TransferReport.FromPlaces from = distribution(cluster).fromPlaces();
        return from == null ? 0 : from.sameRack() + from.sameZone() + from.otherZone();
    }
}
