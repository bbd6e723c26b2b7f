package dev.piecewise.torrentbuilder.s3;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;

/** A first request to an S3 and a first signature, which in a young process wait a second and more for the SDK's classes. */
final class S3WarmUp {
    private static final ArtifactUri ANYTHING = new ArtifactUri("s3", "none", "none");
    private static final int OK = 200;

    private S3WarmUp() {}

    /** Asks a server on loopback that has every object; gives what it was told of one. */
    static ResolvedArtifact run() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", S3WarmUp::head);
        server.start();
        URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        try (S3Origin origin = S3Origin.at(endpoint, "us-east-1", "none", "none")) {
            ResolvedArtifact artifact = origin.resolve(ANYTHING);
            OriginObject object = artifact.objects().get(0);
            origin.presign(artifact, object, 0, 0, Duration.ofMinutes(1));
            return artifact;
        } finally {
            server.stop(0);
        }
    }

    private static void head(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().add("ETag", "\"none\"");
            exchange.getResponseHeaders().add("Last-Modified", "Thu, 01 Jan 1970 00:00:00 GMT");
            exchange.getResponseHeaders().add("Content-Length", "1");
            exchange.sendResponseHeaders(OK, -1);
        }
    }
}
