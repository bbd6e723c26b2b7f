package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.core.PieceLength;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.RequiresProgram;
import dev.piecewise.it.lab.StockClient;
import dev.piecewise.it.lab.StockClient.Program;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.Seeder;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that others wrote, in our swarm: each downloads through our tracker from our seeder; then that seeder ends and the
 * client is the only one left from whom our node can have the object.
 */
class StockClientsTest {
    private static final String KEY = "a model+1.bin";
    private static final Duration ANNOUNCE_INTERVAL = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    @RequiresProgram(value = "aria2c", debianPackage = "aria2")
    void aria2TakesFromOurSwarmAndGivesToOurNode() throws Exception {
        takesAndGives(Program.ARIA2, 40_000_019, "16MiB");
    }

    @Test
    @RequiresProgram(
            value = RequiresProgram.SYSTEM_PYTHON,
            pythonModule = "libtorrent",
            debianPackage = "python3-libtorrent")
    void libtorrentTakesFromOurSwarmAndGivesToOurNode() throws Exception {
        takesAndGives(Program.LIBTORRENT, 120_000_019, "100MiB");
    }

    @Test
    @RequiresProgram(value = "transmission-daemon", debianPackage = "transmission-daemon")
    void transmissionTakesFromOurSwarmAndGivesToOurNode() throws Exception {
        takesAndGives(Program.TRANSMISSION, 3_000_019, "256KiB"); // it never hurries
    }

    @Test
    @RequiresProgram(value = "qbittorrent-nox", debianPackage = "qbittorrent-nox")
    void qBittorrentTakesFromOurSwarmAndGivesToOurNode() throws Exception {
        takesAndGives(Program.QBITTORRENT, 60_000_019, "50MiB");
    }

    private void takesAndGives(Program program, long size, String pieceSize) throws Exception {
        try (LocalCluster cluster = LocalCluster.start(
                directory.resolve("cluster"), config -> config.withAnnounce(ANNOUNCE_INTERVAL, ANNOUNCE_INTERVAL))) {
            Path source = cluster.put(KEY, size);
            Seeder seeder = cluster.addSeeder("seeder");
            Path torrent = cluster.torrent(KEY, pieceSize);
            try (StockClient client = StockClient.start(program, directory.resolve("client"), torrent.toString())) {
                client.awaitFile(KEY, source, PATIENCE);
                assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);
                seeder.close();

                Path file = directory.resolve("fetched.bin");
                FetchOutcome.Complete outcome = LocalCluster.fetch(
                        cluster.addNode("node", "127.0.0.2"), // Transmission takes one address for one peer
                        LocalCluster.request(KEY, file)
                                .withPieceLength(PieceLength.parse(pieceSize))
                                .withStallTimeout(PATIENCE));
                assertThat(Files.mismatch(source, file)).isEqualTo(-1);
                assertThat(outcome.bytesFromPeers()).isGreaterThanOrEqualTo(size);
                assertThat(cluster.s3().objectBytesSent()).isEqualTo(size);
            }
        }
    }

    /** The tracker names peers by {@code peers6} alone (BEP 7). */
    @Test
    @RequiresProgram(value = "aria2c", debianPackage = "aria2")
    void overIpv6Aria2TakesFromOurSwarmAndGivesToOurNode() throws Exception {
        Assumptions.assumeTrue(
                NetworkInterface.getByInetAddress(InetAddress.getAllByName("::1")[0]) != null, "no IPv6 loopback here");
        try (LocalCluster cluster =
                LocalCluster.start(directory.resolve("cluster"), config -> config.withListen("::1", 0)
                        .withAnnounce(ANNOUNCE_INTERVAL, ANNOUNCE_INTERVAL))) {
            Path source = cluster.put(KEY, 3_000_019);
            Seeder seeder =
                    cluster.own(SeederMain.start(SeederConfig.defaults(cluster.trackerUrl(), cluster.dataOf("seeder"))
                            .withListen(new Listen("::1", 0, 0))
                            .withAdvertise("::1")));
            Path torrent = cluster.torrent(KEY, "256KiB");
            try (StockClient aria2 =
                    StockClient.start(Program.ARIA2, directory.resolve("client"), torrent.toString())) {
                aria2.awaitFile(KEY, source, PATIENCE);
                seeder.close();
                Path file = directory.resolve("fetched.bin");
                LocalCluster.fetch(
                        cluster.addNode("node", "::1"),
                        LocalCluster.request(KEY, file)
                                .withPieceLength(PieceLength.parse("256KiB"))
                                .withStallTimeout(PATIENCE));
                assertThat(Files.mismatch(source, file)).isEqualTo(-1);
                assertThat(cluster.s3().objectBytesSent()).isEqualTo(3_000_019);
            }
        }
    }

    /** Of what can be asked for by URL alone, the object need not have been read yet. */
    @Test
    @RequiresProgram(value = "aria2c", debianPackage = "aria2")
    void aria2CompletesFromTheTorrentUrlOfAnObjectThatNobodyAskedForBefore() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            Path source = cluster.put(KEY, 3_000_019);
            cluster.addSeeder("seeder");
            String uri = URLEncoder.encode(LocalCluster.uri(KEY).toString(), StandardCharsets.UTF_8);
            try (StockClient aria2 = StockClient.start(
                    Program.ARIA2, directory.resolve("aria2"), cluster.trackerUrl() + "/torrent?uri=" + uri)) {
                aria2.awaitFile(KEY, source, PATIENCE);
            }
            assertThat(cluster.s3().objectBytesSent()).isEqualTo(3_000_019);
        }
    }
}
