package dev.piecewise.tracker.http;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.Place;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.announce.QueryString;
import dev.piecewise.core.announce.ScrapeCodec;
import dev.piecewise.core.announce.ScrapeResponse;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.tracker.announce.Announcer;
import dev.piecewise.tracker.announce.SwarmCounts;
import dev.piecewise.tracker.announce.SwarmStore;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.tracker.token.Role;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.tracker.token.Tokens;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Announce and scrape (BEP 3, 7, 23, 48), by themselves or below {@code /k/KEY}; the next handler gets the rest. Whatever is
 * wrong is a bencoded failure reason under HTTP 200, as trackers do.
 *
 * <p>A tracker answers these far more often than anything else. They are answered on the thread that read them, which takes no
 * lock but that of their swarm.
 */
final class SwarmHandler extends Handler.Wrapper {
    private static final HttpField TEXT = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/plain");
    private static final String KEYED = "/k/";
    private static final String ANNOUNCE = "/announce";
    private static final String SCRAPE = "/scrape";

    private final Scheduler scheduler;
    private final Announcer announcer;
    private final SwarmStore swarms;
    private final Tokens tokens;
    private final SwarmKeys keys;
    private final ConnectionRoom room;

    SwarmHandler(
            Handler next,
            Scheduler scheduler,
            Announcer announcer,
            SwarmStore swarms,
            Tokens tokens,
            SwarmKeys keys,
            ConnectionRoom room) {
        super(next);
        this.scheduler = scheduler;
        this.announcer = announcer;
        this.swarms = swarms;
        this.tokens = tokens;
        this.keys = keys;
        this.room = room;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Exchange.path(request);
        int keyEnd = path.startsWith(KEYED) ? path.indexOf('/', KEYED.length()) : -1;
        Optional<String> key = keyEnd < 0 ? Optional.empty() : Optional.of(path.substring(KEYED.length(), keyEnd));
        String route = keyEnd < 0 ? path : path.substring(keyEnd);
        boolean announce = route.equals(ANNOUNCE);
        if ((!announce && !route.equals(SCRAPE)) || !request.getMethod().equals("GET")) {
            return super.handle(request, response, callback);
        }
        byte[] body;
        try {
            Caller caller = new Caller(request, key, role(request));
            body = announce ? announce(caller) : scrape(caller);
        } catch (PeerFault fault) {
            body = failure(String.valueOf(fault.getMessage()));
        }
        response.getHeaders().put(TEXT);
        if (room.isScarce()) {
            response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
        }
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    private record Caller(Request request, Optional<String> key, Optional<Role> role) {
        QueryString query() {
            String query = request.getHttpURI().getQuery();
            return QueryString.parse(query == null ? "" : query);
        }
    }

    private Optional<Role> role(Request request) {
        return tokens.inForce() ? Exchange.bearer(request).flatMap(tokens::role) : Optional.of(Role.ADMIN);
    }

    private byte[] announce(Caller caller) {
        QueryString query = caller.query();
        AnnounceRequest request = AnnounceCodec.fromQuery(query);
        if (!mayEnter(caller, request.infoHash())) {
            return failure("this tracker needs a key or a token; fetch the .torrent from it again");
        }
        boolean isNode = caller.role().map(role -> role.includes(Role.NODE)).orElse(false);
        Optional<String> nodeId = isNode ? query.text("node") : Optional.empty();
        if (!scheduler.isPublished(request.infoHash()) && !mayGrow(request.infoHash(), nodeId)) {
            return failure("unknown torrent " + request.infoHash());
        }
        InetAddress host = nodeId.flatMap(scheduler::advertised).orElseGet(() -> Exchange.source(caller.request()));
        AnnounceResponse response = announcer.announce(
                request, host, nodeId, nodeId.map(scheduler::place).orElse(Place.UNKNOWN));
        return AnnounceCodec.encode(response, AnnounceCodec.formWanted(query));
    }

    /** Before there is a torrent only registered nodes meet: they alone learn the hashes. */
    private boolean mayGrow(InfoHash infoHash, Optional<String> nodeId) {
        return scheduler.isProvisional(infoHash)
                && nodeId.filter(scheduler::isAlive).isPresent();
    }

    private byte[] scrape(Caller caller) {
        Map<InfoHash, ScrapeResponse.Counts> found = new LinkedHashMap<>();
        List<InfoHash> asked = ScrapeCodec.fromQuery(caller.query());
        if (asked.isEmpty()) {
            return failure("info_hash is missing: this tracker does not list its torrents here");
        }
        boolean entered = false;
        for (InfoHash infoHash : asked) {
            boolean may = mayEnter(caller, infoHash);
            entered |= may;
            if (may && scheduler.isPublished(infoHash)) {
                SwarmCounts counts = swarms.counts(infoHash);
                found.put(infoHash, new ScrapeResponse.Counts(counts.seeds(), counts.completed(), counts.leeches()));
            }
        }
        return entered
                ? ScrapeCodec.encode(new ScrapeResponse(found))
                : failure("this tracker needs a key or a token; fetch the .torrent from it again");
    }

    private boolean mayEnter(Caller caller, InfoHash infoHash) {
        return !tokens.inForce()
                || caller.role().isPresent()
                || caller.key().map(key -> keys.opens(key, infoHash)).orElse(false);
    }

    private static byte[] failure(String reason) {
        return AnnounceCodec.encodeFailure(reason);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
