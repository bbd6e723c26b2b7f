package dev.piecewise.tracker.announce;

import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Answers announces. Thread-safe. */
public final class Announcer {
    private static final int DEFAULT_PEERS = 50;
    private static final int MAX_PEERS = 200;

    private final SwarmStore swarms;
    private final Duration interval;
    private final Duration minInterval;
    private final LongSupplier nanoClock;

    /** @param interval between announces; a peer that is silent for two and a half of them is gone */
    public Announcer(SwarmStore swarms, Duration interval, Duration minInterval, LongSupplier nanoClock) {
        this.swarms = swarms;
        this.interval = interval;
        this.minInterval = minInterval;
        this.nanoClock = nanoClock;
    }

    /**
     * Takes an announce into account and answers it.
     *
     * @param host where others reach the peer, its port is in the request
     * @param nodeId the registered node that announces
     */
    public AnnounceResponse announce(AnnounceRequest request, InetAddress host, Optional<String> nodeId) {
        SwarmPeer peer = new SwarmPeer(new InetSocketAddress(host, request.port()), nodeId, request.leftBytes() == 0);
        if (request.event() == AnnounceEvent.STOPPED) {
            swarms.remove(request.infoHash(), peer.address());
            return response(request, List.of());
        }
        swarms.put(request.infoHash(), peer, request.event() == AnnounceEvent.COMPLETED, nanoClock.getAsLong());
        int wanted = request.wantedPeers() < 0 ? DEFAULT_PEERS : Math.min(request.wantedPeers(), MAX_PEERS);
        return response(request, swarms.sample(request.infoHash(), peer, wanted));
    }

    private AnnounceResponse response(AnnounceRequest request, List<InetSocketAddress> peers) {
        SwarmCounts counts = swarms.counts(request.infoHash());
        return new AnnounceResponse(interval, minInterval, counts.seeds(), counts.leeches(), peers);
    }

    /** Drops peers that are silent for too long; call now and then. */
    public void tick() {
        swarms.expire(nanoClock.getAsLong(), interval.toNanos() / 2 * 5);
    }
}
