package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.Piecewise;
import dev.piecewise.core.PieceLength;
import dev.piecewise.it.lab.LocalCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes at the edges of a piece, and keys that need quoting somewhere on their way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SizesAndKeysTest {
    private static final PieceLength PIECE = new PieceLength(256 * 1024);

    private Path directory;
    private LocalCluster cluster;
    private Piecewise node;

    @BeforeAll
    void start(@TempDir Path root) throws Exception {
        directory = root;
        cluster = LocalCluster.start(root.resolve("cluster"));
        cluster.addSeeder("seeder");
        node = cluster.addNode("node");
    }

    @AfterAll
    void stop() throws Exception {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 262_143, 262_144, 262_145, 786_433})
    void everySizeArrivesWholeAndIsReadOnce(long size) throws Exception {
        String key = "sizes/" + size;
        Path source = cluster.put(key, size);
        cluster.s3().resetCounters();
        FetchRequest request =
                LocalCluster.request(key, directory.resolve("out-" + size)).withPieceLength(PIECE);
        FetchOutcome.Complete outcome = LocalCluster.fetch(node, request);

        assertThat(outcome.totalBytes()).isEqualTo(size);
        assertThat(Files.mismatch(source, outcome.files().get(0))).isEqualTo(-1);
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"with space.bin", "a+b.bin", "100%25.bin", "50%.bin", "dir/ünïcode-名前.bin", "q?a=1&b#c.bin"})
    void everyKeyArrivesUnderItsName(String key) throws Exception {
        Path source = cluster.put(key, 300_000);
        Path into = Files.createDirectories(directory.resolve("into"));
        FetchOutcome.Complete outcome = LocalCluster.fetch(node, LocalCluster.request(key, into));

        String name = key.substring(key.lastIndexOf('/') + 1);
        assertThat(outcome.files()).containsExactly(into.resolve(name));
        assertThat(Files.mismatch(source, into.resolve(name))).isEqualTo(-1);
    }
}
