package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.Node;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.NodeMain;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.PieceLength;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.it.lab.Stand;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.lease.OriginSettings;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.Ledger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that read from S3 what is fetched on them: there is no seeder. */
@Timeout(180)
class NodeIngestTest {
    private static final long SIZE = 24_000_007;
    private static final int PIECE = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final Map<String, Node> nodes = new HashMap<>();

    private CompletableFuture<FetchOutcome> fetch(LocalCluster cluster, String name) {
        return fetch(cluster, name, Ingest.AUTO);
    }

    private CompletableFuture<FetchOutcome> fetch(LocalCluster cluster, String name, Ingest ingest) {
        NodeConfig config = NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf(name))
                .withListen(Listen.loopback())
                .withAdvertise("127.0.0.1")
                .withIngest(ingest, OriginSettings.defaults());
        Node node = cluster.own(NodeMain.start(config));
        nodes.put(node.nodeId(), node);
        Piecewise through = cluster.own(Piecewise.open(config));
        return CompletableFuture.supplyAsync(
                () -> through.fetch(
                        LocalCluster.request("model.bin", directory.resolve(name))
                                .withPieceLength(new PieceLength(PIECE)),
                        ProgressListener.NONE),
                task -> new Thread(task, "fetch").start());
    }

    private static Set<String> readers(Ledger ledger) {
        return readers(ledger, read -> true);
    }

    private static Set<String> readers(Ledger ledger, Predicate<Ledger.Read> which) {
        return reads(ledger).filter(which).map(Ledger.Read::nodeId).collect(Collectors.toSet());
    }

    private static Stream<Ledger.Read> reads(Ledger ledger) {
        return ledger.pieces().stream().flatMap(piece -> piece.reads().stream());
    }

    @Test
    void whoTakesOverFromAReaderThatStoppedReadsOnlyWhatIsLacking() throws Exception {
        LeaseTimes oftenHeardOf = LeaseTimes.of(Duration.ofMillis(200), Duration.ofSeconds(30));
        try (LocalCluster cluster =
                LocalCluster.start(directory.resolve("cluster"), config -> config.withLeases(oftenHeardOf))) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.s3().pauseAfter(SIZE / 3);
            Map<String, CompletableFuture<FetchOutcome>> fetches = new HashMap<>();
            for (String name : List.of("a", "b", "c")) {
                fetches.put(name, fetch(cluster, name));
            }
            Stand before = Stand.await(cluster.s3(), cluster.client(), SIZE / 3, 3);
            String reader = readers(before.ledger(), read -> read.outcome().equals("hashed"))
                    .iterator()
                    .next();
            assertThat(nodes).containsKey(reader);
            nodes.remove(reader).close();
            cluster.s3().pauseAfter(Long.MAX_VALUE);

            int complete = 0;
            for (Map.Entry<String, CompletableFuture<FetchOutcome>> fetch : fetches.entrySet()) {
                if (fetch.getValue().get() instanceof FetchOutcome.Complete) {
                    complete++;
                    assertThat(Files.mismatch(source, directory.resolve(fetch.getKey())))
                            .isEqualTo(-1);
                }
            }
            assertThat(complete).isGreaterThanOrEqualTo(2);
            Ledger ledger = ledger(cluster);
            assertThat(readers(ledger)).hasSizeGreaterThan(1);
            assertThat(ledger.rereadBytes()).isZero();
            for (int piece : before.hashed()) {
                assertThat(ledger.pieces().get(piece).reads()).hasSize(1);
            }
            assertThat(ledger.wastedBytes()).isBetween(0L, before.inFlightBytes());
            assertThat(ledger.originBytes() - ledger.wastedBytes()).isEqualTo(SIZE);
        }
    }

    private static Ledger ledger(LocalCluster cluster) {
        return cluster.client().ledger(cluster.onlyArtifact());
    }

    @Test
    void theyReadEachByteOnce() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("model.bin", SIZE);
            List<CompletableFuture<FetchOutcome>> fetches =
                    List.of(fetch(cluster, "a"), fetch(cluster, "b"), fetch(cluster, "c"));
            long told = 0;
            for (CompletableFuture<FetchOutcome> fetch : fetches) {
                told += ((FetchOutcome.Complete) fetch.get()).bytesFromOrigin();
            }
            assertThat(told)
                    .as("what the askers are told that their nodes read, each since it waited in the swarm")
                    .isBetween(SIZE / 10 * 9, SIZE);
            for (String name : List.of("a", "b", "c")) {
                assertThat(Files.mismatch(source, directory.resolve(name))).isEqualTo(-1);
            }
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);
            assertThat(nodes).containsKeys(readers(ledger(cluster)).toArray(String[]::new));
            assertThat(readersInTheFirstSecond(ledger(cluster)))
                    .as("none is chosen beside the first before it was seen for 1.5 s that nodes wait")
                    .hasSize(1);
        }
    }

    private static Set<String> readersInTheFirstSecond(Ledger ledger) {
        Instant first = reads(ledger)
                .map(read -> Instant.parse(read.at()))
                .min(Comparator.naturalOrder())
                .orElseThrow();
        return readers(ledger, read -> Instant.parse(read.at()).isBefore(first.plusSeconds(1)));
    }

    /** Where more connections bring more, one reader becomes two, and two become four, as far as the limit of reads has room for them. */
    @Test
    void overSlowConnectionsSeveralReadEachByteOnceWithinTheLimitOfReads() throws Exception {
        int readsAtOnce = 5;
        long size = 44_000_007; // six leases
        try (LocalCluster cluster = LocalCluster.start(
                directory.resolve("cluster"),
                config -> config.withOriginLimits(new OriginBudget.Limits(readsAtOnce, ByteRate.UNLIMITED)))) {
            Path source = cluster.put("model.bin", size);
            cluster.s3().limitEachGet(512 * 1024);
            Map<String, CompletableFuture<FetchOutcome>> fetches = new HashMap<>();
            fetches.put("never", fetch(cluster, "never", Ingest.NEVER));
            Set<String> never = Set.copyOf(nodes.keySet());
            for (String name : List.of("a", "b", "c", "d")) {
                fetches.put(name, fetch(cluster, name));
            }
            Await.until(
                    "an artifact",
                    PATIENCE,
                    () -> !cluster.client().artifacts().artifacts().isEmpty());
            List<Ledger.Read> live = new ArrayList<>();
            Await.until("three nodes read at once", PATIENCE, () -> {
                live.clear();
                reads(ledger(cluster))
                        .filter(read -> read.outcome().equals("live"))
                        .forEach(live::add);
                return live.stream().map(Ledger.Read::nodeId).distinct().count() > 2;
            });
            assertThat(live.stream().map(Ledger.Read::fence).distinct()).hasSizeLessThanOrEqualTo(readsAtOnce);
            cluster.s3().limitEachGet(Long.MAX_VALUE);

            for (Map.Entry<String, CompletableFuture<FetchOutcome>> fetch : fetches.entrySet()) {
                assertThat(fetch.getValue().get()).isInstanceOf(FetchOutcome.Complete.class);
                assertThat(Files.mismatch(source, directory.resolve(fetch.getKey())))
                        .isEqualTo(-1);
            }
            Ledger ledger = ledger(cluster);
            assertThat(ledger.pieces())
                    .allSatisfy(piece -> assertThat(piece.reads()).hasSize(1));
            assertThat(nodes).containsKeys(readers(ledger).toArray(String[]::new));
            assertThat(readers(ledger)).doesNotContainAnyElementsOf(never);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);
            assertThat(cluster.s3().mostGetsAtOnce()).isLessThanOrEqualTo(readsAtOnce);
        }
    }

    @Test
    void whoNeverReadsWaitsForOneThatReadsWhateverIsAskedFor() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("model.bin", SIZE);
            node(cluster, "never");
            Path file = directory.resolve("file");
            Piecewise through =
                    cluster.own(Piecewise.open(NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf("never"))));
            CompletableFuture<FetchOutcome> fetch = CompletableFuture.supplyAsync(
                    () -> through.fetch(LocalCluster.request("model.bin", file), ProgressListener.NONE),
                    task -> new Thread(task, "fetch").start());
            Await.until("it takes part", PATIENCE, () -> cluster.client().artifacts().artifacts().stream()
                    .anyMatch(status -> status.nodes() == 1));
            assertThat(cluster.client().artifact(cluster.onlyArtifact()).seedersAlive())
                    .isZero();
            assertThat(cluster.s3().objectGets()).isZero();
            String only = node(cluster, "only");

            assertThat(fetch.get()).isInstanceOf(FetchOutcome.Complete.class);
            assertThat(Files.mismatch(source, file)).isEqualTo(-1);
            assertThat(readers(ledger(cluster))).containsExactly(only);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);
        }
    }

    /** A process, and its id. */
    private static String node(LocalCluster cluster, String ingest) throws Exception {
        PiecewiseProcess node = cluster.own(PiecewiseProcess.start(
                Map.of(),
                "node",
                "--ingest",
                ingest,
                "--tracker",
                cluster.trackerUrl().toString(),
                "--data",
                cluster.dataOf(ingest).toString(),
                "--listen",
                "127.0.0.1:0",
                "--advertise",
                "127.0.0.1",
                "--json"));
        return node.awaitLine(Pattern.compile("\"event\":\"ready\".*\"node\":\"([^\"]+)\""))
                .group(1);
    }
}
