package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.NodeMain;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.RequiresProgram;
import dev.piecewise.it.lab.StockClient;
import dev.piecewise.it.lab.StockClient.Program;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.Seeder;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.seeder.http.WebSeedConfig;
import dev.piecewise.torrentbuilder.build.MetainfoBuilder;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.s3.S3Origin;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.token.Tokens;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Web seeds: clients that others wrote complete from one alone, and what is not read yet is read because they ask. */
class WebSeedTest {
    private static final int MIB = 1024 * 1024;
    private static final List<Integer> PIECE_MIBS = List.of(16, 50, 100);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private static LocalCluster cluster;
    private static final Map<Path, Map<String, Path>> TORRENTS = new LinkedHashMap<>(); // torrent -> file -> source

    /** Torrents of an object and of a prefix in each piece length, two pieces each, that name nothing but a web seed. */
    @BeforeAll
    static void readEverythingOnce() throws Exception {
        cluster = LocalCluster.start(shared.resolve("cluster"));
        addSeeder(cluster, "seeder");
        for (int mib : PIECE_MIBS) {
            long size = mib * (long) MIB + 1_000_003;
            String key = "a m\u00f6del+" + mib + " #&%41.bin";
            Path source = cluster.put(key, size);
            TORRENTS.put(webSeedOnly(cluster.torrent(key, mib + "MiB")), Map.of(key, source));

            Map<String, Path> tree = new LinkedHashMap<>();
            for (Map.Entry<String, Long> file : Map.of("a b/gr\u00fcn #1+.bin", size, "a b/c&d", 70_001L, "empty", 0L)
                    .entrySet()) {
                String path = "tree " + mib + "/" + file.getKey();
                tree.put(path, cluster.put(path, file.getValue()));
            }
            TORRENTS.put(webSeedOnly(cluster.torrent("tree " + mib + "/", mib + "MiB")), tree);
        }
    }

    @AfterAll
    static void close() throws Exception {
        cluster.close();
    }

    private static Seeder addSeeder(LocalCluster of, String name) {
        return of.own(SeederMain.start(SeederConfig.defaults(of.trackerUrl(), of.dataOf(name))
                .withListen(Listen.loopback())
                .withWebSeed(WebSeedConfig.loopback())));
    }

    private static Path webSeedOnly(Path torrent) throws Exception {
        Metainfo served = Metainfo.parse(Files.readAllBytes(torrent));
        assertThat(served.urlList()).hasSize(1);
        return Files.write(
                torrent,
                Metainfo.of(served.info(), Optional.empty(), served.urlList()).encode());
    }

    private void completesFromTheWebSeedAlone(Program program) throws Exception {
        long sent = cluster.s3().objectBytesSent();
        int number = 0;
        for (Map.Entry<Path, Map<String, Path>> torrent : TORRENTS.entrySet()) {
            Path home = directory.resolve("client" + number++);
            try (StockClient client =
                    StockClient.start(program, home, torrent.getKey().toString())) {
                for (Map.Entry<String, Path> file : torrent.getValue().entrySet()) {
                    client.awaitFile(file.getKey(), file.getValue(), PATIENCE);
                }
            }
        }
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(sent);
    }

    @Test
    @RequiresProgram(value = "aria2c", debianPackage = "aria2")
    void aria2CompletesFromTheWebSeedAlone() throws Exception {
        completesFromTheWebSeedAlone(Program.ARIA2);
    }

    @Test
    @RequiresProgram(
            value = RequiresProgram.SYSTEM_PYTHON,
            pythonModule = "libtorrent",
            debianPackage = "python3-libtorrent")
    void libtorrentCompletesFromTheWebSeedAlone() throws Exception {
        completesFromTheWebSeedAlone(Program.LIBTORRENT);
    }

    @Test
    @RequiresProgram(value = "qbittorrent-nox", debianPackage = "qbittorrent-nox")
    void qBittorrentCompletesFromTheWebSeedAlone() throws Exception {
        completesFromTheWebSeedAlone(Program.QBITTORRENT);
    }

    private static HttpResponse<byte[]> get(String url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String urlOf(byte[] torrent, String file) {
        return Metainfo.parse(torrent).urlList().get(0)
                + URLEncoder.encode(file, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Test
    void aNodeServesATorrentThatItNeverHeardOf() throws Exception {
        Metainfo torrent =
                Metainfo.parse(Files.readAllBytes(TORRENTS.keySet().iterator().next()));
        Path source = TORRENTS.values().iterator().next().values().iterator().next();
        long sent = cluster.s3().objectBytesSent();
        int port = cluster.own(NodeMain.start(NodeConfig.defaults(cluster.trackerUrl(), cluster.dataOf("web-node"))
                        .withListen(Listen.loopback())
                        .withWebSeed(WebSeedConfig.loopback().withPatience(PATIENCE))))
                .webSeedPort()
                .orElseThrow();
        String name = URLEncoder.encode(torrent.info().content().name(), StandardCharsets.UTF_8)
                .replace("+", "%20");
        String url = "http://127.0.0.1:" + port + "/webseed/" + torrent.infoHash() + "/" + name;
        assertThat(get(url).body()).isEqualTo(Files.readAllBytes(source));
        assertThat(get(url.replace(torrent.infoHash().hex(), "0".repeat(40))).statusCode())
                .isEqualTo(404);
        assertThat(cluster.s3().objectBytesSent()).isEqualTo(sent);
    }

    @Test
    void aPieceThatNobodyHoldsAnyMoreIsReadBecauseARangeOfItIsAskedFor() throws Exception {
        try (LocalCluster small = LocalCluster.start(
                directory.resolve("cluster"),
                config -> config.withLeases(LeaseTimes.of(Duration.ofMillis(200), Duration.ofSeconds(2))))) {
            int size = 40 * MIB;
            Path source = small.put("k", size);
            Seeder first = addSeeder(small, "first");
            small.torrent("k", "4MiB");
            first.close();
            addSeeder(small, "second");
            byte[] torrent = Files.readAllBytes(small.torrent("k", "4MiB"));
            HttpResponse<byte[]> answer =
                    get(urlOf(torrent, "k"), "Range", "bytes=" + 21 * MIB + "-" + (21 * MIB + 99));
            assertThat(answer.statusCode()).isEqualTo(206);
            byte[] bytes = Files.readAllBytes(source);
            assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(bytes, 21 * MIB, 21 * MIB + 100));
            assertThat(small.s3().objectBytesSent())
                    .as("the object, and one run of pieces again")
                    .isBetween(size + 4L * MIB, size + 8L * MIB);
        }
    }

    @Test
    void aRangeOfATorrentThatWasOnlyRegisteredMakesItsPieceBeRead() throws Exception {
        try (LocalCluster small = LocalCluster.start(directory.resolve("cluster"));
                Origin origin = S3Origin.at(
                        small.s3().endpoint(),
                        LocalS3.REGION,
                        small.s3().accessKey(),
                        small.s3().secretKey())) {
            int size = 40 * MIB;
            Path source = small.put("k", size);
            InfoDictionary info = new MetainfoBuilder(origin)
                    .build(origin.resolve(LocalCluster.uri("k")), PieceLength.parse("4MiB"), true, done -> {});
            small.s3().resetCounters();
            addSeeder(small, "seeder");
            small.client()
                    .registerTorrent(
                            Metainfo.of(info, Optional.empty(), List.of()).encode(),
                            Optional.of(LocalCluster.uri("k").toString()));
            small.restartTracker();
            Await.until("the seeder is back, and named", PATIENCE, () -> !Metainfo.parse(
                            small.client().torrent(info.infoHash()))
                    .urlList()
                    .isEmpty());
            HttpResponse<byte[]> answer = get(
                    urlOf(small.client().torrent(info.infoHash()), "k"),
                    "Range",
                    "bytes=" + 21 * MIB + "-" + (21 * MIB + 99));

            assertThat(answer.statusCode()).isEqualTo(206);
            byte[] bytes = Files.readAllBytes(source);
            assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(bytes, 21 * MIB, 21 * MIB + 100));
            assertThat(small.s3().objectBytesSent())
                    .as("the run of pieces around it, nothing else")
                    .isBetween(4L * MIB, 16L * MIB);
        }
    }

    @Test
    void withTokensInForceTheTorrentNamesTheWebSeedByTheKeyOfItsSwarm() throws Exception {
        Path file = Files.writeString(directory.resolve("tokens"), "admin t0ken\n");
        try (LocalCluster closed = LocalCluster.start(
                directory.resolve("cluster"),
                config -> config.withTokens(Tokens.load(Optional.of(file), Optional.empty())))) {
            Path source = closed.put("k", 3_000_000);
            closed.own(SeederMain.start(SeederConfig.defaults(closed.trackerUrl(), closed.dataOf("seeder"))
                    .withListen(Listen.loopback())
                    .withToken("t0ken")
                    .withWebSeed(WebSeedConfig.loopback())));
            byte[] torrent = get(closed.trackerUrl() + "/k/t0ken/torrent?uri=s3://bucket/k")
                    .body();
            String url = urlOf(torrent, "k");
            assertThat(url).contains("/k/").doesNotContain("t0ken");
            assertThat(get(url).body()).isEqualTo(Files.readAllBytes(source));
            assertThat(get(url.replaceFirst("/k/[0-9a-f]{4}", "/k/0000")).statusCode())
                    .isEqualTo(404);
            assertThat(get(url.replaceFirst("/k/[^/]+", "")).statusCode()).isEqualTo(404);
        }
    }
}
