package dev.piecewise.bench.tracker;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/** An S3 endpoint of one object that has a size and a version but no bytes: all that a tracker asks for is its HEAD. */
final class SizedObject implements AutoCloseable {
    static final String BUCKET = "bench";
    static final String KEY = "object";

    private final HttpServer server;

    SizedObject(long sizeBytes) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/" + BUCKET + "/" + KEY, exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set("ETag", "\"bench\"");
                exchange.getResponseHeaders().set("Content-Length", "" + sizeBytes);
                exchange.sendResponseHeaders(exchange.getRequestMethod().equals("HEAD") ? 200 : 405, -1);
            }
        });
        server.start();
    }

    static String uri() {
        return "s3://" + BUCKET + "/" + KEY;
    }

    /** What the AWS SDK, and so the tracker, needs to use it. */
    Map<String, String> credentials() {
        return Map.of(
                "AWS_ACCESS_KEY_ID",
                "bench",
                "AWS_SECRET_ACCESS_KEY",
                "bench-secret",
                "AWS_ENDPOINT_URL",
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "AWS_REGION",
                "us-east-1");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
