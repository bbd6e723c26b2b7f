package dev.piecewise.torrentbuilder.https;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.TlsServer;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server whose faults are chosen by the path. */
@SuppressWarnings("NullAway.Init")
class HttpsOriginTest {
    private static final String DATE = "Sat, 21 Nov 2026 10:00:00 GMT";

    private volatile byte[] content = "0123456789".getBytes(StandardCharsets.US_ASCII);
    private volatile String etag = "\"v1\"";
    private volatile String redirect = "";
    private TlsServer server;
    private HttpsOrigin origin;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = new TlsServer(directory, this::answer);
        origin = new HttpsOrigin(List.of(uri("files/")), server.trusting());
    }

    @AfterEach
    void stop() {
        origin.close();
        server.close();
    }

    private ArtifactUri uri(String path) {
        return ArtifactUri.parse("https://" + server.authority() + "/" + path);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.endsWith("/gone")) {
            exchange.sendResponseHeaders(404, -1);
        } else if (path.endsWith("/private")) {
            exchange.sendResponseHeaders(403, -1);
        } else if (path.endsWith("/moved")) {
            exchange.getResponseHeaders().set("Location", redirect);
            exchange.sendResponseHeaders(302, -1);
        } else {
            serve(exchange, path);
        }
        exchange.close();
    }

    private void serve(HttpExchange exchange, String path) throws IOException {
        if (path.endsWith("dated")) {
            exchange.getResponseHeaders().set("ETag", "W/\"weak\"");
            exchange.getResponseHeaders().set("Last-Modified", DATE);
        } else if (!path.endsWith("versionless")) {
            exchange.getResponseHeaders().set("ETag", etag);
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + content.length);
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        String match = exchange.getRequestHeaders().getFirst("If-Match");
        String since = exchange.getRequestHeaders().getFirst("If-Unmodified-Since");
        boolean same = (match == null || match.equals(etag)) && (since == null || since.equals(DATE));
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (!same && !path.endsWith("careless")) {
            exchange.sendResponseHeaders(412, -1);
        } else if (range == null || path.endsWith("rangeless")) {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
        } else {
            int first = Integer.parseInt(range.substring(6, range.indexOf('-')));
            int last = Integer.parseInt(range.substring(range.indexOf('-') + 1));
            exchange.sendResponseHeaders(206, last - first + 1L);
            exchange.getResponseBody().write(content, first, last - first + 1);
        }
    }

    private void refused(Kind kind, String path, String message) {
        OriginFault fault = catchThrowableOfType(OriginFault.class, () -> origin.resolve(uri(path)));
        assertThat(fault).hasMessageContaining(message);
        assertThat(fault.kind()).isEqualTo(kind);
    }

    @Test
    void aFileIsResolvedAndReadByRangesOfItsVersion() throws IOException {
        ResolvedArtifact artifact = origin.resolve(uri("files/a%20b.bin"));
        OriginObject object = artifact.objects().get(0);
        assertThat(artifact.endpoint()).isEqualTo("https://" + server.authority());
        assertThat(artifact.totalBytes()).isEqualTo(10);
        assertThat(object.entry().version()).isEqualTo("\"v1\"");
        SignedRead read = origin.presign(artifact, object, 2, 4, Duration.ofMinutes(1));
        assertThat(read.url()).isEqualTo("https://" + server.authority() + "/files/a%20b.bin");
        assertThat(read.headers()).isEqualTo(Map.of("Range", "bytes=2-4", "If-Match", "\"v1\""));
        try (InputStream bytes = origin.read(artifact, object, 2, 4)) {
            assertThat(bytes.readAllBytes()).isEqualTo(Arrays.copyOfRange(content, 2, 5));
        }
        etag = "\"v2\"";
        OriginFault changed = catchThrowableOfType(OriginFault.class, () -> origin.read(artifact, object, 2, 4));
        assertThat(changed).hasMessageContaining("412: it changed meanwhile");
    }

    @Test
    void withoutAStrongETagTheDateIsTheVersion() {
        ResolvedArtifact artifact = origin.resolve(uri("files/dated"));
        OriginObject object = artifact.objects().get(0);
        assertThat(object.entry().version()).isEqualTo(DATE);
        assertThat(origin.presign(artifact, object, 0, 0, Duration.ofMinutes(1)).headers())
                .containsEntry("If-Unmodified-Since", DATE);
    }

    @Test
    void anEmptyFileNeedsNoProof() {
        content = new byte[0];
        assertThat(origin.resolve(uri("files/rangeless")).totalBytes()).isZero();
    }

    @Test
    void aServerWithoutVersionsIsRefused() {
        refused(Kind.FAILED, "files/versionless", "neither a strong ETag nor Last-Modified");
    }

    @Test
    void aServerWithoutRangesOrThatIgnoresConditionsIsReadWholeAndItsVersionSeenByItsAnswer() throws IOException {
        for (String path : List.of("files/rangeless", "files/careless")) {
            ResolvedArtifact artifact = origin.resolve(uri(path));
            OriginObject object = artifact.objects().get(0);
            assertThat(artifact.ranged()).isFalse();
            SignedRead read = origin.presign(artifact, object, 2, 4, Duration.ofMinutes(1));
            assertThat(read.headers()).isEqualTo(Map.of("If-Match", etag));
            assertThat(read.firstByte()).isEqualTo(2);
            try (InputStream bytes = origin.read(artifact, object, 2, 9)) {
                assertThat(bytes.readAllBytes()).isEqualTo(Arrays.copyOfRange(content, 2, 10));
            }
            String before = etag;
            etag = "\"another\"";
            OriginFault changed = catchThrowableOfType(OriginFault.class, () -> origin.read(artifact, object, 0, 9));
            assertThat(changed).hasMessageContaining("412: it changed meanwhile");
            etag = before;
        }
        assertThat(origin.resolve(uri("files/a")).ranged()).isTrue();
    }

    @Test
    void refusalsOfTheServerAreOfTheRightKind() {
        refused(Kind.NOT_FOUND, "files/gone", "404");
        refused(Kind.DENIED, "files/private", "403");
    }

    @Test
    void onlyPlainFilesAreAskedFor() {
        refused(Kind.USAGE, "files/", "single files only");
        refused(Kind.USAGE, "files/x?token=sesame", "query");
        refused(Kind.USAGE, "files/a b", "cannot fetch");
        OriginFault fault = catchThrowableOfType(
                OriginFault.class, () -> origin.resolve(ArtifactUri.parse("https://me:sesame@host/f")));
        assertThat(fault).hasMessageContaining("password").hasMessageNotContaining("sesame");
    }

    @Test
    void redirectsAreFollowedOnlyToWhatIsAllowed() {
        redirect = "/files/target?signature=sesame";
        ResolvedArtifact artifact = origin.resolve(uri("files/moved"));
        assertThat(artifact.objects().get(0).entry().path()).isEqualTo("moved");
        assertThat(origin.presign(artifact, artifact.objects().get(0), 0, 0, Duration.ofMinutes(1))
                        .url())
                .isEqualTo("https://" + server.authority() + redirect);
        for (String outside : List.of(
                "/secret/target?signature=sesame",
                "https://localhost:1/files/target",
                "http://" + server.authority() + "/files/target",
                "file:///etc/passwd",
                "/files/../secret/target")) {
            redirect = outside;
            refused(Kind.DENIED, "files/moved", "outside what this tracker may read");
        }
        redirect = "/files/moved";
        refused(Kind.FAILED, "files/moved", "more than 5 times");
    }
}
