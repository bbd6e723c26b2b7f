package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ApiJson;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.NodeAccepted;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whether a process rehearses or not, until it says ready its tracker hears of its membership alone, and its origin of nothing. */
class RehearsalSilenceTest {
    private static final long PATIENCE_SECONDS = 60;

    @TempDir
    Path directory;

    /** A tracker that accepts nodes and an origin, which remember who asked them for what. */
    private static final class Witness implements AutoCloseable {
        private final HttpServer server;
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final List<String> calls = new CopyOnWriteArrayList<>();

        Witness() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::answer);
            server.setExecutor(threads);
            server.start();
        }

        URI url() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        }

        private void answer(HttpExchange exchange) throws IOException {
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                calls.add(exchange.getRequestMethod() + " " + path);
                byte[] body = exchange.getRequestBody().readAllBytes();
                byte[] answer = {};
                if (path.equals("/v1/nodes")) {
                    String id = ApiJson.read(body, NodeRegistration.class).nodeId();
                    answer = ApiJson.write(new NodeAccepted(id, 0.5, 60));
                } else if (path.endsWith("/heartbeat")) {
                    answer = ApiJson.write(new HeartbeatReply(List.of()));
                }
                boolean known = answer.length > 0;
                exchange.sendResponseHeaders(known ? 200 : 503, known ? answer.length : -1);
                exchange.getResponseBody().write(answer);
            }
        }

        @Override
        public void close() {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    /** A command that stays, on a thread of its own, until this is closed. */
    private static final class Staying implements AutoCloseable {
        private final CompletableFuture<JsonNode> ready = new CompletableFuture<>();
        private final Thread thread;

        Staying(String... args) {
            OutputStream out = new ByteArrayOutputStream() {
                @Override
                public synchronized void flush() {
                    String text = toString(StandardCharsets.UTF_8);
                    if (text.contains("\n")) {
                        ready.complete(JsonMapper.builder().build().readTree(text));
                    }
                }
            };
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Surroundings surroundings = new Surroundings(
                    Map.of(),
                    List.of(),
                    InputStream.nullInputStream(),
                    new PrintStream(out, false, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    false,
                    code -> {},
                    code -> {});
            thread = new Thread(
                    () -> {
                        int code = CommandTree.execute(surroundings, args);
                        ready.completeExceptionally(new AssertionError(
                                "it ended with " + code + ": " + err.toString(StandardCharsets.UTF_8)));
                    },
                    "command");
            thread.start();
        }

        JsonNode ready() throws Exception {
            return ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
            thread.interrupt();
            try {
                thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"node,--rehearse", "node,--no-rehearse", "seeder,--rehearse", "seeder,--no-rehearse"})
    void theTrackerHearsOfOneProcessWhichAsksForNothing(String command, String rehearse) throws Exception {
        try (Witness tracker = new Witness();
                Staying process = new Staying(
                        command,
                        rehearse,
                        "--json",
                        "--tracker",
                        tracker.url().toString(),
                        "--data",
                        directory.resolve("data").toString(),
                        "--listen",
                        "127.0.0.1:0",
                        "--advertise",
                        "127.0.0.1")) {
            String node = "/v1/nodes/" + process.ready().path("node").asString();
            List<String> calls = List.copyOf(tracker.calls);
            assertThat(calls).containsOnlyOnce("POST /v1/nodes");
            assertThat(calls)
                    .isSubsetOf(
                            "POST /v1/nodes",
                            "POST " + node + "/heartbeat",
                            "POST " + node + "/holdings",
                            "POST " + node + "/leases",
                            "GET " + node + "/peers");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rehearse", "--no-rehearse"})
    void aTrackerAsksItsOriginForNothingAndKnowsNothing(String rehearse) throws Exception {
        try (Witness origin = new Witness()) {
            Path config = Files.writeString(
                    directory.resolve("piecewise.yaml"),
                    String.join(
                            "\n",
                            "profiles:",
                            "  default:",
                            "    endpoint: " + origin.url(),
                            "    region: eu-1",
                            "    access-key-id: id",
                            "    secret-access-key: key"));
            try (Staying process = new Staying(
                            "tracker",
                            rehearse,
                            "--json",
                            "--config",
                            config.toString(),
                            "--listen",
                            "127.0.0.1:0",
                            "--state",
                            directory.resolve("state").toString(),
                            "--allow",
                            "s3://real/");
                    TrackerClient client = new TrackerClient(
                            URI.create(process.ready().path("url").asString()), Optional.empty())) {
                assertThat(client.artifacts().artifacts()).isEmpty();
                assertThat(client.nodes().nodes()).isEmpty();
                assertThat(origin.calls).isEmpty();
            }
        }
    }
}
