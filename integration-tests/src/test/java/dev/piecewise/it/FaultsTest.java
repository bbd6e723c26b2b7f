package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.Ledger;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PieceReport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What "once" means when something dies. */
class FaultsTest {
    private static final long SIZE = 12_000_007;
    private static final int TERMINATED = 128 + 15;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void piecesOfAKilledSeederAreLeasedAgainVerifiedAndCountedAsReread() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"), FaultsTest::impatient)) {
            Path source = cluster.put("model.bin", SIZE);
            ArtifactStatus status =
                    cluster.client().requestArtifact(new ArtifactRequest("s3://bucket/model.bin", null));
            ArtifactId id = new ArtifactId(status.id());
            try (PiecewiseProcess doomed = PiecewiseProcess.start(
                    Map.of(),
                    "seeder",
                    "--tracker",
                    cluster.trackerUrl().toString(),
                    "--data",
                    cluster.dataOf("doomed").toString(),
                    "--listen",
                    "127.0.0.1:0",
                    "--advertise",
                    "127.0.0.1")) {
                doomed.awaitLine(Pattern.compile("ready"));
                Await.until(
                        "everything is read",
                        PATIENCE,
                        () -> cluster.client().artifact(id).state() == ArtifactState.PUBLISHED);
                doomed.killNow();
            }
            cluster.addSeeder("heir");
            Path file = directory.resolve("model.bin");
            FetchOutcome.Complete outcome =
                    LocalCluster.fetch(cluster.addNode("node"), LocalCluster.request("model.bin", file));

            assertThat(Files.mismatch(source, outcome.files().get(0))).isEqualTo(-1);
            Ledger ledger = cluster.client().ledger(id);
            assertThat(ledger.rereadPieces()).isEqualTo(status.pieceCount());
            assertThat(ledger.rereadBytes()).isEqualTo(SIZE);
            assertThat(cluster.s3().objectBytesSent())
                    .isEqualTo(ledger.originBytes())
                    .isEqualTo(2 * SIZE);
        }
    }

    /** The object is one piece, so what the killed process held is nothing but a part of it. */
    @Test
    void aKilledGetGoesOnInTheMiddleOfItsPiece() throws Exception {
        long size = 32 << 20;
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("model.bin", size);
            cluster.addSeeder("seeder");
            Path file = directory.resolve("model.bin");
            List<String> inOnePiece = List.of("--piece-size", "32MiB", "--json");
            List<String> slow = new ArrayList<>(inOnePiece);
            slow.addAll(List.of("--max-download", "4MiB/s"));
            try (PiecewiseProcess doomed = get(cluster, file, slow)) {
                Await.until("a part is recorded", PATIENCE, () -> recordsAPart(cluster.dataOf("node")));
                doomed.killNow();
            }
            try (PiecewiseProcess second = get(cluster, file, inOnePiece)) {
                assertThat(second.exitCode()).as(second.toString()).isZero();
                long fetched = Long.parseLong(
                        second.awaitLine(Pattern.compile("\"event\":\"ready\".*\"bytesFromPeers\":(\\d+)"))
                                .group(1));
                assertThat(fetched).isPositive().isLessThan(size);
            }
            assertThat(Files.mismatch(source, file)).isEqualTo(-1);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);
        }
    }

    @Test
    void aGetThatASignalEndsSaysWhatItKeeps() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("model.bin", SIZE);
            cluster.addSeeder("seeder");
            Path file = directory.resolve("model.bin");
            try (PiecewiseProcess get = get(cluster, file, List.of("--max-download", "1MiB/s"))) {
                get.awaitLine(Pattern.compile("[1-9]\\d*%"));
                get.terminate();
                assertThat(get.exitCode()).isEqualTo(TERMINATED);
                assertThat(get.err())
                        .last()
                        .asString()
                        .matches("piecewise get: interrupted; [1-9]\\d* of \\d+ pieces are kept in "
                                + Pattern.quote(cluster.dataOf("node").toString())
                                + ", and the same command goes on from there");
            }
            assertThat(file).doesNotExist();
        }
    }

    private static PiecewiseProcess get(LocalCluster cluster, Path file, List<String> more) {
        List<String> command = new ArrayList<>(List.of(
                "get",
                LocalCluster.uri("model.bin").toString(),
                file.toString(),
                "--tracker",
                cluster.trackerUrl().toString(),
                "--data",
                cluster.dataOf("node").toString(),
                "--listen",
                "127.0.0.1:0",
                "--advertise",
                "127.0.0.1"));
        command.addAll(more);
        return PiecewiseProcess.start(Map.of(), command.toArray(String[]::new));
    }

    private static boolean recordsAPart(Path data) throws IOException {
        if (!Files.exists(data.resolve("artifacts"))) {
            return false;
        }
        try (Stream<Path> artifacts = Files.list(data.resolve("artifacts"))) {
            for (Path artifact : artifacts.toList()) {
                Path journal = artifact.resolve("pieces");
                if (Files.exists(journal) && Files.readString(journal).contains("\nwritten 0 ")) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void aLateReportUnderAnOldFenceIsRefused() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"), FaultsTest::impatient)) {
            cluster.put("small.bin", 1000);
            TrackerClient client = cluster.client();
            ArtifactStatus status = client.requestArtifact(new ArtifactRequest("s3://bucket/small.bin", null));
            LeaseGrant first = take(client, "sleepy");
            byte[] bytes = read(first);

            // The sleepy holder sends no heartbeat, so its lease goes to the next.
            LeaseGrant second = take(client, "awake");
            assertThat(second.fence()).isGreaterThan(first.fence());
            String sha1 =
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(bytes));
            PieceReport late =
                    new PieceReport(first.fence(), bytes.length, List.of(new PieceReport.HashedPiece(0, sha1)));
            assertThatThrownBy(() -> client.reportPieces(first.leaseId(), late)).isInstanceOf(StaleFence.class);

            PieceReport right =
                    new PieceReport(second.fence(), read(second).length, List.of(new PieceReport.HashedPiece(0, sha1)));
            client.reportPieces(second.leaseId(), right);
            ArtifactId id = new ArtifactId(status.id());
            assertThat(client.artifact(id).state()).isEqualTo(ArtifactState.PUBLISHED);
            Ledger ledger = client.ledger(id);
            assertThat(ledger.wastedBytes()).isEqualTo(1000);
            assertThat(ledger.originBytes())
                    .isEqualTo(cluster.s3().objectBytesSent())
                    .isEqualTo(2000);
        }
    }

    @Test
    void aTrackerRestartedWithItsStateGoesOn() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"), FaultsTest::impatient)) {
            Path source = cluster.put("model.bin", SIZE);
            cluster.addSeeder("seeder");
            LocalCluster.fetch(cluster.addNode("early"), LocalCluster.request("model.bin", directory.resolve("early")));
            ArtifactId id = cluster.onlyArtifact();
            String infoHash = cluster.client().artifact(id).infoHash();

            cluster.restartTracker();

            assertThat(cluster.client().artifact(id).infoHash()).isEqualTo(infoHash);
            Path late = directory.resolve("late");
            LocalCluster.fetch(cluster.addNode("late"), LocalCluster.request("model.bin", late));
            assertThat(Files.mismatch(source, late)).isEqualTo(-1);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);
        }
    }

    /** Asks until it is given a lease; registering anew is what keeps a node without heartbeats alive. */
    private static LeaseGrant take(TrackerClient client, String node) throws Exception {
        List<LeaseGrant> granted = new ArrayList<>();
        Await.until("a lease for " + node, PATIENCE, () -> {
            client.register(new NodeRegistration(node, "seeder", true, "127.0.0.1"));
            granted.addAll(client.takeLeases(node, new LeaseRequest(1, 0.2)).leases());
            return !granted.isEmpty();
        });
        return granted.get(0);
    }

    private static byte[] read(LeaseGrant lease) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(lease.reads().get(0).url()));
        lease.reads().get(0).headers().forEach(request::header);
        HttpResponse<byte[]> answer =
                HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).isEqualTo(206);
        return answer.body();
    }

    private static TrackerConfig impatient(TrackerConfig config) {
        return config.withLeases(LeaseTimes.of(Duration.ofMillis(200), Duration.ofSeconds(2)))
                .withAnnounce(Duration.ofSeconds(2), Duration.ofSeconds(1));
    }
}
