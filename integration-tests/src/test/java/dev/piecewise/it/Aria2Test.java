package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.RequiresProgram;
import dev.piecewise.seeder.Seeder;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stock client in our swarm, in both directions. */
@RequiresProgram(value = "aria2c", debianPackage = "aria2")
class Aria2Test {
    private static final long SIZE = 10_000_019;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    void aria2CompletesFromOurSwarmByTheTorrentUrl() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("a model+1.bin", SIZE);
            cluster.addSeeder("seeder");
            Path into = Files.createDirectories(directory.resolve("aria2"));
            Process aria2 = aria2(cluster, "a model+1.bin", into, "--seed-time=0");

            assertThat(aria2.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(aria2.exitValue()).isZero();
            assertThat(Files.mismatch(source, into.resolve("a model+1.bin"))).isEqualTo(-1);
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);
        }
    }

    @Test
    void ourNodeCompletesFromAnAria2Seed() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put("model.bin", SIZE);
            Seeder seeder = cluster.addSeeder("seeder");
            Path into = Files.createDirectories(directory.resolve("aria2"));
            Process aria2 = aria2(cluster, "model.bin", into, "--seed-ratio=0.0");
            try {
                Path copy = into.resolve("model.bin");
                Await.until(
                        "aria2 has the whole file",
                        PATIENCE,
                        () -> Files.exists(copy) && Files.mismatch(source, copy) == -1);
                seeder.close();

                Path file = directory.resolve("fetched.bin");
                FetchOutcome.Complete outcome = LocalCluster.fetch(
                        cluster.addNode("node"),
                        LocalCluster.request("model.bin", file).withStallTimeout(PATIENCE));
                assertThat(Files.mismatch(source, file)).isEqualTo(-1);
                assertThat(outcome.bytesFromPeers()).isGreaterThanOrEqualTo(SIZE);
                assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);
            } finally {
                aria2.destroy();
                aria2.waitFor();
            }
        }
    }

    private static Process aria2(LocalCluster cluster, String key, Path into, String seeding) throws IOException {
        String uri = URLEncoder.encode(LocalCluster.uri(key).toString(), StandardCharsets.UTF_8);
        List<String> command = new ArrayList<>(List.of(
                "aria2c",
                "--no-conf",
                "--dir=" + into,
                "--retry-wait=1",
                "--max-tries=0",
                "--enable-dht=false",
                "--enable-dht6=false",
                "--bt-enable-lpd=false",
                "--enable-peer-exchange=false",
                "--listen-port=" + freePort(),
                "--bt-tracker-interval=1",
                "--summary-interval=0",
                seeding,
                cluster.trackerUrl() + "/torrent?uri=" + uri));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(into.resolveSibling("aria2-" + into.getFileName() + ".log")
                        .toFile())
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
