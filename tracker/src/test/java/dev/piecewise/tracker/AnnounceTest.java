package dev.piecewise.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.announce.ScrapeCodec;
import dev.piecewise.core.announce.ScrapeResponse;
import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BList;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.tracker.token.Tokens;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PeerNews;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.TokenRole;
import dev.piecewise.trackerclient.api.WantedPieces;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Announce, scrape, tokens and hostile requests over real HTTP. */
class AnnounceTest {
    private static final String URI_TEXT = "s3://bucket/k";

    private final FakeOrigin origin = new FakeOrigin().put("k", 1000, "\"v\"");
    private final List<AutoCloseable> opened = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private TrackerServer start(TrackerConfig config) {
        TrackerServer server = TrackerMain.start(
                config.withAllow(List.of(ArtifactUri.parse("s3://bucket/"))), List.<Origin>of(origin));
        opened.add(server);
        return server;
    }

    private TrackerServer start() {
        return start(TrackerConfig.defaults().withListen("127.0.0.1", 0));
    }

    private TrackerClient client(URI uri, Optional<String> token) {
        TrackerClient client = new TrackerClient(uri, token);
        opened.add(client);
        return client;
    }

    private static ArtifactStatus publish(TrackerClient client) throws Exception {
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_TEXT, null));
        client.register(new NodeRegistration("s", "seeder", true, ""));
        LeaseGrant lease =
                client.takeLeases("s", new LeaseRequest(1, 10)).leases().get(0);
        client.reportPieces(
                lease.leaseId(),
                new PieceReport(lease.fence(), 1000, List.of(new PieceReport.HashedPiece(0, "ab".repeat(20)))));
        return client.artifact(new ArtifactId(artifact.id()));
    }

    private static InfoHash infoHash(ArtifactStatus status) {
        return InfoHash.fromHex(String.valueOf(status.infoHash()));
    }

    private static AnnounceRequest request(InfoHash infoHash, int port, long left, AnnounceEvent event) {
        return new AnnounceRequest(infoHash, PeerId.of(new byte[20]), port, 0, 0, left, event, -1);
    }

    private static HttpResponse<byte[]> get(URI uri) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Test
    void beforeThereIsATorrentOnlyRegisteredNodesMeetUnderItsProvisionalId() throws Exception {
        TrackerClient client = client(start().uri(), Optional.empty());
        ArtifactId id = new ArtifactId(
                client.requestArtifact(new ArtifactRequest(URI_TEXT, null)).id());
        HashList hashes = client.hashes(id, "", Duration.ZERO);
        assertThat(hashes.unpack()).isEmpty();
        AnnounceRequest request = request(InfoHash.fromHex(hashes.swarm()), 1000, 1, AnnounceEvent.STARTED);
        assertThatThrownBy(() -> client.announce(request, "nobody")).hasMessageContaining("unknown torrent");
        client.register(new NodeRegistration("n1", "node", false, "127.0.0.2"));
        client.register(new NodeRegistration("n2", "node", false, ""));
        client.announce(request, "n2");
        assertThat(client.announce(request(request.infoHash(), 1001, 1, AnnounceEvent.STARTED), "n1")
                        .peers())
                .containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1000));
        ArtifactStatus published = publish(client);
        HashList all = client.hashes(id, hashes.cursor(), Duration.ofSeconds(10));
        assertThat(all.unpack()).extracting(HashList.Entry::piece).containsExactly(0);
        assertThat(all.infoHash()).isEqualTo(published.infoHash());
    }

    @Test
    void aNodeHearsByOneRequestWhoJoinsItsSwarms() throws Exception {
        TrackerClient client = client(start().uri(), Optional.empty());
        InfoHash infoHash = infoHash(publish(client));
        client.register(new NodeRegistration("n", "node", false, "127.0.0.1"));
        client.announce(request(infoHash, 1000, 0, AnnounceEvent.STARTED), "s");
        client.announce(request(infoHash, 1001, 5, AnnounceEvent.STARTED), "n");
        PeerNews first = client.peers("s", "", Duration.ofSeconds(20));
        assertThat(first.newcomers()).containsExactly(new PeerNews.Newcomer(infoHash.hex(), "127.0.0.1", 1001));
        client.announce(request(infoHash, 1001, 5, AnnounceEvent.NONE), "n");
        assertThat(client.peers("s", first.cursor(), Duration.ZERO).newcomers()).isEmpty();
        assertThatThrownBy(() -> client.peers("nobody", "", Duration.ZERO)).isInstanceOf(UnknownNode.class);
    }

    @Test
    void whoMayOnlyReadIsNotToldWhoJoins() throws Exception {
        TrackerServer server =
                start(TrackerConfig.defaults().withListen("127.0.0.1", 0).withTokens(tokens()));
        client(server.uri(), Optional.of("noder")).register(new NodeRegistration("n", "node", false, ""));
        TrackerClient reader = client(server.uri(), Optional.of("reader"));
        assertThatThrownBy(() -> reader.peers("n", "", Duration.ZERO)).hasMessageContaining("may only read");
    }

    @Test
    void onlyNodesAreToldTheHashesThatComeWithAProvisionalId() throws Exception {
        TrackerServer server =
                start(TrackerConfig.defaults().withListen("127.0.0.1", 0).withTokens(tokens()));
        TrackerClient noder = client(server.uri(), Optional.of("noder"));
        ArtifactId id = new ArtifactId(
                noder.requestArtifact(new ArtifactRequest(URI_TEXT, null)).id());
        String swarm = noder.hashes(id, "", Duration.ZERO).swarm();
        assertThat(swarm).hasSize(40);
        assertThat(client(server.uri(), Optional.of("boss"))
                        .hashes(id, "", Duration.ZERO)
                        .swarm())
                .isEqualTo(swarm);
        TrackerClient reader = client(server.uri(), Optional.of("reader"));
        assertThat(reader.artifact(id).state()).isEqualTo(ArtifactState.READING);
        assertThatThrownBy(() -> reader.hashes(id, "", Duration.ZERO)).hasMessageContaining("may only read");
        for (Optional<String> none : List.of(Optional.of("wrong"), Optional.<String>empty())) {
            TrackerClient stranger = client(server.uri(), none);
            assertThatThrownBy(() -> stranger.hashes(id, "", Duration.ZERO))
                    .isInstanceOfSatisfying(ProcessFault.class, fault -> assertThat(fault.kind())
                            .isEqualTo(Kind.DENIED));
        }
        String path = server.uri() + "/v1/artifacts/" + id + "/hashes";
        assertThat(get(URI.create(path)).statusCode()).isEqualTo(401);
        assertThat(get(URI.create(server.uri() + "/k/noder/v1/artifacts/" + id + "/hashes"))
                        .statusCode())
                .as("a key in the path opens torrents only")
                .isEqualTo(404);
    }

    @Test
    void peersFindEachOtherAndLeave() throws Exception {
        TrackerServer server = start();
        TrackerClient client = client(server.uri(), Optional.empty());
        InfoHash infoHash = infoHash(publish(client));
        client.register(new NodeRegistration("n", "node", false, "10.9.8.7"));

        AnnounceResponse first = client.announce(request(infoHash, 1001, 0, AnnounceEvent.STARTED), "s");
        assertThat(first.peers()).isEmpty();
        assertThat(first.interval()).as("of a node").isEqualTo(Duration.ofMinutes(15));
        assertThat(first.minInterval()).isEqualTo(Duration.ofSeconds(5));
        AnnounceResponse second = client.announce(request(infoHash, 1002, 5, AnnounceEvent.STARTED), "n");
        assertThat(second.peers()).containsExactly(loopback(1001));
        assertThat(second.complete()).isEqualTo(1);
        assertThat(second.incomplete()).isEqualTo(1);
        assertThat(client.announce(request(infoHash, 1001, 0, AnnounceEvent.NONE), "s")
                        .peers())
                .containsExactly(new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 9, 8, 7}), 1002));
        client.announce(request(infoHash, 1002, 0, AnnounceEvent.COMPLETED), "n");
        ScrapeResponse scraped = ScrapeCodec.decode(get(URI.create(
                        server.uri() + "/scrape?" + ScrapeCodec.toQuery(List.of(infoHash, InfoHash.of(new byte[20])))))
                .body());
        assertThat(scraped.swarms()).hasSize(1).containsEntry(infoHash, new ScrapeResponse.Counts(2, 1, 0));
        client.announce(request(infoHash, 1001, 0, AnnounceEvent.STOPPED), "s");
        client.leave("n");
        AnnounceResponse last = client.announce(request(infoHash, 1003, 5, AnnounceEvent.STARTED), "unknown");
        assertThat(last.peers()).isEmpty();
    }

    @Test
    void dictionariesAreServedOnRequestAndNumwantIsHeeded() throws Exception {
        TrackerServer server = start();
        TrackerClient client = client(server.uri(), Optional.empty());
        InfoHash infoHash = infoHash(publish(client));
        for (int port = 1; port <= 60; port++) {
            client.announce(request(infoHash, port, 5, AnnounceEvent.STARTED), "x");
        }
        assertThat(client.announce(request(infoHash, 99, 5, AnnounceEvent.NONE), "x")
                        .peers())
                .hasSize(50);
        String query = AnnounceCodec.toQuery(
                        new AnnounceRequest(infoHash, PeerId.of(new byte[20]), 99, 0, 0, 5, AnnounceEvent.NONE, 7))
                .replace("compact=1", "compact=0");
        BDictionary answer = (BDictionary) Bencode.decode(
                get(URI.create(server.uri() + "/announce?" + query)).body());
        assertThat(answer.get("peers", BList.class).orElseThrow().values())
                .hasSize(7)
                .allSatisfy(peer -> assertThat(((BDictionary) peer)
                                .get("ip", BString.class)
                                .orElseThrow()
                                .text())
                        .contains("127.0.0.1"));
    }

    @Test
    void sixthVersionAddressesRoundTrip() throws Exception {
        TrackerServer server;
        try {
            server = start(TrackerConfig.defaults().withListen("::1", 0));
        } catch (ProcessFault e) {
            Assumptions.abort("this machine has no IPv6 loopback: " + e.getMessage());
            return;
        }
        TrackerClient client = client(server.uri(), Optional.empty());
        ArtifactStatus status = publish(client);
        assertThat(status.torrentUrl()).startsWith("http://[::1]:");
        byte[] sixth = new byte[16];
        sixth[15] = 1;
        client.announce(request(infoHash(status), 1001, 5, AnnounceEvent.STARTED), "s");
        client.register(new NodeRegistration("v4", "node", false, "127.0.0.1"));
        client.announce(request(infoHash(status), 1002, 5, AnnounceEvent.STARTED), "v4");
        assertThat(client.announce(request(infoHash(status), 1003, 5, AnnounceEvent.STARTED), "x")
                        .peers())
                .containsExactlyInAnyOrder(
                        new InetSocketAddress(InetAddress.getByAddress(sixth), 1001),
                        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 1002));
    }

    @Test
    void anUnknownTorrentIsRefusedWithAReason() {
        TrackerClient client = client(start().uri(), Optional.empty());
        assertThatThrownBy(() -> client.announce(request(InfoHash.of(new byte[20]), 1, 5, AnnounceEvent.STARTED), "s"))
                .isInstanceOf(PeerFault.class)
                .hasMessageContaining("unknown torrent");
    }

    @Test
    void malformedAnnouncesAreAnsweredWithAReasonAndNeverAnInternalError() throws Exception {
        TrackerServer server = start();
        InfoHash infoHash = infoHash(publish(client(server.uri(), Optional.empty())));
        String right = AnnounceCodec.toQuery(request(infoHash, 1, 5, AnnounceEvent.NONE));
        List<String> queries = List.of(
                "",
                "?",
                "?info_hash=",
                "?info_hash=%ff",
                "?" + right.replace("port=1", "port=0"),
                "?" + right.replace("port=1", "port=99999999999999999999"),
                "?" + right.replace("left=5", "left=-5"),
                "?" + right.replace("peer_id=", "p="),
                "?" + right + "&numwant=zwei",
                "?" + right.substring(0, right.indexOf("&port")));
        for (String query : queries) {
            String answer = raw(server, "GET /announce" + query + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            assertThat(answer).as(query).startsWith("HTTP/1.1 200").contains("14:failure reason");
        }
        for (String path : List.of(
                "/announce?info_hash=%zz&compact=%",
                "/scrape",
                "/scrape?info_hash=%00",
                "/announce?" + right + "&node=%zz",
                "/%00",
                "/../../etc/passwd",
                "/k",
                "/k/",
                "/k//announce",
                "/v1",
                "/v1/",
                "/v1/artifacts/zz",
                "/v1/artifacts/" + "0".repeat(64) + "?waitSeconds=NaN",
                "/v1/artifacts/" + "0".repeat(64) + "?waitSeconds=x",
                "/torrents/",
                "/torrents/zz.torrent",
                "/torrent?uri=%zz",
                "/" + "a/".repeat(2000))) {
            assertThat(raw(server, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .as(path)
                    .matches(answer -> answer.matches("(?s)HTTP/1.1 [24].*"), "is a 2xx or 4xx answer");
        }
    }

    @Test
    void aPathIsTheSameHoweverItIsWrittenAndOnlyGetAnnounces() throws Exception {
        TrackerServer server = start();
        InfoHash infoHash = infoHash(publish(client(server.uri(), Optional.empty())));
        String query = "?" + AnnounceCodec.toQuery(request(infoHash, 1, 5, AnnounceEvent.NONE));
        for (String path : List.of("/announce", "/%61nnounce", "/x/../announce", "/k/any/announce")) {
            assertThat(raw(server, "GET " + path + query + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .as(path)
                    .contains("8:intervali30e");
        }
        for (String line : List.of(
                "POST /announce" + query,
                "GET /announce/" + query,
                "GET /x/announce" + query,
                "GET /k/a/b/announce" + query,
                "OPTIONS *")) {
            assertThat(raw(server, line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                    .as(line)
                    .startsWith("HTTP/1.1 40");
        }
    }

    @Test
    void announcesAreAnsweredInOrderWhileTheApiWaits() throws Exception {
        TrackerServer server = start();
        InfoHash infoHash = infoHash(publish(client(server.uri(), Optional.empty())));
        String announce = "GET /announce?" + AnnounceCodec.toQuery(request(infoHash, 1, 5, AnnounceEvent.NONE))
                + " HTTP/1.1\r\nHost: x\r\n";
        String wait = "{\"maxLeases\":1,\"waitSeconds\":1}";
        String answer = raw(
                server,
                announce + "\r\n" + "POST /v1/nodes/s/leases HTTP/1.1\r\nHost: x\r\nContent-Length: " + wait.length()
                        + "\r\n\r\n" + wait + announce + "Connection: close\r\n\r\n");
        assertThat(answer).matches("(?s).*8:intervali30e.*\"leases\":\\[\\].*8:intervali30e.*");
    }

    @Test
    void malformedBodiesAreTheCallersFault() throws Exception {
        TrackerServer server = start();
        publish(client(server.uri(), Optional.empty()));
        String lease = "1-" + "0".repeat(64);
        for (String path : List.of(
                "/v1/artifacts",
                "/v1/nodes",
                "/v1/nodes/s/heartbeat",
                "/v1/nodes/s/artifacts",
                "/v1/nodes/s/leases",
                "/v1/nodes/s/holdings",
                "/v1/leases/" + lease + "/pieces",
                "/v1/leases/" + lease + "/return",
                "/v1/leases/" + lease + "/sign",
                "/v1/leases/zz/sign")) {
            for (String body : List.of(
                    "",
                    "null",
                    "[]",
                    "{",
                    "{}",
                    "{\"leases\":[null]}",
                    "{\"artifacts\":[null]}",
                    "{\"artifacts\":[{\"artifactId\":\"zz\"}]}",
                    "{\"fence\":1,\"pieces\":[null]}",
                    "{\"bitfield\":\"*\",\"added\":[null],\"dropped\":[-1]}",
                    "\"x\"",
                    "{\"artifact\":{},\"port\":1}",
                    "{\"artifact\":{\"uri\":\"s3://b/k\"},\"port\":70000}",
                    "{\"leases\":[{\"fence\":1}]}",
                    "{\"fence\":1,\"pieces\":[{\"piece\":0}]}",
                    "{\"uri\":7,\"fence\":\"a\"}")) {
                String answer = raw(
                        server,
                        "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + body.length()
                                + "\r\n\r\n" + body);
                assertThat(answer)
                        .as(path + " " + body)
                        .matches(text -> text.matches("(?s)HTTP/1.1 [24].*"), "2xx or 4xx");
            }
        }
    }

    private static String raw(TrackerServer server, String request) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.uri().getPort())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private Tokens tokens() throws IOException {
        Path file = Files.writeString(directory.resolve("tokens"), "read reader\nnode noder\nadmin boss\n");
        return Tokens.load(Optional.of(file), Optional.empty());
    }

    @Test
    void withTokensInForceEachRoleDoesItsOwn() throws Exception {
        TrackerServer server =
                start(TrackerConfig.defaults().withListen("127.0.0.1", 0).withTokens(tokens()));
        publish(client(server.uri(), Optional.of("noder")));
        assertThat(client(server.uri(), Optional.of("reader")).artifacts().artifacts())
                .hasSize(1);
        assertKind(client(server.uri(), Optional.of("reader")), Kind.DENIED, OriginFault.class);
        assertKind(client(server.uri(), Optional.of("wrong")), Kind.DENIED, ProcessFault.class);
        assertKind(client(server.uri(), Optional.empty()), Kind.DENIED, ProcessFault.class);
        assertThat(client(server.uri(), Optional.of("boss"))
                        .requestArtifact(new ArtifactRequest(URI_TEXT, null))
                        .piecesHashed())
                .isEqualTo(1);
        assertThat(get(URI.create(server.uri() + "/healthz")).statusCode()).isEqualTo(200);
    }

    private static void assertKind(
            TrackerClient client, Kind kind, Class<? extends dev.piecewise.core.fault.PiecewiseFault> type) {
        assertThatThrownBy(() -> client.requestArtifact(new ArtifactRequest(URI_TEXT, null)))
                .isInstanceOfSatisfying(type, fault -> assertThat(fault.kind()).isEqualTo(kind));
    }

    @Test
    void stockClientsEnterBySwarmKeyAndFetchTorrentsByReadToken() throws Exception {
        TrackerServer server =
                start(TrackerConfig.defaults().withListen("127.0.0.1", 0).withTokens(tokens()));
        TrackerClient noder = client(server.uri(), Optional.of("noder"));
        ArtifactStatus status = publish(noder);
        InfoHash infoHash = infoHash(status);
        assertThat(get(URI.create(server.uri() + "/torrent?uri=" + URI_TEXT)).statusCode())
                .isEqualTo(401);
        assertThat(get(URI.create(server.uri() + "/k/wrong/torrent?uri=" + URI_TEXT))
                        .statusCode())
                .isEqualTo(401);
        byte[] torrent = get(URI.create(server.uri() + "/k/reader/torrent?uri=" + URI_TEXT))
                .body();
        String announce = Metainfo.parse(torrent).announce().orElseThrow();
        assertThat(announce).startsWith(server.uri() + "/k/").endsWith("/announce");
        assertThat(status.magnet()).contains("%2Fk%2F");

        String query = "?" + AnnounceCodec.toQuery(request(infoHash, 5, 5, AnnounceEvent.STARTED)) + "&node=s";
        assertThat(AnnounceCodec.decode(get(URI.create(announce + query)).body())
                        .incomplete())
                .isEqualTo(1);
        assertRefused(server.uri() + "/announce" + query);
        assertRefused(server.uri() + "/k/0123/announce" + query);
        assertRefused(server.uri() + "/scrape?" + ScrapeCodec.toQuery(List.of(infoHash)));
        String scrape = announce.replace("/announce", "/scrape?") + ScrapeCodec.toQuery(List.of(infoHash));
        assertThat(ScrapeCodec.decode(get(URI.create(scrape)).body()).swarms()).containsKey(infoHash);
        assertThat(noder.announce(request(infoHash, 6, 0, AnnounceEvent.STARTED), "s")
                        .peers())
                .containsExactly(loopback(5));
    }

    @Test
    void theTorrentNamesLiveWebSeedsBesideItsInfoDictionary() throws Exception {
        TrackerServer server =
                start(TrackerConfig.defaults().withListen("127.0.0.1", 0).withTokens(tokens()));
        TrackerClient noder = client(server.uri(), Optional.of("noder"));
        InfoHash infoHash = infoHash(publish(noder));
        Metainfo without = Metainfo.parse(noder.torrent(infoHash));
        assertThat(without.urlList()).isEmpty();

        noder.register(new NodeRegistration("v", "seeder", Ingest.ONLY, "", "http://[::1]:82/"));
        noder.register(new NodeRegistration("w", "seeder", Ingest.ONLY, "", "http://0.0.0.0:81"));
        Metainfo with = Metainfo.parse(noder.torrent(infoHash));
        String key = with.announce().orElseThrow().split("/", -1)[4];
        String path = "/k/" + key + "/webseed/" + infoHash + "/";
        assertThat(with.urlList()).containsExactly("http://[::1]:82" + path, "http://127.0.0.1:81" + path);
        assertThat(with.infoHash()).isEqualTo(infoHash);
        assertThat(noder.artifact(infoHash).infoHash()).isEqualTo(infoHash.hex());
        noder.leave("v");
        noder.leave("w");
        assertThat(noder.torrent(infoHash)).isEqualTo(without.encode());

        for (String nonsense : List.of("ftp://h", "http://", "http://u@h:1", "http://h:1/?q", "http://h h", "h:1")) {
            assertThatThrownBy(() -> noder.register(new NodeRegistration("x", "node", Ingest.NEVER, "", nonsense)))
                    .isInstanceOf(OriginFault.class)
                    .hasMessageContaining("web seed");
        }
    }

    @Test
    void aNodeLearnsWhatTheTokenOfSomebodyElseAllows() throws Exception {
        TrackerServer closed =
                start(TrackerConfig.defaults().withListen("127.0.0.1", 0).withTokens(tokens()));
        TrackerClient node = client(closed.uri(), Optional.of("noder"));
        assertThat(node.role("reader")).contains(new TokenRole("read", true));
        assertThat(node.role("boss")).contains(new TokenRole("admin", true));
        assertThat(node.role("wrong")).isEmpty();
        assertThat(client(start().uri(), Optional.empty()).role("any")).contains(new TokenRole("admin", false));
    }

    @Test
    void aWishForPiecesNeedsTheRoleOfANodeAndAPieceThatIsOne() throws Exception {
        TrackerServer server =
                start(TrackerConfig.defaults().withListen("127.0.0.1", 0).withTokens(tokens()));
        TrackerClient noder = client(server.uri(), Optional.of("noder"));
        ArtifactId id = new ArtifactId(publish(noder).id());
        noder.want(id, new WantedPieces(List.of(0)));
        assertThatThrownBy(() -> noder.want(id, new WantedPieces(List.of(1)))).hasMessageContaining("1 pieces");
        assertThatThrownBy(() -> client(server.uri(), Optional.of("reader")).want(id, new WantedPieces(List.of(0))))
                .hasMessageContaining("may only read");
    }

    private static void assertRefused(String url) throws Exception {
        HttpResponse<byte[]> answer = get(URI.create(url));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> AnnounceCodec.decode(answer.body()))
                .isInstanceOf(PeerFault.class)
                .hasMessageContaining("needs a key or a token");
    }
}
