package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.RequiresProgram;
import dev.piecewise.it.lab.StockClient;
import dev.piecewise.it.lab.StockClient.Program;
import dev.piecewise.it.lab.WireProbe;
import dev.piecewise.seeder.Listen;
import dev.piecewise.seeder.SeederConfig;
import dev.piecewise.seeder.SeederMain;
import dev.piecewise.tracker.token.Tokens;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A swarm has no member that the tracker did not let in, and nobody hears of it by other ways. */
class PrivateSwarmTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LISTEN = Duration.ofSeconds(2);

    @TempDir
    Path directory;

    @Test
    void theKeyOfOneSwarmOpensNoOther() throws Exception {
        Path tokens = Files.writeString(directory.resolve("tokens"), "node n0de\nread re4d\n");
        try (LocalCluster cluster = LocalCluster.start(
                directory.resolve("cluster"),
                config -> config.withTokens(Tokens.load(Optional.of(tokens), Optional.empty())))) {
            cluster.put("a", 100_000);
            cluster.put("b", 200_000);
            cluster.own(SeederMain.start(SeederConfig.defaults(cluster.trackerUrl(), cluster.dataOf("seeder"))
                    .withListen(Listen.loopback())
                    .withToken("n0de")));
            URI tracker = cluster.trackerUrl();
            Metainfo a = torrent(tracker, "a");
            Metainfo b = torrent(tracker, "b");
            URI announceA = URI.create(a.announce().orElseThrow());
            String keyA = announceA.getPath().split("/", -1)[2];

            assertThat(text(announce(announceA, a.infoHash()))).contains("8:interval");
            assertThat(text(scrape(announceA, a.infoHash()))).contains("8:complete");

            String refusal = text(announce(announceA, b.infoHash()));
            assertThat(refusal)
                    .contains("14:failure reason")
                    .doesNotContain("8:interval", b.infoHash().hex());
            String scraped = text(scrape(announceA, b.infoHash()));
            assertThat(scraped).contains("14:failure reason").doesNotContain("8:complete");
            InfoHash unknown = InfoHash.fromHex("ab".repeat(20));
            assertThat(text(announce(announceA, unknown)))
                    .as("a swarm that is not there")
                    .isEqualTo(refusal);
            assertThat(text(scrape(announceA, unknown))).isEqualTo(scraped);

            for (String path : List.of("/announce", "/k/guess/announce")) {
                assertThat(text(announce(tracker.resolve(path), a.infoHash()))).isEqualTo(refusal);
            }
            for (String prefix : List.of("", "/k/guess", "/k/" + keyA)) {
                for (String path : List.of(
                        "/torrents/" + a.infoHash() + ".torrent",
                        "/torrents/" + unknown + ".torrent",
                        "/torrent?uri=s3://bucket/b",
                        "/torrent?uri=s3://bucket/missing")) {
                    HttpResponse<byte[]> response = get(tracker.resolve(prefix + path));
                    assertThat(response.statusCode()).as(prefix + path).isEqualTo(401);
                    assertThat(text(response))
                            .doesNotContain("bucket", a.infoHash().hex());
                }
            }
        }
    }

    @Test
    void ourNodesKnowNoDhtNoPeerExchangeAndNoUdp() throws Exception {
        Set<String> before = udpSockets();
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            cluster.put("k", 3_000_000);
            cluster.addSeeder("seeder");
            LocalCluster.fetch(cluster.addNode("node"), LocalCluster.request("k", directory.resolve("file")));
            Metainfo torrent = Metainfo.parse(Files.readAllBytes(cluster.torrent("k", "auto")));
            assertThat(torrent.info().privateTorrent()).isTrue();
            List<Integer> ports = peers(cluster, torrent.infoHash());
            assertThat(ports).hasSizeGreaterThanOrEqualTo(2);
            for (int port : ports) {
                WireProbe probe = WireProbe.of(port, torrent.infoHash(), LISTEN);
                assertThat(probe.messages()).isNotEmpty();
                assertThat(probe.offersDht()).isFalse();
                assertThat(probe.said(WireProbe.PORT)).isFalse();
                assertThat(probe.offersPeerExchange()).isFalse();
            }
            assertThat(udpSockets()).isEqualTo(before);
        }
    }

    private static List<Integer> peers(LocalCluster cluster, InfoHash infoHash) {
        PeerId id = PeerId.of("-XX0000-000000000001".getBytes(StandardCharsets.US_ASCII));
        return cluster
                .client()
                .announce(new AnnounceRequest(infoHash, id, 1, 0, 0, 1, AnnounceEvent.STARTED, 50), "stranger")
                .peers()
                .stream()
                .map(peer -> peer.getPort())
                .toList();
    }

    /** The UDP sockets of this process, by inode. */
    private static Set<String> udpSockets() throws IOException {
        Set<String> mine = new TreeSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)) {
                    mine.add(Files.readSymbolicLink(descriptor).toString());
                }
            }
        }
        Set<String> udp = new TreeSet<>();
        for (String table : List.of("/proc/self/net/udp", "/proc/self/net/udp6")) {
            Files.readAllLines(Path.of(table)).stream()
                    .skip(1)
                    .map(line -> "socket:[" + line.strip().split("\\s+", -1)[9] + "]")
                    .filter(mine::contains)
                    .forEach(udp::add);
        }
        return udp;
    }

    @Test
    @RequiresProgram(value = "aria2c", debianPackage = "aria2")
    void aria2ExchangesNoPeersOfOurSwarm() throws Exception {
        exchangesNoPeers(Program.ARIA2);
    }

    @Test
    @RequiresProgram(
            value = RequiresProgram.SYSTEM_PYTHON,
            pythonModule = "libtorrent",
            debianPackage = "python3-libtorrent")
    void libtorrentExchangesNoPeersOfOurSwarm() throws Exception {
        exchangesNoPeers(Program.LIBTORRENT);
    }

    @Test
    @RequiresProgram(value = "transmission-daemon", debianPackage = "transmission-daemon")
    void transmissionExchangesNoPeersOfOurSwarm() throws Exception {
        exchangesNoPeers(Program.TRANSMISSION);
    }

    @Test
    @RequiresProgram(value = "qbittorrent-nox", debianPackage = "qbittorrent-nox")
    void qBittorrentExchangesNoPeersOfOurSwarm() throws Exception {
        exchangesNoPeers(Program.QBITTORRENT);
    }

    /** The same client offers it where the torrent is not private, so it is our torrent that keeps it from doing so. */
    private void exchangesNoPeers(Program program) throws Exception {
        assertThat(offersPeerExchange(program, false)).as("not private").isTrue();
        assertThat(offersPeerExchange(program, true)).as("private").isFalse();
    }

    private boolean offersPeerExchange(Program program, boolean privateTorrent) throws Exception {
        Path home = directory.resolve(privateTorrent ? "private" : "public");
        try (LocalCluster cluster =
                LocalCluster.start(home.resolve("cluster"), config -> config.withPrivateTorrents(privateTorrent))) {
            cluster.put("k", 20_000);
            cluster.addSeeder("seeder");
            Path torrent = cluster.torrent("k", "16KiB");
            InfoHash infoHash = Metainfo.parse(Files.readAllBytes(torrent)).infoHash();
            try (StockClient client = StockClient.start(program, home.resolve("client"), torrent.toString())) {
                WireProbe[] probe = new WireProbe[1];
                Await.until("extensions named by " + program, PATIENCE, () -> {
                    try {
                        probe[0] = WireProbe.of(client.port(), infoHash, LISTEN);
                    } catch (SocketException | EOFException | SocketTimeoutException e) {
                        return false; // it does not listen, or does not know the torrent, yet
                    }
                    return probe[0].said(WireProbe.EXTENDED);
                });
                return probe[0].offersPeerExchange();
            }
        }
    }

    private static Metainfo torrent(URI tracker, String key) throws Exception {
        HttpResponse<byte[]> response = get(tracker.resolve("/k/re4d/torrent?uri=s3://bucket/" + key));
        assertThat(response.statusCode()).isEqualTo(200);
        return Metainfo.parse(response.body());
    }

    private static HttpResponse<byte[]> announce(URI announce, InfoHash infoHash) throws Exception {
        return get(URI.create(announce + "?info_hash=" + encoded(infoHash)
                + "&peer_id=-XX0000-000000000000&port=1&uploaded=0&downloaded=0&left=1&event=started"));
    }

    private static HttpResponse<byte[]> scrape(URI announce, InfoHash infoHash) throws Exception {
        return get(URI.create(announce.toString().replace("/announce", "/scrape") + "?info_hash=" + encoded(infoHash)));
    }

    private static String encoded(InfoHash infoHash) {
        return URLEncoder.encode(new String(infoHash.bytes(), StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1)
                .replace("+", "%20");
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.ISO_8859_1);
    }

    private static HttpResponse<byte[]> get(URI url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.ofByteArray());
    }
}
