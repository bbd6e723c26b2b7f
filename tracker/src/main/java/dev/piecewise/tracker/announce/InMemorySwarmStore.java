package dev.piecewise.tracker.announce;

import dev.piecewise.core.InfoHash;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Swarms on the heap, under one lock. A restart forgets them; peers announce again. */
public final class InMemorySwarmStore implements SwarmStore {
    private final Map<InfoHash, SwarmRoster> swarms = new HashMap<>();
    private final RandomGenerator random;

    /** @param random picks the samples */
    public InMemorySwarmStore(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public synchronized void put(InfoHash swarm, SwarmPeer peer, boolean completed, long nowNanos) {
        swarms.computeIfAbsent(swarm, key -> new SwarmRoster()).put(peer, completed, nowNanos);
    }

    @Override
    public synchronized void remove(InfoHash swarm, InetSocketAddress address) {
        SwarmRoster roster = swarms.get(swarm);
        if (roster != null) {
            roster.remove(address);
        }
    }

    @Override
    public synchronized void removeNode(String nodeId) {
        Optional<String> gone = Optional.of(nodeId);
        swarms.values().forEach(roster -> roster.removeIf(peer -> peer.nodeId().equals(gone)));
    }

    @Override
    public synchronized void expire(long nowNanos, long silentNanos) {
        swarms.values().forEach(roster -> roster.expire(nowNanos, silentNanos));
    }

    @Override
    public synchronized List<InetSocketAddress> sample(InfoHash swarm, SwarmPeer asking, int atMost) {
        SwarmRoster roster = swarms.get(swarm);
        return roster == null || atMost <= 0 ? List.of() : roster.sample(asking, atMost, random);
    }

    @Override
    public synchronized SwarmCounts counts(InfoHash swarm) {
        SwarmRoster roster = swarms.get(swarm);
        return roster == null ? SwarmCounts.NONE : roster.counts();
    }
}
