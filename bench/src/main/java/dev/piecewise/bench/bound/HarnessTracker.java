package dev.piecewise.bench.bound;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.announce.QueryString;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A tracker for one swarm of stock clients, in the harness: it costs the contestants nothing. */
final class HarnessTracker implements AutoCloseable {
    private static final int PORT = 6969;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<InetSocketAddress> peers = new LinkedHashSet<>();

    HarnessTracker() throws IOException {
        server = HttpServer.create(new InetSocketAddress(Star.BRIDGE, PORT), 256);
        server.createContext("/announce", this::announce);
        server.setExecutor(threads);
        server.start();
    }

    String announceUrl() {
        return "http://" + Star.BRIDGE + ":" + server.getAddress().getPort() + "/announce";
    }

    private void announce(HttpExchange exchange) throws IOException {
        try (exchange) {
            QueryString query = QueryString.parse(exchange.getRequestURI().getRawQuery());
            AnnounceRequest request = AnnounceCodec.fromQuery(query);
            InetSocketAddress peer =
                    new InetSocketAddress(exchange.getRemoteAddress().getAddress(), request.port());
            byte[] body = AnnounceCodec.encode(answer(peer, request), AnnounceCodec.formWanted(query));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private synchronized AnnounceResponse answer(InetSocketAddress peer, AnnounceRequest request) {
        if (request.event() == AnnounceEvent.STOPPED) {
            peers.remove(peer);
        } else {
            peers.add(peer);
        }
        List<InetSocketAddress> others =
                peers.stream().filter(other -> !other.equals(peer)).toList();
        return response(others);
    }

    private static AnnounceResponse response(List<InetSocketAddress> others) {
        return new AnnounceResponse(Duration.ofSeconds(2), Duration.ofSeconds(1), 0, 0, others);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
