package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.PiecewiseProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A machine that runs only a seeder can fetch from it without a second copy of the bytes. */
class SeederGetsTest {
    private static final int SIZE = 2_000_003;

    @TempDir
    Path directory;

    @Test
    void aGetOnTheSeedersDataDirectoryIsServedByTheSeeder() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("model.bin", SIZE);
            String url = cluster.trackerUrl().toString();
            String data = cluster.dataOf("seeder").toString();
            try (PiecewiseProcess seeder = PiecewiseProcess.start(
                    Map.of(), "seeder", "--tracker", url, "--data", data, "--listen", "127.0.0.1:0")) {
                seeder.awaitLine(Pattern.compile("ready"));
                Path file = directory.resolve("model.bin");
                String uri = LocalCluster.uri("model.bin").toString();
                try (PiecewiseProcess get = PiecewiseProcess.start(
                        Map.of(),
                        "get",
                        uri,
                        file.toString(),
                        "--tracker",
                        url,
                        "--data",
                        data,
                        "--listen",
                        "127.0.0.1:0")) {
                    assertThat(get.exitCode()).as(get.toString()).isZero();
                }
                assertThat(Files.mismatch(source, file)).isEqualTo(-1);
                assertThat(Files.getAttribute(file, "unix:nlink"))
                        .as("a link into the store")
                        .isEqualTo(2);
                assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);
            }
        }
    }
}
