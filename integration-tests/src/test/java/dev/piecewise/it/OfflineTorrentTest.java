package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.locals3.LocalS3;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A torrent made with own credentials is the one that the cluster makes from its leases. */
class OfflineTorrentTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"dir/a model+ü.bin", "dir/"})
    void offlineAndTrackerMakeTheSameInfoDictionary(String key) throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("dir/a model+ü.bin", 3_000_001);
            cluster.s3().put(LocalCluster.BUCKET, "dir/empty", InputStream.nullInputStream(), 0);
            cluster.s3().put(LocalCluster.BUCKET, "dir/marked/", InputStream.nullInputStream(), 0);
            cluster.addSeeder("seeder");
            Metainfo served = torrent(
                    cluster,
                    key,
                    "served.torrent",
                    "--tracker",
                    cluster.trackerUrl().toString());
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(3_000_001);

            Metainfo own = torrent(cluster, key, "own.torrent", "--offline");
            assertThat(own.info()).isEqualTo(served.info());
            assertThat(own.infoHash()).isEqualTo(served.infoHash());
            assertThat(cluster.s3().objectBytesSent())
                    .as("offline reads for itself")
                    .isEqualTo(2 * 3_000_001);
        }
    }

    private Metainfo torrent(LocalCluster cluster, String key, String name, String... options) throws Exception {
        Path file = directory.resolve(name);
        String[] words = new String[options.length + 4];
        words[0] = "torrent";
        words[1] = LocalCluster.uri(key).toString();
        words[2] = "-o";
        words[3] = file.toString();
        System.arraycopy(options, 0, words, 4, options.length);
        Map<String, String> own = Map.of(
                "AWS_ACCESS_KEY_ID", cluster.s3().accessKey(),
                "AWS_SECRET_ACCESS_KEY", cluster.s3().secretKey(),
                "AWS_REGION", LocalS3.REGION,
                "AWS_ENDPOINT_URL", cluster.s3().endpoint().toString());
        try (PiecewiseProcess process = PiecewiseProcess.start(own, words)) {
            assertThat(process.exitCode()).as(process.toString()).isZero();
        }
        return Metainfo.parse(Files.readAllBytes(file));
    }
}
