package dev.piecewise.bench.engine;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.announce.QueryString;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A tracker for clients that cannot be told when to start: it answers when the clock starts. */
final class HeldTracker implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 50;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<InetSocketAddress> peers = new LinkedHashSet<>();
    private CountDownLatch start = new CountDownLatch(1);

    HeldTracker() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.createContext("/announce", this::announce);
        server.setExecutor(threads);
        server.start();
    }

    String announceUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/announce";
    }

    synchronized void hold() {
        peers.clear();
        start = new CountDownLatch(1);
    }

    synchronized int waiting() {
        return peers.size();
    }

    synchronized void go() {
        start.countDown();
    }

    private void announce(HttpExchange exchange) throws IOException {
        try (exchange) {
            QueryString query = QueryString.parse(exchange.getRequestURI().getRawQuery());
            AnnounceRequest request = AnnounceCodec.fromQuery(query);
            InetSocketAddress peer =
                    new InetSocketAddress(exchange.getRemoteAddress().getAddress(), request.port());
            await(peer);
            List<InetSocketAddress> others;
            synchronized (this) {
                others = peers.stream().filter(other -> !other.equals(peer)).toList();
            }
            AnnounceResponse answer = new AnnounceResponse(Duration.ofSeconds(2), Duration.ofSeconds(1), 0, 0, others);
            byte[] body = AnnounceCodec.encode(answer, AnnounceCodec.formWanted(query));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private void await(InetSocketAddress peer) throws IOException {
        CountDownLatch latch;
        synchronized (this) {
            peers.add(peer);
            latch = start;
        }
        try {
            if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the clock did not start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
