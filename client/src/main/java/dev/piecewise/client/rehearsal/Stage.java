package dev.piecewise.client.rehearsal;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.QueryString;
import dev.piecewise.trackerclient.api.ApiJson;
import dev.piecewise.trackerclient.api.EntryRequest;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.NodeAccepted;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PieceReport;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The HTTP side of a rehearsal, on loopback: a tracker that knows one {@link Play}, and an origin that has its object. */
final class Stage implements AutoCloseable {
    static final String HOST = "127.0.0.1";

    private static final String OBJECT = "/object";
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int PARTIAL = 206;
    private static final int BACKLOG = 64;
    private static final double HEARTBEAT_SECONDS = 0.5;
    private static final double EXPIRY_SECONDS = 60;
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,9})-(\\d{1,9})");
    private static final byte[] NOTHING = {};

    static {
        // An answer's head and body leave in two packets, and the second would wait for the acknowledgement of the
        // first.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final Play play;

    private Stage(HttpServer server) {
        this.server = server;
        this.play = new Play(url().resolve(OBJECT));
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "rehearsal-stage");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Opens at a free port. */
    static Stage open() throws IOException {
        Stage stage = new Stage(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG));
        stage.server.createContext("/", stage::handle);
        stage.server.setExecutor(stage.threads);
        stage.server.start();
        return stage;
    }

    /** The tracker's base URL. */
    URI url() {
        return URI.create("http://" + HOST + ":" + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] request = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            if (path.equals(OBJECT)) {
                sendObject(exchange);
                return;
            }
            String query = exchange.getRequestURI().getRawQuery();
            byte[] answer =
                    answer(path.substring(1).split("/"), QueryString.parse(query == null ? "" : query), request);
            boolean empty = answer.length == 0;
            exchange.sendResponseHeaders(empty ? NO_CONTENT : OK, empty ? -1 : answer.length);
            exchange.getResponseBody().write(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the tracker answers; of calls that are not listed here nothing is needed but that they succeed. */
    private byte[] answer(String[] path, QueryString query, byte[] body) throws InterruptedException {
        return switch (route(path)) {
            case "nodes" ->
                ApiJson.write(new NodeAccepted(
                        ApiJson.read(body, NodeRegistration.class).nodeId(), HEARTBEAT_SECONDS, EXPIRY_SECONDS));
            case "nodes/N/heartbeat" -> ApiJson.write(renewed(ApiJson.read(body, Heartbeat.class)));
            case "nodes/N/peers" -> ApiJson.write(play.newcomers(path[2], cursor(query), wait(query)));
            case "nodes/N/leases" -> ApiJson.write(play.grant(ApiJson.read(body, LeaseRequest.class)));
            case "leases/N/pieces" -> {
                play.report(ApiJson.read(body, PieceReport.class));
                yield NOTHING;
            }
            case "nodes/N/artifacts" ->
                ApiJson.write(play.enter(
                        path[2], ApiJson.read(body, EntryRequest.class).port()));
            case "artifacts" -> ApiJson.write(play.ask());
            case "artifacts/N" -> ApiJson.write(play.status());
            case "artifacts/N/hashes" -> ApiJson.write(play.hashes(cursor(query), wait(query)));
            case "announce" ->
                AnnounceCodec.encode(
                        play.announce(query.text("node").orElse(""), AnnounceCodec.fromQuery(query)),
                        AnnounceCodec.formWanted(query));
            case "torrents" -> play.torrent();
            default -> NOTHING;
        };
    }

    /** Without {@code v1}, and with N for what is a name in the path. */
    private static String route(String[] path) {
        if (!path[0].equals("v1")) {
            return path[0];
        }
        return switch (path.length) {
            case 2 -> path[1];
            case 3 -> path[1] + "/N";
            default -> path[1] + "/N/" + path[3];
        };
    }

    private static HeartbeatReply renewed(Heartbeat heartbeat) {
        return new HeartbeatReply(heartbeat.leases().stream()
                .map(lease -> new HeartbeatReply.Renewal(
                        lease.leaseId(), lease.fence(), EXPIRY_SECONDS, 0, List.of(), ByteRate.UNLIMITED))
                .toList());
    }

    private static int cursor(QueryString query) {
        return query.text("from")
                .filter(text -> !text.isEmpty())
                .map(Integer::valueOf)
                .orElse(0);
    }

    private static Duration wait(QueryString query) {
        return Duration.ofMillis(
                (long) (1000 * query.text("waitSeconds").map(Double::valueOf).orElse(0.0)));
    }

    private static void sendObject(HttpExchange exchange) throws IOException {
        Matcher range =
                RANGE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
        if (!range.matches()) {
            throw new IOException("only ranges are read of the object");
        }
        long first = Long.parseLong(range.group(1));
        long end = Long.parseLong(range.group(2)) + 1;
        exchange.getResponseHeaders()
                .add("Content-Range", "bytes " + first + "-" + (end - 1) + "/" + (long) Play.PIECES * Play.PIECE_BYTES);
        exchange.sendResponseHeaders(PARTIAL, end - first);
        byte[] block = new byte[BLOCK_BYTES];
        new Random(1).nextBytes(block);
        OutputStream out = exchange.getResponseBody();
        for (long at = first; at < end; at += BLOCK_BYTES) { // leases begin and end with blocks
            ByteBuffer.wrap(block).putLong(at); // no two pieces are the same
            out.write(block);
        }
    }

    /** Breaks off what is under way. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
