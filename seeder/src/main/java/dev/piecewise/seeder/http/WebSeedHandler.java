package dev.piecewise.seeder.http;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PiecewiseFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From request to file: {@code [/k/KEY]/webseed/INFOHASH/NAME...} and {@code [/k/TOKEN]/dirs/NAME/...}. Refusals have no body
 * and repeat nothing of the request.
 */
final class WebSeedHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(WebSeedHandler.class);
    private static final Pattern INFO_HASH = Pattern.compile("[0-9a-fA-F]{40}");
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,1000}");
    private static final String BEARER = "Bearer ";

    private final ServedTorrents torrents;
    private final SharedDirectories directories;
    private final Optional<ReadTokens> tokens;
    private final Semaphore transfers;
    private final Uplink uplink;

    /** @param tokens needed for directories, if any are */
    WebSeedHandler(
            ServedTorrents torrents,
            SharedDirectories directories,
            Optional<ReadTokens> tokens,
            int maxTransfers,
            Uplink uplink) {
        this.torrents = torrents;
        this.directories = directories;
        this.tokens = tokens;
        this.transfers = new Semaphore(maxTransfers);
        this.uplink = uplink;
    }

    /** What is asked for, without its key. */
    private record Asked(Optional<String> key, List<String> path) {
        static Optional<Asked> of(Request request) {
            String raw = request.getHttpURI().getPath();
            return RequestPath.components(raw == null ? "" : raw).map(all -> {
                boolean keyed = all.size() > 2 && all.get(0).equals("k");
                return new Asked(
                        keyed ? Optional.of(all.get(1)) : Optional.empty(), keyed ? all.subList(2, all.size()) : all);
            });
        }

        boolean isBelow(String first) {
            return path.size() > 2 && path.get(0).equals(first);
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status;
        try {
            status = answer(request, response);
            callback.succeeded();
        } catch (IOException | Unavailable | RuntimeException e) {
            status = response.isCommitted() ? 0 : fail(response, e);
            if (status == 0) {
                // The client sees a body that is too short, which is the truth.
                LOG.debug("a transfer was cut: {}", e.getMessage());
                callback.failed(e);
            } else {
                callback.succeeded();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            callback.failed(e);
            return true;
        }
        LOG.debug("{} {} {}", request.getMethod(), withoutKey(request), status == 0 ? "cut" : status);
        return true;
    }

    private static String withoutKey(Request request) {
        return Asked.of(request)
                .map(asked -> asked.path().isEmpty() ? "/" : "/" + asked.path().get(0) + "/...")
                .orElse("malformed");
    }

    private int answer(Request request, Response response) throws IOException, Unavailable, InterruptedException {
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
            return refuse(response, 405);
        }
        Optional<Asked> asked = Asked.of(request).filter(of -> of.isBelow("webseed") || of.isBelow("dirs"));
        if (asked.isEmpty()) {
            return refuse(response, 404);
        }
        if (!transfers.tryAcquire()) {
            return refuse(response, new Unavailable(1, "too many at once"));
        }
        try {
            if (asked.get().isBelow("dirs") && !mayReadDirectories(request, asked.get())) {
                response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
                return refuse(response, 401);
            }
            Optional<Representation> file = asked.get().isBelow("dirs")
                    ? directories.file(asked.get().path().get(1), names(asked.get()))
                    : torrentFile(asked.get());
            return file.isEmpty()
                    ? refuse(response, 404)
                    : new FileAnswer(file.get(), request, response, uplink).send();
        } finally {
            transfers.release();
        }
    }

    private static List<String> names(Asked asked) {
        return asked.path().subList(2, asked.path().size());
    }

    private Optional<Representation> torrentFile(Asked asked) throws Unavailable {
        String infoHash = asked.path().get(1);
        return INFO_HASH.matcher(infoHash).matches()
                ? torrents.find(InfoHash.fromHex(infoHash), asked.key()).flatMap(torrent -> torrent.file(names(asked)))
                : Optional.empty();
    }

    private boolean mayReadDirectories(Request request, Asked asked) throws Unavailable {
        if (tokens.isEmpty()) {
            return true;
        }
        String header = Optional.ofNullable(request.getHeaders().get(HttpHeader.AUTHORIZATION))
                .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(value -> value.substring(BEARER.length()).strip())
                .orElse("");
        String token = asked.key().orElse(header);
        return TOKEN.matcher(token).matches() && tokens.get().mayRead(token);
    }

    private static int fail(Response response, Exception failure) {
        try {
            response.reset();
            if (failure instanceof Unavailable unavailable) {
                return refuse(response, unavailable);
            }
            if (failure instanceof PiecewiseFault || failure instanceof IOException) {
                LOG.warn("a file cannot be served: {}", failure.getMessage());
                return refuse(response, new Unavailable(5, "disk"));
            }
            LOG.warn("a request failed", failure);
            return refuse(response, 500);
        } catch (IOException e) {
            LOG.debug("the client is gone: {}", e.getMessage());
            return 0;
        }
    }

    private static int refuse(Response response, Unavailable why) throws IOException {
        LOG.debug("503: {}", why.getMessage());
        response.getHeaders().put(HttpHeader.RETRY_AFTER, why.retryAfterSeconds());
        return refuse(response, 503);
    }

    private static int refuse(Response response, int status) throws IOException {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
        Content.Sink.write(response, true, ByteBuffer.allocate(0));
        return status;
    }
}
