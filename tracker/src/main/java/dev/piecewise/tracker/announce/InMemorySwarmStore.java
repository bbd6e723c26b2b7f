package dev.piecewise.tracker.announce;

import dev.piecewise.core.InfoHash;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Swarms on the heap, under one lock. A restart forgets them; peers announce again. */
public final class InMemorySwarmStore implements SwarmStore {
    private final Map<InfoHash, Members> swarms = new HashMap<>();
    private final RandomGenerator random;

    private static final class Members {
        final Map<InetSocketAddress, Member> peers = new LinkedHashMap<>();
        int completed;
    }

    private record Member(SwarmPeer peer, long heardNanos) {}

    /** @param random picks the samples */
    public InMemorySwarmStore(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public synchronized void put(InfoHash swarm, SwarmPeer peer, boolean completed, long nowNanos) {
        Members members = swarms.computeIfAbsent(swarm, key -> new Members());
        members.peers.put(peer.address(), new Member(peer, nowNanos));
        if (completed) {
            members.completed++;
        }
    }

    @Override
    public synchronized void remove(InfoHash swarm, InetSocketAddress address) {
        Members members = swarms.get(swarm);
        if (members != null) {
            members.peers.remove(address);
        }
    }

    @Override
    public synchronized void removeNode(String nodeId) {
        Optional<String> gone = Optional.of(nodeId);
        swarms.values().forEach(members -> members.peers
                .values()
                .removeIf(member -> member.peer().nodeId().equals(gone)));
    }

    @Override
    public synchronized void expire(long nowNanos, long silentNanos) {
        swarms.values()
                .forEach(members ->
                        members.peers.values().removeIf(member -> nowNanos - member.heardNanos() > silentNanos));
    }

    @Override
    public synchronized List<InetSocketAddress> sample(InfoHash swarm, SwarmPeer asking, int atMost) {
        Members members = swarms.get(swarm);
        if (members == null || atMost <= 0) {
            return List.of();
        }
        List<InetSocketAddress> found = new ArrayList<>();
        for (Member member : members.peers.values()) {
            SwarmPeer peer = member.peer();
            if (!peer.address().equals(asking.address()) && !(asking.seed() && peer.seed())) {
                found.add(peer.address());
            }
        }
        int count = Math.min(atMost, found.size());
        for (int i = 0; i < count; i++) {
            Collections.swap(found, i, i + random.nextInt(found.size() - i));
        }
        return List.copyOf(found.subList(0, count));
    }

    @Override
    public synchronized SwarmCounts counts(InfoHash swarm) {
        Members members = swarms.get(swarm);
        if (members == null) {
            return SwarmCounts.NONE;
        }
        int seeds = 0;
        int stockSeeds = 0;
        int stockLeeches = 0;
        for (Member member : members.peers.values()) {
            SwarmPeer peer = member.peer();
            boolean stock = peer.nodeId().isEmpty();
            seeds += peer.seed() ? 1 : 0;
            stockSeeds += stock && peer.seed() ? 1 : 0;
            stockLeeches += stock && !peer.seed() ? 1 : 0;
        }
        return new SwarmCounts(seeds, members.peers.size() - seeds, members.completed, stockSeeds, stockLeeches);
    }
}
