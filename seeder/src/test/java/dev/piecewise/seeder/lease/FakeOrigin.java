package dev.piecewise.seeder.lease;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import dev.piecewise.core.SignedRead;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** One object on loopback, which can be served badly. */
final class FakeOrigin implements AutoCloseable {
    private static final int PARTIAL = 206;

    final List<String> ranges = new CopyOnWriteArrayList<>();
    final List<String> requests = new CopyOnWriteArrayList<>();
    final List<Long> times = new CopyOnWriteArrayList<>();
    final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
    final List<InetSocketAddress> clients = new CopyOnWriteArrayList<>();
    final Queue<Manner> manners = new ConcurrentLinkedQueue<>();
    final CountDownLatch release = new CountDownLatch(1);
    private final byte[] object;
    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();

    /** How to answer; without one, as it should be. */
    @FunctionalInterface
    interface Manner {
        void answer(HttpExchange exchange, byte[] object, int first, int last) throws IOException;
    }

    FakeOrigin(byte[] object) throws IOException {
        this(object, HttpServer.create());
    }

    /** @param server not bound yet */
    FakeOrigin(byte[] object, HttpServer server) throws IOException {
        this.object = object;
        this.server = server;
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    SignedRead read(long first, long last) {
        return read("/bucket/key?X-Amz-Signature=secret", first, last);
    }

    SignedRead read(String pathAndQuery, long first, long last) {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return new SignedRead(
                scheme + "://127.0.0.1:" + server.getAddress().getPort() + pathAndQuery,
                Map.of("Range", "bytes=" + first + "-" + last, "If-Match", "\"etag\""),
                first,
                last);
    }

    /** Without a range. */
    SignedRead whole(long first, long last) {
        return new SignedRead(read(first, last).url(), Map.of("If-Match", "\"etag\""), first, last);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String range = Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("Range"), "");
        ranges.add(range);
        times.add(System.nanoTime());
        requests.add(exchange.getRequestURI().toASCIIString());
        headers.add(Map.copyOf(exchange.getRequestHeaders()));
        clients.add(exchange.getRemoteAddress());
        String[] ends = range.isEmpty()
                ? new String[] {"0", String.valueOf(object.length - 1)}
                : range.substring("bytes=".length()).split("-", -1);
        Manner manner = manners.poll();
        try (exchange) {
            (manner == null ? well() : manner)
                    .answer(exchange, object, Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
        }
    }

    static Manner well() {
        return (exchange, object, first, last) -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + last + "/" + object.length);
            exchange.sendResponseHeaders(PARTIAL, last - first + 1L);
            exchange.getResponseBody().write(object, first, last - first + 1);
        };
    }

    /** Well formed, but fewer bytes than asked for. */
    static Manner shortBody(int count) {
        return (exchange, object, first, last) -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + last + "/" + object.length);
            exchange.sendResponseHeaders(PARTIAL, count);
            exchange.getResponseBody().write(object, first, count);
        };
    }

    static Manner ignoringRange() {
        return (exchange, object, first, last) -> {
            exchange.sendResponseHeaders(200, object.length);
            exchange.getResponseBody().write(object);
        };
    }

    /** All of the object to who asked for no range, but no more than so many bytes of it. */
    static Manner whole(String etag, int count) {
        return (exchange, object, first, last) -> {
            exchange.getResponseHeaders().set("ETag", etag);
            exchange.sendResponseHeaders(200, object.length);
            exchange.getResponseBody().write(object, 0, count);
        };
    }

    static Manner unavailable(Supplier<String> retryAfter) {
        return (exchange, object, first, last) -> {
            exchange.getResponseHeaders().set("Retry-After", retryAfter.get());
            exchange.sendResponseHeaders(503, -1);
        };
    }

    static Manner status(int code) {
        return (exchange, object, first, last) -> exchange.sendResponseHeaders(code, -1);
    }

    /** Promises all, sends some bytes, then nothing until released, then breaks. */
    Manner hangingAfter(int count) {
        return (exchange, object, first, last) -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes " + first + "-" + last + "/" + object.length);
            exchange.sendResponseHeaders(PARTIAL, last - first + 1L);
            exchange.getResponseBody().write(object, first, count);
            exchange.getResponseBody().flush();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    @Override
    public void close() {
        release.countDown();
        server.stop(0);
        executor.shutdownNow();
    }
}
