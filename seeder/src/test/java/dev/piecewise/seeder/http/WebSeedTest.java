package dev.piecewise.seeder.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.DataDirectoryStore;
import dev.piecewise.seeder.cluster.Eventually;
import dev.piecewise.seeder.cluster.FakeEngine;
import dev.piecewise.seeder.cluster.FakeTracker;
import dev.piecewise.seeder.cluster.LeaseKeeper;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.TokenRole;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server over loopback, with a store of real files and a tracker that the test rules. */
class WebSeedTest {
    private static final Duration ENDING = Duration.ofSeconds(10);
    private static final int PIECE = 1024 * 1024;
    private static final int FIRST = 3 * PIECE + 7;
    private static final int TOTAL = 5 * PIECE + 100;
    private static final ArtifactId ID = new ArtifactId("ab".repeat(32));
    private static final ArtifactContent CONTENT = new ArtifactContent(
            "a model",
            false,
            List.of(
                    new FileEntry("deep/b+#?%41ü.bin", FIRST),
                    new FileEntry("empty", 0),
                    new FileEntry("z", TOTAL - FIRST)),
            new PieceLayout(TOTAL, PIECE));
    private static final String FILE = "a%20model/deep/b+%23%3F%2541%C3%BC.bin";
    private static final byte[] BYTES = bytes();
    private static final InfoDictionary INFO = new InfoDictionary(CONTENT, hashes(), true);
    private static final String SEED = "/webseed/" + INFO.infoHash() + "/";

    private final FakeTracker tracker = new FakeTracker();
    private final FakeEngine engine = new FakeEngine();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @TempDir
    private Path directory;

    private Participant participant;
    private StoredArtifact stored;
    private WebSeed seed;

    private static byte[] bytes() {
        byte[] bytes = new byte[TOTAL];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    private static List<PieceHash> hashes() {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            List<PieceHash> hashes = new ArrayList<>();
            for (int piece = 0; piece < CONTENT.layout().pieceCount(); piece++) {
                sha1.update(
                        BYTES,
                        (int) CONTENT.layout().offsetOf(piece),
                        CONTENT.layout().lengthOf(piece));
                hashes.add(PieceHash.of(sha1.digest()));
            }
            return hashes;
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void start() {
        DataDirectory data = own(DataDirectory.open(directory.resolve("data")));
        participant = own(new Participant(
                tracker,
                new DataDirectoryStore(data),
                engine,
                new NodeRegistration("n", "seeder", true, ""),
                LeaseKeeper.NONE,
                System::nanoTime));
        stored = data.artifact(ID, CONTENT);
        publish("");
        seed = serve(WebSeedConfig.loopback());
    }

    private <T extends AutoCloseable> T own(T resource) {
        opened.add(resource);
        return resource;
    }

    private WebSeed serve(WebSeedConfig config) {
        WebSeed started = own(WebSeed.open(config));
        started.serve(tracker, participant, System::nanoTime);
        return started;
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("web-seed")) {
                thread.join(ENDING.toMillis()); // told to end, it may not have come to it
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    /** @param key {@code /k/KEY}, or nothing */
    private void publish(String key) {
        tracker.artifacts.put(
                ID,
                new ArtifactStatus(
                        ID.hex(),
                        "s3://b/a model/",
                        "v1",
                        CONTENT.name(),
                        false,
                        CONTENT.files(),
                        List.of(),
                        ArtifactState.PUBLISHED,
                        TOTAL,
                        PIECE,
                        6,
                        true,
                        6,
                        0,
                        INFO.infoHash().hex(),
                        null,
                        null,
                        null,
                        null,
                        0,
                        0,
                        0,
                        1));
        tracker.torrents.put(
                INFO.infoHash(),
                Metainfo.of(INFO, Optional.of("http://tracker:1" + key + "/announce"), List.of())
                        .encode());
    }

    private void hold(int... pieces) {
        for (int piece : pieces) {
            int offset = (int) CONTENT.layout().offsetOf(piece);
            stored.write(offset, ByteBuffer.wrap(BYTES, offset, CONTENT.layout().lengthOf(piece)));
            stored.markHeld(piece);
        }
    }

    private void holdAll() {
        hold(0, 1, 2, 3, 4, 5);
    }

    private HttpResponse<byte[]> send(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + seed.port() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        return send("GET", path, headers);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("none");
    }

    private static byte[] part(int from, int to) {
        return Arrays.copyOfRange(BYTES, from, to);
    }

    @Test
    void aFileIsServedWholeInPartsAndByItsHead() throws Exception {
        holdAll();
        HttpResponse<byte[]> whole = get(SEED + FILE);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(part(0, FIRST));
        assertThat(header(whole, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(header(whole, "Last-Modified")).endsWith("GMT");

        HttpResponse<byte[]> inside = get(SEED + "a%20model/z", "Range", "bytes=10-" + (PIECE + 9));
        assertThat(inside.statusCode()).isEqualTo(206);
        assertThat(inside.body()).isEqualTo(part(FIRST + 10, FIRST + 10 + PIECE));
        assertThat(header(inside, "Content-Range")).isEqualTo("bytes 10-" + (PIECE + 9) + "/" + (TOTAL - FIRST));
        assertThat(header(inside, "Content-Length")).isEqualTo("" + PIECE);

        HttpResponse<byte[]> beyond = get(SEED + FILE, "Range", "bytes=" + FIRST + "-");
        assertThat(beyond.statusCode()).isEqualTo(416);
        assertThat(header(beyond, "Content-Range")).isEqualTo("bytes */" + FIRST);
        assertThat(beyond.body()).isEmpty();
        assertThat(get(SEED + FILE, "Range", "bytes=0-1,5-6").body()).hasSize(FIRST);

        HttpResponse<byte[]> head = send("HEAD", SEED + FILE, "Range", "bytes=0-1");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "Content-Length")).isEqualTo("" + FIRST);
        assertThat(get(SEED + "a%20model/empty").body()).isEmpty();
        assertThat(get(SEED + "a%20model/empty", "Range", "bytes=0-").statusCode())
                .isEqualTo(416);
        HttpResponse<byte[]> post = send("POST", SEED + FILE);
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(header(post, "Allow")).isEqualTo("GET, HEAD");
    }

    @Test
    void whatIsSentWaitsForTheLimitOfAllUploads() throws Exception {
        holdAll();
        get(SEED + FILE, "Range", "bytes=7-" + (PIECE + 7));
        assertThat(engine.uploadAwaited).hasValue(PIECE + 1);
        send("HEAD", SEED + FILE);
        assertThat(engine.uploadAwaited).hasValue(PIECE + 1);
    }

    @Test
    void ifRangeGivesThePartOnlyOfTheFileThatTheClientHas() throws Exception {
        holdAll();
        HttpResponse<byte[]> head = send("HEAD", SEED + FILE);
        for (String validator : List.of(header(head, "ETag"), header(head, "Last-Modified"))) {
            assertThat(get(SEED + FILE, "Range", "bytes=0-0", "If-Range", validator)
                            .statusCode())
                    .isEqualTo(206);
        }
        for (String validator : List.of("\"other\"", "Sun, 06 Nov 1994 08:49:37 GMT", "nonsense", "W/\"x\"")) {
            assertThat(get(SEED + FILE, "Range", "bytes=0-0", "If-Range", validator)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    /** The status line and the rest of what the server says to these bytes. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), seed.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private String rawGet(String path) throws IOException {
        return raw("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    }

    @Test
    void whatIsNoFileOfTheTorrentIsNotFoundAndNothingIsEchoed() throws Exception {
        holdAll();
        for (String path : List.of(
                "SEED../../meta",
                "SEED..",
                "SEED%2e%2e/meta",
                "SEED%2E%2e%2f%2e%2e%2fmeta",
                "SEEDa%20model/../a%20model/z",
                "SEEDa%20model/./z",
                "SEEDa%20model/%2e%2e/a%20model/z",
                "SEEDa%20model%2fz",
                "SEEDa%20model%5cz",
                "SEEDa%20model/z%00",
                "SEEDa%20model/z%00.bin",
                "SEED/a%20model/z",
                "SEEDa%20model//z",
                "SEEDa%20model/z/",
                "SEEDa%20model/",
                "SEEDa%20model",
                "SEED",
                "SEED/etc/passwd",
                "SEED%2fetc%2fpasswd",
                "SEEDa%20model/z%",
                "SEEDa%20model/z%4",
                "SEEDa%20model/%zz",
                "SEEDa%20model/%ff",
                "SEEDa%20model/%c0%ae%c0%ae/z",
                "SEEDa+model/z",
                "SEEDa%20model/z;x=1",
                "/webseed/x/a%20model/z",
                "/webseed/0000000000000000000000000000000000000000/a%20model/z",
                "/webseed/",
                "/webseed",
                "/",
                "/k/",
                "/k/x/webseed/",
                "/../webseed",
                "/dirs/none/x",
                "/dirs/../x")) {
            String answer = rawGet(path.replace("SEED", SEED));
            assertThat(answer)
                    .as(path)
                    .startsWith("HTTP/1.1 404")
                    .contains("Content-Length: 0")
                    .endsWith("\r\n\r\n")
                    .doesNotContain("passwd", "model", "webseed", "dirs", "/etc");
        }
    }

    @Test
    void whatIsNoHttpIsRefusedWithoutAnEcho() throws Exception {
        for (String request : List.of(
                "GET SEEDsecret\0name HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET SEEDsecret name HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET secret HTTP/1.1\r\nHost: h\r\n\r\n",
                "secret\r\n\r\n",
                "GET SEEDsecret HTTP/1.1\r\n\r\n",
                "GET http://[secret HTTP/1.1\r\nHost: h\r\n\r\n")) {
            String answer = raw(request.replace("SEED", SEED).replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
            assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("secret");
        }
    }

    @Test
    void aPieceThatIsNotHereIsWishedForAndWaitedFor() throws Exception {
        hold(0, 1, 2, 4, 5);
        CompletableFuture<HttpResponse<byte[]>> whole = http.sendAsync(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + seed.port() + SEED + "a%20model/z"))
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(tracker.wanted.take()).isEqualTo(3);
        assertThat(whole).isNotDone();
        hold(3);
        assertThat(whole.get().body()).isEqualTo(part(FIRST, TOTAL));
    }

    @Test
    void aPieceThatDoesNotComeIsForLaterBeforeTheFirstByteAndACutAfter() throws Exception {
        hold(0);
        seed = serve(WebSeedConfig.loopback().withPatience(Duration.ofMillis(300)));
        HttpResponse<byte[]> nothing = get(SEED + FILE, "Range", "bytes=" + PIECE + "-");
        assertThat(nothing.statusCode()).isEqualTo(503);
        assertThat(header(nothing, "Retry-After")).isEqualTo("5");
        assertThat(header(nothing, "Content-Range")).isEqualTo("none");
        assertThat(get(SEED + FILE, "Range", "bytes=0-" + (PIECE - 1)).body()).isEqualTo(part(0, PIECE));
        assertThatThrownBy(() -> get(SEED + FILE)).isInstanceOf(IOException.class);
        assertThat(send("HEAD", SEED + FILE).statusCode()).isEqualTo(200);
    }

    @Test
    void aFileThatSomebodyChangedOnDiskIsNotServed() throws Exception {
        holdAll();
        participant.join(ID, INFO);
        assertThat(get(SEED + "a%20model/z").statusCode()).isEqualTo(200);
        Path file = stored.files().get(2);
        byte[] other = Files.readAllBytes(file);
        other[other.length - 1]++;
        Files.write(file, other);
        seed = serve(WebSeedConfig.loopback().withPatience(Duration.ofMillis(300)));
        assertThat(get(SEED + "a%20model/z", "Range", "bytes=-1").statusCode()).isEqualTo(503);
        assertThat(stored.held().get(5)).isFalse();
        assertThat(get(SEED + FILE, "Range", "bytes=0-9").statusCode()).isEqualTo(206);
    }

    @Test
    void theKeyOfTheSwarmIsNeededWhereTheTrackerHandsOutKeys() throws Exception {
        holdAll();
        publish("/k/right");
        assertThat(get("/k/right" + SEED + "a%20model/z").body()).isEqualTo(part(FIRST, TOTAL));
        for (String path : List.of("", "/k/wrong", "/k/righ", "/k/", "/k/right%20")) {
            assertThat(get(path + SEED + "a%20model/z").statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void aTorrentIsLookedUpOnceAndServedWhileTheTrackerIsAway() throws Exception {
        holdAll();
        tracker.away = true;
        HttpResponse<byte[]> unknown = get(SEED + "a%20model/z");
        assertThat(unknown.statusCode()).isEqualTo(503);
        assertThat(header(unknown, "Retry-After")).isEqualTo("5");
        tracker.away = false;
        assertThat(get(SEED + "a%20model/z").statusCode()).isEqualTo(200);
        assertThat(participant.swarm(ID)).isPresent();
        tracker.away = true;
        assertThat(get(SEED + "a%20model/z").statusCode()).isEqualTo(200);
        assertThat(tracker.lookups).hasValue(1);
    }

    @Test
    void sixtyFourAreServedAtOnceTheNextComesAgainAndAbortedOnesMakeRoom() throws Exception {
        hold(0);
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < WebSeedConfig.MAX_TRANSFERS; i++) {
            Socket socket = own(new Socket(InetAddress.getLoopbackAddress(), seed.port()));
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET " + SEED + FILE + " HTTP/1.1\r\nHost: h\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            slow.add(socket);
        }
        for (Socket socket : slow) {
            assertThat(socket.getInputStream().readNBytes(12))
                    .isEqualTo("HTTP/1.1 200".getBytes(StandardCharsets.UTF_8));
        }
        HttpResponse<byte[]> next = get(SEED + FILE, "Range", "bytes=0-0");
        assertThat(next.statusCode()).isEqualTo(503);
        assertThat(header(next, "Retry-After")).isEqualTo("1");
        assertThat(next.body()).isEmpty();

        for (Socket socket : slow.subList(1, slow.size())) {
            socket.setSoLinger(true, 0);
            socket.close();
        }
        hold(1, 2, 3); // their transfers go on and find nobody
        Eventually.await("room", () -> isServed());
        try (InputStream last = slow.get(0).getInputStream()) {
            byte[] rest = last.readNBytes(FIRST);
            assertThat(rest).hasSize(FIRST);
        }
    }

    private boolean isServed() {
        try {
            return get(SEED + FILE, "Range", "bytes=0-0").statusCode() == 206;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void extraDirectoriesGiveTheirFilesAndNoWayOut() throws Exception {
        Path shared = directory.resolve("shared");
        Files.createDirectories(shared.resolve("sub dir"));
        Files.writeString(shared.resolve("sub dir/f.txt"), "0123456789");
        Files.writeString(directory.resolve("secret"), "secret");
        Files.createSymbolicLink(shared.resolve("out"), directory.resolve("secret"));
        Files.createSymbolicLink(shared.resolve("up"), directory);
        Files.createSymbolicLink(shared.resolve("within"), Path.of("sub dir/f.txt"));
        seed = serve(WebSeedConfig.loopback().withDirectory("docs", shared));
        assertThat(get("/dirs/docs/sub%20dir/f.txt", "Range", "bytes=-3").body())
                .isEqualTo("789".getBytes(StandardCharsets.UTF_8));
        assertThat(get("/dirs/docs/within").body()).hasSize(10);
        assertThat(send("HEAD", "/dirs/docs/within").statusCode()).isEqualTo(200);
        for (String path : List.of(
                "/dirs/docs/out",
                "/dirs/docs/up/secret",
                "/dirs/docs/../secret",
                "/dirs/docs/%2e%2e/secret",
                "/dirs/docs/..%2fsecret",
                "/dirs/docs/sub%20dir",
                "/dirs/docs/sub%20dir/",
                "/dirs/docs//sub%20dir/f.txt",
                "/dirs/docs/",
                "/dirs/docs/none%00",
                "/dirs/other/within")) {
            assertThat(rawGet(path)).as(path).startsWith("HTTP/1.1 404").doesNotContain("secret");
        }
        assertThatThrownBy(() -> WebSeedConfig.loopback().withDirectory("..", shared))
                .isInstanceOf(ProcessFault.class);
        assertThatThrownBy(() -> WebSeedConfig.loopback().withDirectory("x", directory.resolve("secret")))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("secret");
    }

    @Test
    void beyondLoopbackExtraDirectoriesNeedATokenThatTheTrackerKnows() throws Exception {
        Path shared = Files.createDirectories(directory.resolve("shared"));
        Files.writeString(shared.resolve("f"), "f");
        tracker.roles.put("reader", new TokenRole("read", true));
        tracker.roles.put("anything", new TokenRole("admin", false));
        WebSeedConfig open = WebSeedConfig.defaults().withListen("0.0.0.0", 0).withDirectory("docs", shared);
        seed = serve(open);
        assertThat(get("/dirs/docs/f").statusCode()).isEqualTo(401);
        assertThat(get("/k/wrong/dirs/docs/f").statusCode()).isEqualTo(401);
        assertThat(get("/k/anything/dirs/docs/f").statusCode()).isEqualTo(401);
        assertThat(get("/k/wrong%0d%0aX/dirs/docs/f").statusCode()).isEqualTo(401);
        int asked = tracker.lookups.get();
        assertThat(get("/k/reader/dirs/docs/f").statusCode()).isEqualTo(200);
        assertThat(get("/dirs/docs/f", "Authorization", "Bearer reader").statusCode())
                .isEqualTo(200);
        assertThat(tracker.lookups.get()).as("asked once, then remembered").isEqualTo(asked + 1);
        seed = serve(open.withInsecure(true));
        assertThat(get("/dirs/docs/f").statusCode()).isEqualTo(200);
    }

    @Test
    void aTakenPortIsAFaultThatNamesTheOption() {
        assertThatThrownBy(() -> WebSeed.open(WebSeedConfig.loopback().withListen("127.0.0.1", seed.port())))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("--web-seed");
        assertThat(seed.url(Optional.empty(), "10.0.0.1")).isEqualTo("http://127.0.0.1:" + seed.port());
        assertThat(seed.url(Optional.of("fe80::1"), "x")).isEqualTo("http://[fe80::1]:" + seed.port());
    }
}
