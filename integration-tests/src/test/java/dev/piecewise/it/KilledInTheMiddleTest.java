package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.it.lab.Stand;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.Resources;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.Ledger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** S3 stops in the middle of a growing swarm, a process is killed as {@code kill -9} does it, and it goes on where it was. */
@Timeout(180)
class KilledInTheMiddleTest {
    private static final long SIZE = 12_000_007;
    private static final long FIRST_PART = 4_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private static Stand awaitStand(LocalS3 s3, TrackerClient client, int holders) throws Exception {
        return Stand.await(s3, client, FIRST_PART, holders);
    }

    private static ArtifactId artifact(TrackerClient client) {
        return new ArtifactId(client.artifacts().artifacts().get(0).id());
    }

    private static CompletableFuture<FetchOutcome> fetch(Piecewise node, Path destination) {
        return CompletableFuture.supplyAsync(
                () -> node.fetch(LocalCluster.request("model.bin", destination), ProgressListener.NONE),
                task -> new Thread(task, "fetch").start());
    }

    private static void assertArrives(Path source, Map<Path, CompletableFuture<FetchOutcome>> fetches)
            throws Exception {
        for (Map.Entry<Path, CompletableFuture<FetchOutcome>> fetch : fetches.entrySet()) {
            assertThat(fetch.getValue().get()).isInstanceOf(FetchOutcome.Complete.class);
            assertThat(Files.mismatch(source, fetch.getKey())).isEqualTo(-1);
        }
    }

    /** A user sees the file, or nothing. */
    private static void assertNothingAt(Collection<Path> destinations) {
        assertThat(destinations).allSatisfy(file -> assertThat(file).doesNotExist());
    }

    private static PiecewiseProcess process(URI tracker, Path data, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--tracker",
                tracker.toString(),
                "--data",
                data.toString(),
                "--listen",
                "127.0.0.1:0",
                "--advertise",
                "127.0.0.1"));
        return PiecewiseProcess.start(Map.of(), all.toArray(String[]::new));
    }

    private static PiecewiseProcess ready(PiecewiseProcess process) throws Exception {
        process.awaitLine(Pattern.compile("ready"));
        return process;
    }

    private LocalCluster impatientCluster() throws Exception {
        LeaseTimes brief = LeaseTimes.of(Duration.ofMillis(200), Duration.ofSeconds(4));
        return LocalCluster.start(directory.resolve("cluster"), config -> config.withLeases(brief));
    }

    /**
     * What was read when something was killed was read once, and what S3 sent twice is what had been sent for the pieces that the
     * killed leases were reading.
     */
    private static void assertOnlyWhatWasInFlightIsReadAgain(LocalCluster cluster, Stand killed) {
        Ledger ledger = cluster.client().ledger(cluster.onlyArtifact());
        Set<Integer> hashedBefore = killed.hashed();
        assertThat(ledger.pieces())
                .filteredOn(piece -> hashedBefore.contains(piece.piece()))
                .allSatisfy(piece -> assertThat(piece.reads()).hasSize(1));
        assertThat(ledger.rereadPieces()).isZero();
        assertThat(ledger.rereadBytes()).isZero();
        assertThat(ledger.wastedBytes()).isLessThanOrEqualTo(killed.inFlightBytes());
        assertThat(ledger.originBytes() - ledger.wastedBytes()).isEqualTo(SIZE);
        long unheardOf = cluster.s3().objectBytesSent() - SIZE - ledger.wastedBytes() - ledger.rereadBytes();
        assertThat(unheardOf)
                .as("sent to nobody alive")
                .isBetween(0L, 2 * Stand.BUFFERED * killed.fences("live").size());
    }

    @Test
    void aKilledTrackerLeavesItsLeasesInForce() throws Exception {
        try (LocalS3 s3 = LocalS3.start(directory.resolve("s3"), "access", "secret");
                Resources trackers = new Resources();
                Resources parts = new Resources()) {
            s3.createBucket(LocalCluster.BUCKET);
            Path source = LocalCluster.put(s3, directory, "model.bin", SIZE);
            s3.pauseAfter(FIRST_PART);
            PiecewiseProcess first = trackers.add(tracker(s3, 0));
            URI url = URI.create(
                    first.awaitLine(Pattern.compile("ready at ([^ ,]+)")).group(1));
            TrackerClient client = parts.add(new TrackerClient(url, Optional.empty()));
            parts.add(SeederMain.start(SeederConfig.defaults(url, directory.resolve("data-seeder"))
                    .withListen(Listen.loopback())
                    .withAdvertise("127.0.0.1")));
            Map<Path, CompletableFuture<FetchOutcome>> fetches = Stream.of("a", "b")
                    .collect(Collectors.toMap(
                            directory::resolve,
                            name -> fetch(
                                    parts.add(Piecewise.open(NodeConfig.defaults(url, directory.resolve("data-" + name))
                                            .withListen(Listen.loopback())
                                            .withAdvertise("127.0.0.1"))),
                                    directory.resolve(name))));
            Stand before = awaitStand(s3, client, 3);
            Set<Long> leases = before.fences("live");
            assertThat(leases).isNotEmpty();

            first.killNow();
            s3.pauseAfter(Long.MAX_VALUE);
            Await.until("it is read on", PATIENCE, () -> s3.objectBytesSent() > before.sentBytes());
            assertNothingAt(fetches.keySet());
            ready(trackers.add(tracker(s3, url.getPort())));

            assertArrives(source, fetches);
            Stand after = new Stand(s3.objectBytesSent(), before.pieceBytes(), client.ledger(artifact(client)));
            assertThat(after.ledger().pieces())
                    .allSatisfy(piece -> assertThat(piece.reads()).hasSize(1));
            assertThat(after.fences("hashed")).containsAll(leases);
            assertThat(after.sentBytes()).isEqualTo(SIZE);
            assertThat(after.ledger().originBytes()).isEqualTo(SIZE);
            assertThat(after.ledger().wastedBytes()).isZero();
        }
    }

    private PiecewiseProcess tracker(LocalS3 s3, int port) {
        return PiecewiseProcess.start(
                Map.of(
                        "AWS_ACCESS_KEY_ID", s3.accessKey(),
                        "AWS_SECRET_ACCESS_KEY", s3.secretKey(),
                        "AWS_ENDPOINT_URL", s3.endpoint().toString(),
                        "AWS_REGION", LocalS3.REGION),
                "tracker",
                "--listen",
                "127.0.0.1:" + port,
                "--state",
                directory.resolve("state").toString(),
                "--allow",
                "s3://" + LocalCluster.BUCKET + "/");
    }

    @Test
    void aKilledReaderGoesOnWithWhatItHas() throws Exception {
        try (LocalCluster cluster = impatientCluster()) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.s3().pauseAfter(FIRST_PART);
            Path data = cluster.dataOf("seeder");
            PiecewiseProcess doomed = cluster.own(ready(process(cluster.trackerUrl(), data, "seeder")));
            Map<Path, CompletableFuture<FetchOutcome>> fetches = Stream.of("a", "b")
                    .collect(Collectors.toMap(
                            directory::resolve, name -> fetch(cluster.addNode(name), directory.resolve(name))));
            Stand before = awaitStand(cluster.s3(), cluster.client(), 3);

            doomed.killNow();
            awaitStand(cluster.s3(), cluster.client(), 2);
            assertNothingAt(fetches.keySet());
            cluster.own(ready(process(cluster.trackerUrl(), data, "seeder")));
            Stand again = awaitStand(cluster.s3(), cluster.client(), 3);
            assertThat(again.hashed()).isEqualTo(before.hashed());
            assertThat(again.sentBytes()).isEqualTo(before.sentBytes());
            cluster.s3().pauseAfter(Long.MAX_VALUE);

            assertArrives(source, fetches);
            assertThat(receivedFromPeers(cluster, "seeder")).isZero();
            assertOnlyWhatWasInFlightIsReadAgain(cluster, before);
        }
    }

    /** There is no seeder: the node reads for itself and another one. */
    @Test
    void aKilledNodeGoesOnUnasked() throws Exception {
        try (LocalCluster cluster = impatientCluster()) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.s3().pauseAfter(FIRST_PART);
            Path data = cluster.dataOf("node");
            Path beside = directory.resolve("beside");
            Path file = directory.resolve("file");
            CompletableFuture<FetchOutcome> other = fetch(cluster.addNode("beside"), beside);
            PiecewiseProcess node = cluster.own(ready(process(cluster.trackerUrl(), data, "node")));
            PiecewiseProcess asker = cluster.own(PiecewiseProcess.start(
                    Map.of(),
                    "get",
                    LocalCluster.uri("model.bin").toString(),
                    file.toString(),
                    "--tracker",
                    cluster.trackerUrl().toString(),
                    "--data",
                    data.toString()));
            Stand before = awaitStand(cluster.s3(), cluster.client(), 2);

            node.killNow();
            asker.killNow();
            awaitStand(cluster.s3(), cluster.client(), 1);
            assertNothingAt(List.of(file, beside));
            cluster.own(ready(process(cluster.trackerUrl(), data, "node")));
            Stand again = awaitStand(cluster.s3(), cluster.client(), 2);
            assertThat(again.hashed()).isEqualTo(before.hashed());
            assertThat(again.sentBytes()).isEqualTo(before.sentBytes());
            cluster.s3().pauseAfter(Long.MAX_VALUE);

            Await.until(
                    "all pieces are on both",
                    PATIENCE,
                    () -> cluster.client().artifact(cluster.onlyArtifact()).holders() == 2);
            assertThat(receivedFromPeers(cluster, "node")).isZero();
            assertThat(file).doesNotExist();
            putInPlace(cluster, file);
            assertThat(Files.mismatch(source, file)).isEqualTo(-1);
            assertArrives(source, Map.of(beside, other));
            assertOnlyWhatWasInFlightIsReadAgain(cluster, before);
        }
    }

    /** What the one process of that role got from others since it was started. */
    private static long receivedFromPeers(LocalCluster cluster, String role) throws Exception {
        List<Long> received = new ArrayList<>();
        Await.until("the " + role + " tells how it went", PATIENCE, () -> {
            cluster.client().nodes().nodes().stream()
                    .filter(node -> node.role().equals(role))
                    .flatMap(node -> node.artifacts().stream())
                    .flatMap(part -> Stream.ofNullable(part.transfer()))
                    .forEach(transfer -> received.add(transfer.receivedBytes()));
            return !received.isEmpty();
        });
        return received.get(0);
    }

    /** Of what is stored nothing has to be fetched. */
    private static void putInPlace(LocalCluster cluster, Path file) {
        try (Piecewise through = Piecewise.open(NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf("node")))) {
            assertThat(through.seeds()).isFalse();
            FetchOutcome.Complete got = LocalCluster.fetch(through, LocalCluster.request("model.bin", file));
            assertThat(got.bytesFromPeers() + got.bytesFromOrigin()).isZero();
        }
    }
}
