package dev.piecewise.torrentbuilder.https;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FilePath;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * Files of web servers: {@code https://host/path} is an object, whose path is taken as it stands in the URL. There are no
 * prefixes and no queries. Nothing is signed: who has such a read knows no more than its URL.
 *
 * <p>The version of a file is its strong ETag, else its Last-Modified. Reads carry it as {@code If-Match} or {@code
 * If-Unmodified-Since} (RFC 9110, 13.1), so bytes of two versions never mix. Before anything is read a server is asked whether it
 * serves ranges and refuses another version. Of one that does not do both, files are read whole only, and what version an
 * answer is of is seen by its head.
 *
 * <p>Redirects are followed by this class and not by the readers, and only to what is allowed, too.
 */
public final class HttpsOrigin implements Origin {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_REDIRECTS = 5;
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int PRECONDITION_FAILED = 412;
    private static final String LONG_AGO = "Thu, 01 Jan 1970 00:00:00 GMT";
    private static final String NO_VERSION = "\"piecewise-no-such-version\"";

    private final List<ArtifactUri> allow;
    private final ExecutorService executor;
    private final HttpClient client;

    /**
     * @param allow what may be asked for, and redirected to
     * @param tls whom to trust
     */
    HttpsOrigin(List<ArtifactUri> allow, SSLContext tls) {
        this.allow = List.copyOf(allow);
        executor = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "https-origin");
            thread.setDaemon(true);
            return thread;
        });
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(executor)
                .sslContext(tls)
                .build();
    }

    /** The origin that trusts whom Java trusts. Nothing is contacted yet. */
    public static HttpsOrigin of(List<ArtifactUri> allow) {
        try {
            return new HttpsOrigin(allow, SSLContext.getDefault());
        } catch (NoSuchAlgorithmException e) {
            throw new OriginFault(
                    Kind.FAILED, "Java's own list of authorities cannot be used; check its trust store", e);
        }
    }

    @Override
    public String scheme() {
        return "https";
    }

    /** What is at the end of all redirects. */
    private record Target(URI url, HttpResponse<InputStream> answer) {}

    @Override
    public ResolvedArtifact resolve(ArtifactUri uri) {
        check(uri);
        Target target = head(uri);
        long bytes = target.answer()
                .headers()
                .firstValueAsLong("Content-Length")
                .orElseThrow(() -> new OriginFault(
                        Kind.FAILED,
                        uri + ": the server does not say how long it is, so it cannot be cut into pieces"));
        String version = version(uri, target.answer());
        VersionedEntry entry = new VersionedEntry(uri.name(), bytes, version);
        ResolvedArtifact artifact =
                ResolvedArtifact.object(uri, "https://" + uri.bucket(), new OriginObject(uri.key(), entry));
        boolean ranged =
                bytes == 0 || (servesRanges(uri, target, version) && refusesOtherVersions(uri, target, version));
        return ranged ? artifact : artifact.withoutRanges();
    }

    private static void check(ArtifactUri uri) {
        if (uri.bucket().indexOf('@') >= 0) {
            throw new OriginFault(
                    Kind.USAGE, "an https URL with a password is not taken; only public files are read by https");
        }
        if (uri.isPrefix()) {
            throw new OriginFault(Kind.USAGE, uri + " names no file; by https there are single files only");
        }
        if (uri.key().indexOf('?') >= 0 || uri.key().indexOf('#') >= 0) {
            throw new OriginFault(
                    Kind.USAGE,
                    "https://" + uri.bucket() + "/... has a query or a fragment; write the file's plain URL");
        }
        try {
            FilePath.check(uri.name());
            URI.create(uri.toString());
        } catch (IllegalArgumentException e) {
            throw new OriginFault(Kind.USAGE, "cannot fetch " + uri + ": " + e.getMessage(), e);
        }
    }

    private Target head(ArtifactUri uri) {
        URI url = URI.create(uri.toString());
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            HttpResponse<InputStream> answer =
                    send(uri, request(url).method("HEAD", HttpRequest.BodyPublishers.noBody()));
            discard(answer);
            int status = answer.statusCode();
            Optional<String> location = answer.headers().firstValue("Location");
            if (status / 100 == 3 && location.isPresent()) {
                url = redirected(uri, url, location.get());
            } else if (status == OK) {
                return new Target(url, answer);
            } else {
                throw refused(uri, status);
            }
        }
        throw new OriginFault(
                Kind.FAILED, uri + " redirects more than " + MAX_REDIRECTS + " times; name where it ends");
    }

    private URI redirected(ArtifactUri uri, URI from, String location) {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new OriginFault(Kind.FAILED, uri + " redirects to what is no URL", e);
        }
        String path = to.getRawPath() == null ? "" : to.getRawPath();
        boolean allowed;
        try {
            ArtifactUri target = ArtifactUri.parse(to.getScheme() + "://" + to.getRawAuthority() + path);
            allowed = allow.stream().anyMatch(target::isBelow);
        } catch (IllegalArgumentException e) {
            allowed = false;
        }
        if (!allowed) {
            throw new OriginFault(
                    Kind.DENIED,
                    uri + " redirects to " + to.getScheme() + "://" + to.getHost() + path
                            + ", which is outside what this tracker may read; allow that, too, if it should be");
        }
        return to;
    }

    private static String version(ArtifactUri uri, HttpResponse<?> answer) {
        return answer.headers()
                .firstValue("ETag")
                .filter(etag -> etag.startsWith("\""))
                .or(() -> answer.headers().firstValue("Last-Modified"))
                .orElseThrow(
                        () -> new OriginFault(
                                Kind.FAILED,
                                uri
                                        + ": the server sends neither a strong ETag nor Last-Modified, so versions cannot be told apart"));
    }

    /** A server that says so is believed; else it costs a byte. */
    private boolean servesRanges(ArtifactUri uri, Target target, String version) {
        if (target.answer().headers().firstValue("Accept-Ranges").orElse("").equalsIgnoreCase("bytes")) {
            return true;
        }
        int status = probe(uri, target.url(), condition(version));
        if (status / 100 != 2) {
            throw refused(uri, status);
        }
        return status == PARTIAL;
    }

    private boolean refusesOtherVersions(ArtifactUri uri, Target target, String version) {
        int status = probe(uri, target.url(), condition(version.startsWith("\"") ? NO_VERSION : LONG_AGO));
        return status == PRECONDITION_FAILED;
    }

    private int probe(ArtifactUri uri, URI url, Map.Entry<String, String> condition) {
        HttpResponse<InputStream> answer = send(
                uri,
                request(url).header(condition.getKey(), condition.getValue()).header("Range", "bytes=0-0"));
        discard(answer);
        return answer.statusCode();
    }

    private static Map.Entry<String, String> condition(String version) {
        return Map.entry(version.startsWith("\"") ? "If-Match" : "If-Unmodified-Since", version);
    }

    private static HttpRequest.Builder request(URI url) {
        return HttpRequest.newBuilder(url).timeout(TIMEOUT);
    }

    private HttpResponse<InputStream> send(ArtifactUri uri, HttpRequest.Builder request) {
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new OriginFault(
                    Kind.FAILED,
                    "asking for " + uri + " got no answer (" + why + "); check that it is reachable from here",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OriginFault(Kind.FAILED, "interrupted while asking for " + uri, e);
        }
    }

    private static void discard(HttpResponse<InputStream> answer) {
        try {
            answer.body().close();
        } catch (IOException e) {
            // Nothing of it was wanted.
            return;
        }
    }

    private static OriginFault refused(ArtifactUri uri, int status) {
        String answered = "asking for " + uri + " was answered with " + status;
        return switch (status) {
            case 401, 403 -> new OriginFault(Kind.DENIED, answered + "; only public files are read by https");
            case 404, 410 -> new OriginFault(Kind.NOT_FOUND, answered + "; check the URL");
            case PRECONDITION_FAILED ->
                new OriginFault(Kind.FAILED, answered + ": it changed meanwhile; ask again for its new version");
            default -> new OriginFault(Kind.FAILED, answered + "; try again, or check the server");
        };
    }

    /** Follows redirects anew, for their targets may be short-lived. */
    @Override
    public SignedRead presign(
            ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte, Duration validity) {
        check(object, firstByte, lastByte);
        Map.Entry<String, String> condition = condition(object.entry().version());
        Map<String, String> headers = artifact.ranged()
                ? Map.of("Range", range(firstByte, lastByte), condition.getKey(), condition.getValue())
                : Map.of(condition.getKey(), condition.getValue());
        return new SignedRead(head(artifact.uri()).url().toString(), headers, firstByte, lastByte);
    }

    @Override
    public InputStream read(ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte) {
        check(object, firstByte, lastByte);
        Map.Entry<String, String> condition = condition(object.entry().version());
        ArtifactUri uri = artifact.uri();
        HttpRequest.Builder request = request(head(uri).url()).header(condition.getKey(), condition.getValue());
        if (artifact.ranged()) {
            request.header("Range", range(firstByte, lastByte));
        }
        HttpResponse<InputStream> answer = send(uri, request);
        if (answer.statusCode() != (artifact.ranged() ? PARTIAL : OK)) {
            discard(answer);
            throw refused(uri, answer.statusCode());
        }
        return artifact.ranged() ? answer.body() : part(uri, object, answer, firstByte, lastByte);
    }

    /** A part of a whole file, if that is of the right version. */
    private static InputStream part(
            ArtifactUri uri, OriginObject object, HttpResponse<InputStream> answer, long firstByte, long lastByte) {
        if (!version(uri, answer).equals(object.entry().version())) {
            discard(answer);
            throw refused(uri, PRECONDITION_FAILED);
        }
        try {
            answer.body().skipNBytes(firstByte);
            // Nothing follows the last byte: a file is read to its end.
            if (lastByte == object.entry().sizeBytes() - 1) {
                return answer.body();
            }
            return new ByteArrayInputStream(answer.body().readNBytes(Math.toIntExact(lastByte - firstByte + 1)));
        } catch (IOException e) {
            discard(answer);
            throw new OriginFault(Kind.FAILED, "reading " + uri + " broke; try again", e);
        }
    }

    private static String range(long firstByte, long lastByte) {
        return "bytes=" + firstByte + "-" + lastByte;
    }

    private static void check(OriginObject object, long firstByte, long lastByte) {
        if (firstByte < 0 || lastByte < firstByte || lastByte >= object.entry().sizeBytes()) {
            throw new IllegalArgumentException("no bytes " + firstByte + "-" + lastByte + " in " + object);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
