package dev.piecewise.bench.tracker;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;

/** An S3 endpoint of objects that have one size and a version but no bytes: all that a tracker asks for is their HEAD. */
public final class SizedObject implements AutoCloseable {
    public static final String BUCKET = "bench";

    private static final String KEY_PREFIX = "object-";

    private final HttpServer server;

    public SizedObject(long sizeBytes) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/" + BUCKET + "/" + KEY_PREFIX, exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set("ETag", "\"bench\"");
                exchange.getResponseHeaders().set("Content-Length", "" + sizeBytes);
                exchange.sendResponseHeaders(exchange.getRequestMethod().equals("HEAD") ? 200 : 405, -1);
            }
        });
        server.start();
    }

    /** That of any number is there. */
    public static String uri(int number) {
        return "s3://" + BUCKET + "/" + KEY_PREFIX + number;
    }

    /** What the AWS SDK, and so the tracker, needs to use it. */
    public Map<String, String> credentials() {
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
