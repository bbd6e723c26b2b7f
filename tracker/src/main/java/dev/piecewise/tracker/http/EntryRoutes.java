package dev.piecewise.tracker.http;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.tracker.announce.Announcer;
import dev.piecewise.tracker.artifact.Admissions;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.trackerclient.api.ArtifactEntry;
import dev.piecewise.trackerclient.api.EntryRequest;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Neighbours;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A node's ask: the artifact, its first hashes and a place in its swarm, by one call. */
final class EntryRoutes {
    private static final int MAX_PORT = 65535;
    /** More neighbours than pieces only cost connections; so many keep a swarm of thousands in one. */
    private static final int LEAST_NEIGHBOURS = 12;

    private final Scheduler scheduler;
    private final Admissions admissions;
    private final Announcer announcer;

    EntryRoutes(Scheduler scheduler, Admissions admissions, Announcer announcer) {
        this.scheduler = scheduler;
        this.admissions = admissions;
        this.announcer = announcer;
    }

    /** {@code POST /v1/nodes/N/artifacts}. */
    CompletableFuture<Answer> enter(Exchange exchange) {
        String nodeId = exchange.path().get(2);
        scheduler.mustBeAlive(nodeId);
        return exchange.body(EntryRequest.class).thenCompose(asked -> {
            if (asked.artifact() == null || asked.port() <= 0 || asked.port() > MAX_PORT) {
                throw new PeerFault(Kind.USAGE, "a node enters a swarm by an artifact and its port for peers");
            }
            return admissions
                    .request(asked.artifact())
                    .thenApply(id -> entered(scheduler.entry(id, exchange.links()), asked.port(), nodeId, exchange))
                    .thenApply(Answer::json);
        });
    }

    private ArtifactEntry entered(ArtifactEntry entry, int port, String nodeId, Exchange exchange) {
        HashList hashes = entry.hashes();
        if (hashes == null) {
            return entry;
        }
        scheduler.mustBeAlive(nodeId); // the origin may have taken long
        String swarm = hashes.infoHash() == null ? hashes.swarm() : hashes.infoHash();
        InetAddress host = scheduler.advertised(nodeId).orElseGet(exchange::source);
        AnnounceResponse response = announcer.enter(
                InfoHash.fromHex(swarm),
                new InetSocketAddress(host, port),
                nodeId,
                scheduler.place(nodeId),
                Math.max(LEAST_NEIGHBOURS, entry.artifact().pieceCount()));
        return new ArtifactEntry(entry.artifact(), hashes, neighbours(swarm, response));
    }

    private static Neighbours neighbours(String swarm, AnnounceResponse response) {
        List<Neighbours.Peer> peers = response.peers().stream()
                .map(peer -> new Neighbours.Peer(peer.getAddress().getHostAddress(), peer.getPort()))
                .toList();
        return new Neighbours(
                swarm,
                seconds(response.interval()),
                seconds(response.minInterval()),
                response.complete(),
                response.incomplete(),
                peers);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
