package dev.piecewise.tracker.http;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.announce.ScrapeCodec;
import dev.piecewise.core.announce.ScrapeResponse;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.tracker.announce.Announcer;
import dev.piecewise.tracker.announce.SwarmCounts;
import dev.piecewise.tracker.announce.SwarmStore;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.tracker.token.Role;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.tracker.token.Tokens;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Announce and scrape (BEP 3, 7, 23, 48). Whatever is wrong is a bencoded failure reason under HTTP 200, as trackers do. */
final class SwarmRoutes {
    private static final String TEXT = "text/plain";

    private final Scheduler scheduler;
    private final Announcer announcer;
    private final SwarmStore swarms;
    private final Tokens tokens;
    private final SwarmKeys keys;

    SwarmRoutes(Scheduler scheduler, Announcer announcer, SwarmStore swarms, Tokens tokens, SwarmKeys keys) {
        this.scheduler = scheduler;
        this.announcer = announcer;
        this.swarms = swarms;
        this.tokens = tokens;
        this.keys = keys;
    }

    Answer announce(Exchange exchange) {
        try {
            AnnounceRequest request = AnnounceCodec.fromQuery(exchange.query());
            if (!mayEnter(exchange, request.infoHash())) {
                return failure("this tracker needs a key or a token; fetch the .torrent from it again");
            }
            if (scheduler.torrent(request.infoHash()).isEmpty()) {
                return failure("unknown torrent " + request.infoHash());
            }
            return Answer.of(
                    TEXT, AnnounceCodec.encode(answer(exchange, request), AnnounceCodec.formWanted(exchange.query())));
        } catch (PeerFault fault) {
            return failure(String.valueOf(fault.getMessage()));
        }
    }

    private AnnounceResponse answer(Exchange exchange, AnnounceRequest request) {
        Optional<String> nodeId = exchange.isAllowed(Role.NODE) ? exchange.parameter("node") : Optional.empty();
        InetAddress host = nodeId.flatMap(scheduler::node)
                .flatMap(NodeRegistry.Node::advertised)
                .orElseGet(exchange::source);
        return announcer.announce(request, host, nodeId);
    }

    Answer scrape(Exchange exchange) {
        try {
            Map<InfoHash, ScrapeResponse.Counts> found = new LinkedHashMap<>();
            List<InfoHash> asked = ScrapeCodec.fromQuery(exchange.query());
            if (asked.isEmpty()) {
                return failure("info_hash is missing: this tracker does not list its torrents here");
            }
            boolean entered = false;
            for (InfoHash infoHash : asked) {
                boolean may = mayEnter(exchange, infoHash);
                entered |= may;
                if (may && scheduler.torrent(infoHash).isPresent()) {
                    SwarmCounts counts = swarms.counts(infoHash);
                    found.put(
                            infoHash, new ScrapeResponse.Counts(counts.seeds(), counts.completed(), counts.leeches()));
                }
            }
            return entered
                    ? Answer.of(TEXT, ScrapeCodec.encode(new ScrapeResponse(found)))
                    : failure("this tracker needs a key or a token; fetch the .torrent from it again");
        } catch (PeerFault fault) {
            return failure(String.valueOf(fault.getMessage()));
        }
    }

    private boolean mayEnter(Exchange exchange, InfoHash infoHash) {
        return !tokens.inForce()
                || exchange.role().isPresent()
                || exchange.key().map(key -> keys.opens(key, infoHash)).orElse(false);
    }

    private static Answer failure(String reason) {
        return Answer.of(TEXT, AnnounceCodec.encodeFailure(reason));
    }
}
