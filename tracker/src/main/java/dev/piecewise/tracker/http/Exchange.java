package dev.piecewise.tracker.http;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.tracker.artifact.Links;
import dev.piecewise.tracker.token.Role;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.trackerclient.api.ApiJson;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * One request as the routes see it.
 *
 * @param request Jetty's
 * @param path its components, without a leading {@code /k/KEY}
 * @param key the KEY of a leading {@code /k/KEY}
 * @param role what the caller's token allows; everything when none is in force
 * @param links URLs as this caller reaches them
 */
record Exchange(Request request, List<String> path, Optional<String> key, Optional<Role> role, Links links) {
    private static final int MAX_BODY_BYTES = 8 * 1024 * 1024;

    String method() {
        return request.getMethod();
    }

    /** As sent, undecoded; empty if absent. */
    String query() {
        String query = request.getHttpURI().getQuery();
        return query == null ? "" : query;
    }

    /** A parameter of the query, form-decoded as UTF-8. */
    Optional<String> parameter(String name) {
        for (String pair : query().split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).equals(name)) {
                try {
                    return Optional.of(URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                } catch (IllegalArgumentException e) {
                    throw new PeerFault(Kind.USAGE, "the parameter " + name + " is not percent-encoded", e);
                }
            }
        }
        return Optional.empty();
    }

    /** How long the caller is willing to wait, at most {@code limit}. */
    Duration wait(Duration limit) {
        String seconds = parameter("waitSeconds").orElse("0");
        try {
            return wait(Double.parseDouble(seconds), limit);
        } catch (NumberFormatException e) {
            throw new PeerFault(Kind.USAGE, "waitSeconds '" + seconds + "' is not a number", e);
        }
    }

    static Duration wait(double seconds, Duration limit) {
        double most = limit.toMillis() / 1000.0;
        double clamped = seconds > 0 ? Math.min(seconds, most) : 0;
        return Duration.ofMillis((long) (clamped * 1000));
    }

    /** The JSON body; completes with a {@link PeerFault} when it is none or too large. */
    <T> CompletableFuture<T> body(Class<T> type) {
        return body(MAX_BODY_BYTES).thenApply(bytes -> ApiJson.read(bytes, type));
    }

    /** The body as it is; completes with a {@link PeerFault} when it is too large. */
    CompletableFuture<byte[]> body(int maxBytes) {
        CompletableFuture<byte[]> body = new CompletableFuture<>();
        Content.Source.asByteArrayAsync(
                request, maxBytes, Promise.Invocable.from(Invocable.InvocationType.BLOCKING, (bytes, failure) -> {
                    if (failure != null) {
                        body.completeExceptionally(new PeerFault(
                                Kind.USAGE, "cannot read the body, at most " + maxBytes + " bytes are taken", failure));
                        return;
                    }
                    body.complete(bytes);
                }));
        return body;
    }

    /** Where the request came from. */
    InetAddress source() {
        return source(request);
    }

    /** Where a request came from. */
    static InetAddress source(Request request) {
        SocketAddress address = request.getConnectionMetaData().getRemoteSocketAddress();
        if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
            return inet.getAddress();
        }
        throw new PeerFault(Kind.USAGE, "the request has no source address");
    }

    boolean isAllowed(Role needed) {
        return role.map(has -> has.includes(needed)).orElse(false);
    }

    /** The token of the request: {@code Authorization: Bearer}. */
    static Optional<byte[]> bearer(Request request) {
        String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        String scheme = "Bearer ";
        return header != null && header.regionMatches(true, 0, scheme, 0, scheme.length())
                ? Optional.of(header.substring(scheme.length()).strip().getBytes(StandardCharsets.UTF_8))
                : Optional.empty();
    }

    /** Decoded; empty for a request that names none, as CONNECT. */
    static String path(Request request) {
        String path = request.getHttpURI().getDecodedPath();
        return path == null ? "" : path;
    }

    static List<String> components(String path) {
        return Arrays.stream(path.split("/", -1)).skip(1).toList();
    }

    /** URLs below {@code publicUrl}, else below the host that the caller asked. */
    static Links links(Request request, Optional<URI> publicUrl, Optional<SwarmKeys> keys) {
        String base = publicUrl
                .map(url -> url.toString().replaceAll("/+$", ""))
                .orElseGet(() -> "http://" + authority(request));
        return new Links() {
            @Override
            public String torrentUrl(InfoHash infoHash) {
                return base + "/torrents/" + infoHash + ".torrent";
            }

            @Override
            public String announceUrl(InfoHash infoHash) {
                return base + key(infoHash) + "/announce";
            }

            @Override
            public String webSeedUrl(URI node, InfoHash infoHash) {
                return node + key(infoHash) + "/webseed/" + infoHash + "/";
            }

            private String key(InfoHash infoHash) {
                return keys.map(of -> "/k/" + of.keyOf(infoHash)).orElse("");
            }
        };
    }

    private static String authority(Request request) {
        String host = Request.getServerName(request);
        boolean bare = host.contains(":") && !host.startsWith("[");
        return (bare ? "[" + host + "]" : host) + ":" + Request.getServerPort(request);
    }
}
