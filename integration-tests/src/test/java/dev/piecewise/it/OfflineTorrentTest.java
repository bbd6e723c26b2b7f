package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.it.lab.RequiresProgram;
import dev.piecewise.it.lab.StockClient;
import dev.piecewise.it.lab.StockClient.Program;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Ledger;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A torrent made with own credentials is the one that the cluster makes from its leases, and can be registered. */
class OfflineTorrentTest {
    private static final String KEY = "dir/a model+ü.bin";
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {KEY, "dir/"})
    void offlineAndTrackerMakeTheSameInfoDictionary(String key) throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put(KEY, 3_000_001);
            cluster.s3().put(LocalCluster.BUCKET, "dir/empty", InputStream.nullInputStream(), 0);
            cluster.s3().put(LocalCluster.BUCKET, "dir/marked/", InputStream.nullInputStream(), 0);
            cluster.addSeeder("seeder");
            Metainfo served = torrent(cluster, key, "served.torrent");
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(3_000_001);

            Metainfo own = torrent(cluster, key, "own.torrent", "--offline");
            assertThat(own.info()).isEqualTo(served.info());
            assertThat(own.infoHash()).isEqualTo(served.infoHash());
            assertThat(cluster.s3().objectBytesSent())
                    .as("offline reads for itself")
                    .isEqualTo(2 * 3_000_001);
        }
    }

    @Test
    @RequiresProgram(value = "aria2c", debianPackage = "aria2")
    void aRegisteredTorrentIsServedUnreadAndAStockClientMakesItReadOnce() throws Exception {
        long size = 3_000_001;
        try (LocalCluster cluster = cluster()) {
            Path source = cluster.put(KEY, size);
            cluster.addSeeder("seeder");
            Metainfo own = torrent(cluster, KEY, "own.torrent", "--offline", "--piece-size", "1MiB");
            List<String> said =
                    run(cluster, "register", directory.resolve("own.torrent").toString());
            ArtifactStatus status = cluster.client().artifact(cluster.onlyArtifact());
            assertThat(status.state()).isEqualTo(ArtifactState.PUBLISHED);
            assertThat(status.infoHash()).isEqualTo(own.infoHash().hex());
            assertThat(said).anyMatch(line -> line.endsWith(Objects.requireNonNull(status.torrentUrl())));
            assertThat(cluster.s3().objectBytesSent()).as("offline read").isEqualTo(size);

            try (StockClient aria2 = StockClient.start(
                    Program.ARIA2, directory.resolve("aria2"), Objects.requireNonNull(status.torrentUrl()))) {
                aria2.awaitFile("a model+ü.bin", source, PATIENCE);
            }
            assertThat(cluster.s3().objectBytesSent())
                    .as("offline read, and once by leases")
                    .isEqualTo(2 * size);
            Ledger ledger = cluster.client().ledger(cluster.onlyArtifact());
            assertThat(ledger.originBytes()).isEqualTo(size);
            assertThat(ledger.rereadBytes() + ledger.wastedBytes()).isZero();
        }
    }

    @Test
    void aGetOfARegisteredTorrentWithAWrongHashFailsAndTheNextOneHashesTheOriginsBytes() throws Exception {
        try (LocalCluster cluster = cluster()) {
            Path source = cluster.put(KEY, 3_000_001);
            cluster.addSeeder("seeder");
            Metainfo own = torrent(cluster, KEY, "own.torrent", "--offline", "--piece-size", "1MiB");
            List<PieceHash> hashes = new ArrayList<>(own.info().hashes());
            Collections.swap(hashes, 0, 1);
            InfoDictionary wrong = new InfoDictionary(own.info().content(), hashes, true);
            cluster.client()
                    .registerTorrent(
                            Metainfo.of(wrong, Optional.empty(), List.of())
                                    .withSource(own.source().orElseThrow())
                                    .encode(),
                            Optional.empty());
            Piecewise node = cluster.addNode("node");
            FetchRequest request = LocalCluster.request(KEY, directory.resolve("file"))
                    .withPieceLength(PieceLength.parse("1MiB"))
                    .withStallTimeout(PATIENCE);
            FetchOutcome failed = node.fetch(request, ProgressListener.NONE);
            assertThat(failed.toString()).contains("registered is wrong");
            assertThat(cluster.client().artifact(cluster.onlyArtifact()).infoHash())
                    .isNull();

            LocalCluster.fetch(node, request);
            assertThat(Files.mismatch(source, directory.resolve("file"))).isEqualTo(-1);
            assertThat(cluster.client().artifact(cluster.onlyArtifact()).infoHash())
                    .isEqualTo(own.infoHash().hex());
        }
    }

    private LocalCluster cluster() throws IOException {
        return LocalCluster.start(
                directory.resolve("cluster"),
                config -> config.withAnnounce(Duration.ofSeconds(1), Duration.ofSeconds(1)));
    }

    private Metainfo torrent(LocalCluster cluster, String key, String name, String... options) throws Exception {
        Path file = directory.resolve(name);
        List<String> words =
                new ArrayList<>(List.of("torrent", LocalCluster.uri(key).toString(), "-o", file.toString()));
        words.addAll(List.of(options));
        run(cluster, words.toArray(String[]::new));
        return Metainfo.parse(Files.readAllBytes(file));
    }

    private static List<String> run(LocalCluster cluster, String... words) throws Exception {
        Map<String, String> own = Map.of(
                "AWS_ACCESS_KEY_ID", cluster.s3().accessKey(),
                "AWS_SECRET_ACCESS_KEY", cluster.s3().secretKey(),
                "AWS_REGION", LocalS3.REGION,
                "AWS_ENDPOINT_URL", cluster.s3().endpoint().toString(),
                "PIECEWISE_TRACKER", cluster.trackerUrl().toString());
        try (PiecewiseProcess process = PiecewiseProcess.start(own, words)) {
            assertThat(process.exitCode()).as(process.toString()).isZero();
            return process.out();
        }
    }
}
