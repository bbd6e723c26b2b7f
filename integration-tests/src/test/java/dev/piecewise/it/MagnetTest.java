package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.FetchSource;
import dev.piecewise.client.Node;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.NodeMain;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.client.request.Destination;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.MagnetLink;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.RequiresProgram;
import dev.piecewise.it.lab.StockClient;
import dev.piecewise.it.lab.StockClient.Program;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.Seeder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A magnet link is enough, also of a private torrent, of a tree, and of metadata of several blocks. */
class MagnetTest {
    private static final String KEY = "a model+1.bin";
    /** 3,400 pieces: 68 kB of hashes, so five blocks of metadata. */
    private static final long SIZE = 3_400 * 16_384L - 5;

    private static final String PIECE_SIZE = "16KiB";
    private static final String PREFIX = "some tree/";
    private static final List<String> FILES = List.of("a.bin", "deep/er/b.bin", "deep/c.bin", "ö.bin");
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    static Path directory;

    private static LocalCluster cluster;
    private static Path source;
    private static Path[] sources;
    private static String magnet;
    private static String treeMagnet;

    @BeforeAll
    static void aSeederHasReadBoth() throws Exception {
        cluster = LocalCluster.start(
                directory.resolve("cluster"),
                config -> config.withAnnounce(Duration.ofSeconds(1), Duration.ofSeconds(1)));
        source = cluster.put(KEY, SIZE);
        sources = new Path[FILES.size()];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = cluster.put(PREFIX + FILES.get(i), 100_003L * i + 1);
        }
        cluster.addSeeder("seeder");
        magnet = cluster.magnet(KEY, PIECE_SIZE);
        treeMagnet = cluster.magnet(PREFIX, PIECE_SIZE);
    }

    @AfterAll
    static void end() throws IOException {
        cluster.close();
    }

    @Test
    @RequiresProgram(value = "aria2c", debianPackage = "aria2")
    void aria2CompletesFromTheMagnetLinkAlone() throws Exception {
        completes(Program.ARIA2);
    }

    @Test
    @RequiresProgram(
            value = RequiresProgram.SYSTEM_PYTHON,
            pythonModule = "libtorrent",
            debianPackage = "python3-libtorrent")
    void libtorrentCompletesFromTheMagnetLinkAlone() throws Exception {
        completes(Program.LIBTORRENT);
    }

    private static void completes(Program program) throws Exception {
        try (StockClient client = StockClient.start(program, directory.resolve(program + "-one"), magnet)) {
            client.awaitFile(KEY, source, PATIENCE);
        }
        try (StockClient client = StockClient.start(program, directory.resolve(program + "-tree"), treeMagnet)) {
            for (int i = 0; i < sources.length; i++) {
                client.awaitFile(PREFIX + FILES.get(i), sources[i], PATIENCE);
            }
        }
    }

    /** A node that knows no tracker but the one in the link. */
    private static Piecewise stranger(String name) {
        return Piecewise.open(NodeConfig.withoutTracker(cluster.dataOf(name)).withListen(Listen.loopback()));
    }

    private static FetchRequest request(String link, Path destination) {
        return FetchRequest.of(FetchSource.parse(link), Destination.parse(destination.toString()))
                .withStallTimeout(PATIENCE);
    }

    @Test
    void ourNodeCompletesFromTheMagnetLinkAloneWithoutATracker() throws Exception {
        Path file = directory.resolve("fetched.bin");
        Path tree = directory.resolve("fetched-tree");
        try (Piecewise node = stranger("stranger")) {
            FetchOutcome.Complete one = LocalCluster.fetch(node, request(magnet, file));
            assertThat(one.bytesFromPeers()).isEqualTo(SIZE);
            LocalCluster.fetch(node, request(treeMagnet, tree));
        }
        assertThat(Files.mismatch(source, file)).isEqualTo(-1);
        for (int i = 0; i < sources.length; i++) {
            assertThat(Files.mismatch(sources[i], tree.resolve(FILES.get(i)))).isEqualTo(-1);
        }
        try (Piecewise node = stranger("stranger")) {
            FetchOutcome.Complete again =
                    LocalCluster.fetch(node, request(magnet, directory.resolve("fetched-again.bin")));
            assertThat(again.bytesFromPeers()).as("the store has it").isZero();
        }
    }

    @Test
    void aNodeFetchesALinkForOthersAndSeedsItOnAfterARestart() throws Exception {
        try (LocalCluster small = LocalCluster.start(directory.resolve("small"))) {
            Path bytes = small.put("small.bin", 300_007);
            Seeder seeder = small.addSeeder("seeder");
            String link = small.magnet("small.bin", PIECE_SIZE);
            NodeConfig owner = NodeConfig.defaults(small.trackerUrl(), small.dataOf("owner"))
                    .withListen(Listen.loopback())
                    .withAdvertise("127.0.0.1");
            Path first = directory.resolve("through-owner.bin");
            Node before = small.own(NodeMain.start(owner));
            try (Piecewise asker = Piecewise.open(NodeConfig.withoutTracker(small.dataOf("owner")))) {
                LocalCluster.fetch(asker, request(link, first));
                assertThat(asker.seeds()).isFalse();
            }
            assertThat(Files.mismatch(bytes, first)).isEqualTo(-1);
            seeder.close();
            before.close();
            small.own(NodeMain.start(owner));
            Path second = directory.resolve("from-owner.bin");
            try (Piecewise other = Piecewise.open(
                    NodeConfig.withoutTracker(small.dataOf("other")).withListen(Listen.loopback()))) {
                FetchOutcome.Complete outcome = LocalCluster.fetch(other, request(link, second));
                assertThat(outcome.bytesFromPeers()).isEqualTo(300_007);
            }
            assertThat(Files.mismatch(bytes, second)).isEqualTo(-1);
        }
    }

    @Test
    void aMagnetLinkOfWhatTheStoreHasAsAnArtifactDownloadsNothing() throws Exception {
        Piecewise node = cluster.addNode("member");
        LocalCluster.fetch(node, LocalCluster.request(PREFIX, directory.resolve("as-artifact")));
        FetchOutcome.Complete linked =
                LocalCluster.fetch(node, request(cluster.magnet(PREFIX, "auto"), directory.resolve("as-link")));
        assertThat(linked.bytesFromPeers()).isZero();
    }

    @Test
    void aMagnetLinkThatNobodySeedsEndsAsStalledAndSaysWhatTheTrackerSays() {
        MagnetLink link = new MagnetLink(
                InfoHash.of(new byte[InfoHash.BYTES]),
                Optional.empty(),
                List.of(cluster.trackerUrl() + "/announce", "udp://127.0.0.1:1/announce"));
        try (Piecewise node = stranger("stalled")) {
            FetchOutcome outcome = node.fetch(
                    request(link.toString(), directory.resolve("never")).withStallTimeout(Duration.ofSeconds(1)),
                    ProgressListener.NONE);
            assertThat(outcome).isInstanceOf(FetchOutcome.Stalled.class);
            assertThat(((FetchOutcome.Stalled) outcome).message())
                    .startsWith("magnet:?xt=urn:btih:" + "0".repeat(40) + ": no peer gave its metadata for 1 s; ")
                    .contains("tracker");
        }
    }
}
