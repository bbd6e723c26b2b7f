package dev.piecewise.tracker.http;

import dev.piecewise.tracker.token.Role;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.tracker.token.Tokens;
import dev.piecewise.trackerclient.api.TokenRole;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API, from request to route and back: who is asking, what for, and how a failure is answered. */
final class TrackerHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerHandler.class);

    private final ArtifactRoutes artifacts;
    private final EntryRoutes entries;
    private final NodeRoutes nodes;
    private final Tokens tokens;
    private final Optional<SwarmKeys> keys;
    private final Optional<URI> publicUrl;
    private final ConnectionRoom room;

    /** @param keys go into announce URLs while tokens are in force */
    TrackerHandler(
            ArtifactRoutes artifacts,
            EntryRoutes entries,
            NodeRoutes nodes,
            Tokens tokens,
            SwarmKeys keys,
            Optional<URI> publicUrl,
            ConnectionRoom room) {
        this.artifacts = artifacts;
        this.entries = entries;
        this.nodes = nodes;
        this.tokens = tokens;
        this.keys = tokens.inForce() ? Optional.of(keys) : Optional.empty();
        this.publicUrl = publicUrl;
        this.room = room;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        List<String> path = Exchange.components(Exchange.path(request));
        boolean keyed = path.size() > 2 && path.get(0).equals("k");
        List<String> rest = keyed ? path.subList(2, path.size()) : path;
        String what = request.getMethod() + " /" + String.join("/", rest);
        CompletableFuture<Answer> answer;
        try {
            Exchange exchange = new Exchange(
                    request,
                    rest,
                    keyed ? Optional.of(path.get(1)) : Optional.empty(),
                    tokens.inForce() ? Exchange.bearer(request).flatMap(tokens::role) : Optional.of(Role.ADMIN),
                    Exchange.links(request, publicUrl, keys));
            answer = route(exchange);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.exceptionally(failure -> Answer.failure(failure, what))
                .thenAccept(done -> send(done, request, response, callback))
                .exceptionally(failure -> {
                    LOG.warn("{} could not be answered", what, failure);
                    callback.failed(failure);
                    return null;
                });
        return true;
    }

    private CompletableFuture<Answer> route(Exchange exchange) {
        if (exchange.key().isPresent()) {
            return keyed(exchange, exchange.key().get());
        }
        String first = exchange.path().isEmpty() ? "" : exchange.path().get(0);
        boolean get = isGet(exchange);
        if (get && exchange.path().equals(List.of("healthz"))) {
            return now(Answer.text("ok"));
        }
        Role needed = get ? Role.READ : Role.NODE;
        if (!exchange.isAllowed(needed)) {
            return now(exchange.role().isEmpty() ? Answer.unauthorized() : onlyNodes());
        }
        return switch (first) {
            case "v1" -> api(exchange);
            case "torrents", "torrent" -> torrents(exchange);
            default -> notFound(exchange);
        };
    }

    /** What stock clients reach through {@code /k/KEY} beside their swarm: a torrent by a read token. */
    private CompletableFuture<Answer> keyed(Exchange exchange, String key) {
        boolean known = !tokens.inForce()
                || tokens.role(key.getBytes(StandardCharsets.UTF_8)).isPresent();
        return known ? torrents(exchange) : now(Answer.unauthorized());
    }

    private CompletableFuture<Answer> torrents(Exchange exchange) {
        if (isGet(exchange) && exchange.path().equals(List.of("torrent"))) {
            return artifacts.torrentOf(exchange);
        }
        if (isGet(exchange)
                && exchange.path().size() == 2
                && exchange.path().get(0).equals("torrents")) {
            return now(artifacts.torrentFile(exchange));
        }
        return notFound(exchange);
    }

    private CompletableFuture<Answer> api(Exchange exchange) {
        List<String> path = exchange.path();
        String last = path.get(path.size() - 1);
        String shape = exchange.method() + " " + (path.size() > 1 ? path.get(1) : "") + " " + path.size();
        return switch (shape) {
            case "POST artifacts 2" -> artifacts.ask(exchange);
            case "POST previews 2" -> artifacts.preview(exchange);
            case "GET profiles 2" -> now(artifacts.profiles());
            case "POST torrents 2" ->
                exchange.isAllowed(Role.ADMIN)
                        ? artifacts.register(exchange)
                        : now(Answer.error(
                                403,
                                "DENIED",
                                "this token may not register torrents, whose hashes all nodes would trust; use one of role"
                                        + " admin"));
            case "GET artifacts 2" -> now(artifacts.list(exchange));
            case "GET artifacts 3" -> artifacts.status(exchange);
            case "GET role 2" -> now(role(exchange));
            case "GET torrents 3" -> now(artifacts.ofTorrent(exchange));
            case "POST artifacts 4" -> last.equals("wanted") ? artifacts.want(exchange) : notFound(exchange);
            case "GET artifacts 4" ->
                switch (last) {
                    case "hashes" -> hashes(exchange);
                    case "ledger" -> now(artifacts.ledger(exchange));
                    case "distribution" -> now(artifacts.distribution(exchange));
                    default -> notFound(exchange);
                };
            case "GET nodes 2" -> now(nodes.list());
            case "GET nodes 4" -> last.equals("peers") ? peers(exchange) : notFound(exchange);
            case "POST nodes 2" -> nodes.register(exchange);
            case "DELETE nodes 3" -> now(nodes.leave(exchange));
            case "POST nodes 4" ->
                switch (last) {
                    case "artifacts" -> entries.enter(exchange);
                    case "heartbeat" -> nodes.heartbeat(exchange);
                    case "leases" -> nodes.takeLeases(exchange);
                    case "holdings" -> nodes.holdings(exchange);
                    default -> notFound(exchange);
                };
            case "POST leases 4" ->
                switch (last) {
                    case "pieces" -> nodes.report(exchange);
                    case "return" -> nodes.giveBack(exchange);
                    case "sign" -> nodes.sign(exchange);
                    default -> notFound(exchange);
                };
            default -> notFound(exchange);
        };
    }

    /** The answer has the provisional id, which only nodes are to know. */
    private CompletableFuture<Answer> hashes(Exchange exchange) {
        return exchange.isAllowed(Role.NODE) ? artifacts.hashes(exchange) : now(onlyNodes());
    }

    /** Who is told of peers is told of provisional swarms, too. */
    private CompletableFuture<Answer> peers(Exchange exchange) {
        return exchange.isAllowed(Role.NODE) ? nodes.peers(exchange) : now(onlyNodes());
    }

    /** Whether the same will be asked on this connection again, at once. */
    private static boolean isWaitedOn(Request request) {
        String query = request.getHttpURI().getQuery();
        return (query != null && query.contains("waitSeconds="))
                || Exchange.path(request).endsWith("/leases");
    }

    private static Answer onlyNodes() {
        return Answer.error(403, "DENIED", "this token may only read; use one of role node or admin");
    }

    private Answer role(Exchange exchange) {
        String role = exchange.role().orElse(Role.READ).name().toLowerCase(Locale.ROOT);
        return Answer.json(new TokenRole(role, tokens.inForce()));
    }

    private static boolean isGet(Exchange exchange) {
        return exchange.method().equals("GET");
    }

    private static CompletableFuture<Answer> now(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private static CompletableFuture<Answer> notFound(Exchange exchange) {
        return now(Answer.error(
                404,
                "USAGE",
                "this tracker has no " + exchange.method() + " /" + String.join("/", exchange.path())
                        + "; check its URL, and that both sides are of the same version"));
    }

    private void send(Answer answer, Request request, Response response, Callback callback) {
        response.setStatus(answer.status);
        if (room.isScarce() && !isWaitedOn(request)) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        }
        answer.headers.forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body.length);
        response.write(true, ByteBuffer.wrap(answer.body), Callback.from(callback::succeeded, failure -> {
            answer.undelivered.run();
            callback.failed(failure);
        }));
    }
}
