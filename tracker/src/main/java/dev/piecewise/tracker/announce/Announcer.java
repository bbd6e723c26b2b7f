package dev.piecewise.tracker.announce;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.Place;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Answers announces. A node's peer is in its swarm for as long as the node lives; it announces seldom, and only in case it was
 * not heard when it left a swarm. Thread-safe.
 */
public final class Announcer {
    private static final int DEFAULT_PEERS = 50;
    private static final int MAX_PEERS = 200;
    /** Nodes are told who comes, and the tracker knows when they die: what they announce is known already. */
    private static final Duration NODE_INTERVAL = Duration.ofMinutes(15);

    private final SwarmStore swarms;
    private final Introductions introductions;
    private final Duration interval;
    private final Duration minInterval;
    private final LongSupplier nanoClock;

    /** @param interval between announces of stock clients; a peer that is silent for two and a half of them is gone */
    public Announcer(
            SwarmStore swarms,
            Introductions introductions,
            Duration interval,
            Duration minInterval,
            LongSupplier nanoClock) {
        this.swarms = swarms;
        this.introductions = introductions;
        this.interval = interval;
        this.minInterval = minInterval;
        this.nanoClock = nanoClock;
    }

    /**
     * Takes an announce into account and answers it.
     *
     * @param host where others reach the peer, its port is in the request
     * @param nodeId the registered node that announces
     * @param place where that node stands
     */
    public AnnounceResponse announce(AnnounceRequest request, InetAddress host, Optional<String> nodeId, Place place) {
        SwarmPeer peer = new SwarmPeer(
                new InetSocketAddress(host, request.port()), nodeId, request.leftBytes() == 0, place.zone());
        if (request.event() == AnnounceEvent.STOPPED) {
            swarms.remove(request.infoHash(), peer.address());
            return response(request.infoHash(), peer, List.of());
        }
        boolean fresh =
                swarms.put(request.infoHash(), peer, request.event() == AnnounceEvent.COMPLETED, nanoClock.getAsLong());
        int wanted = request.wantedPeers() < 0 ? DEFAULT_PEERS : Math.min(request.wantedPeers(), MAX_PEERS);
        List<SwarmPeer> neighbours = swarms.sample(request.infoHash(), peer, wanted);
        if (fresh) {
            introductions.introduce(request.infoHash(), peer, neighbours);
        }
        return response(request.infoHash(), peer, neighbours);
    }

    /**
     * A node asks for an artifact and is about to begin with its swarm, where it is a leech from now on unless it was there already;
     * an announce of its own is only needed if it has everything.
     *
     * @param address where others reach it
     * @param atMost so many neighbours
     * @return its neighbours, seeds first
     */
    public AnnounceResponse enter(InfoHash swarm, InetSocketAddress address, String nodeId, Place place, int atMost) {
        SwarmPeer peer = new SwarmPeer(address, Optional.of(nodeId), false, place.zone());
        boolean fresh = swarms.enter(swarm, peer, nanoClock.getAsLong());
        List<SwarmPeer> neighbours = new ArrayList<>(swarms.sample(swarm, peer, Math.min(atMost, DEFAULT_PEERS)));
        neighbours.sort(Comparator.comparing(SwarmPeer::seed).reversed());
        if (fresh) {
            introductions.introduce(swarm, peer, neighbours);
        }
        return response(swarm, peer, neighbours);
    }

    private AnnounceResponse response(InfoHash swarm, SwarmPeer peer, List<SwarmPeer> neighbours) {
        SwarmCounts counts = swarms.counts(swarm);
        return new AnnounceResponse(
                peer.nodeId().isPresent() ? NODE_INTERVAL : interval,
                minInterval,
                counts.seeds(),
                counts.leeches(),
                neighbours.stream().map(SwarmPeer::address).toList());
    }

    /** Drops peers that are silent for too long, and has nodes that take the places of gone ones called; call now and then. */
    public void tick() {
        swarms.expire(nanoClock.getAsLong(), interval.toNanos() / 2 * 5, NODE_INTERVAL.toNanos() / 2 * 5);
        for (SwarmStore.Door door : swarms.newDoors()) {
            introductions.introduce(door.swarm(), door.peer(), swarms.sample(door.swarm(), door.peer(), DEFAULT_PEERS));
        }
    }
}
