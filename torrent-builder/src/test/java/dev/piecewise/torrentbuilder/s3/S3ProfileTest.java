package dev.piecewise.torrentbuilder.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.TlsServer;
import dev.piecewise.torrentbuilder.s3.S3Profile.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a profile says reaches the wire. */
@SuppressWarnings("NullAway.Init")
class S3ProfileTest {
    private static final ArtifactUri OBJECT = ArtifactUri.parse("s3://bucket/k");
    private static final Credentials KEYS = new Credentials.Keys("id", "key", Optional.empty());
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    Path directory;

    private final List<String> asked = new CopyOnWriteArrayList<>();

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestHeaders().getFirst("Host") + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        exchange.getResponseHeaders().set("ETag", "\"v\"");
        exchange.getResponseHeaders().set("Content-Length", "5");
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private HttpServer serve(HttpServer server) {
        server.createContext("/", this::answer);
        server.start();
        return server;
    }

    private static S3Profile profile(String endpoint, Optional<Path> caFile, Optional<URI> proxy, Duration call) {
        return new S3Profile(
                "test",
                Optional.of(URI.create(endpoint)),
                Optional.of("eu-1"),
                Optional.of(true),
                KEYS,
                caFile,
                proxy,
                S3Profile.CONNECT_TIMEOUT,
                S3Profile.READ_TIMEOUT,
                call);
    }

    private static void resolves(S3Profile profile) {
        try (S3Origin origin = S3Origin.of(profile)) {
            assertThat(origin.resolve(OBJECT).totalBytes()).isEqualTo(5);
        }
    }

    @Test
    void onlyTheAuthoritiesOfTheCaFileAreTrusted() throws Exception {
        try (TlsServer server = new TlsServer(directory, this::answer)) {
            String endpoint = "https://" + server.authority();
            Optional<Path> ca = Optional.of(server.certificate());
            resolves(profile(endpoint, ca, Optional.empty(), S3Profile.CALL_TIMEOUT));
            assertThat(asked).hasSize(1).allMatch(line -> line.contains("/eu-1/s3/"));
            S3Profile javas = profile(endpoint, Optional.empty(), Optional.empty(), S3Profile.CALL_TIMEOUT);
            assertThatThrownBy(() -> resolves(javas))
                    .isInstanceOf(OriginFault.class)
                    .hasMessageContaining("SunCertPathBuilderException");
            assertThat(asked).hasSize(1);
        }
    }

    @Test
    void theProxyIsAsked() throws Exception {
        HttpServer proxy = serve(HttpServer.create(LOOPBACK, 0));
        try {
            URI url = URI.create("http://127.0.0.1:" + proxy.getAddress().getPort());
            resolves(profile("http://s3.invalid:9000", Optional.empty(), Optional.of(url), S3Profile.CALL_TIMEOUT));
            assertThat(asked).singleElement().asString().startsWith("s3.invalid:9000 ");
        } finally {
            proxy.stop(0);
        }
    }

    @Test
    void aServerThatNeverAnswersEndsWithTheCallTimeout() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String endpoint = "http://127.0.0.1:" + silent.getLocalPort();
            assertThatThrownBy(() ->
                            resolves(profile(endpoint, Optional.empty(), Optional.empty(), Duration.ofMillis(300))))
                    .isInstanceOfSatisfying(
                            OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.FAILED))
                    .hasMessageContaining("300 milli");
        }
    }

    @Test
    void aCaFileThatIsNoneIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("ca.pem"), "nonsense");
        assertThatThrownBy(() -> S3Origin.of(
                        profile("https://127.0.0.1:1", Optional.of(file), Optional.empty(), S3Profile.CALL_TIMEOUT)))
                .isInstanceOfSatisfying(
                        OriginFault.class, fault -> assertThat(fault.kind()).isEqualTo(Kind.USAGE))
                .hasMessageContaining("profile 'test'")
                .hasMessageContaining(file.toString());
    }

    @Test
    void keysAreInNoText() {
        assertThat(profile("http://h", Optional.empty(), Optional.empty(), S3Profile.CALL_TIMEOUT)
                        .toString())
                .doesNotContain("key,")
                .contains("Keys[***]");
    }
}
