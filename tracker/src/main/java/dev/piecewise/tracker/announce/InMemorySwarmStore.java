package dev.piecewise.tracker.announce;

import dev.piecewise.core.InfoHash;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** Swarms on the heap, each under a lock of its own. A restart forgets them; peers announce again. */
public final class InMemorySwarmStore implements SwarmStore {
    private final Map<InfoHash, SwarmRoster> swarms = new ConcurrentHashMap<>();
    /** Those that a node is in, changed under the lock of the swarm. */
    private final Map<String, Set<InfoHash>> swarmsOfNodes = new ConcurrentHashMap<>();

    private final RandomGenerator random;

    /** @param random seeds the choice of the samples; used under a lock */
    public InMemorySwarmStore(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public boolean put(InfoHash swarm, SwarmPeer peer, boolean completed, long nowNanos) {
        SwarmRoster roster = roster(swarm);
        synchronized (roster) {
            remember(swarm, peer);
            return roster.put(peer, completed, nowNanos);
        }
    }

    @Override
    public boolean enter(InfoHash swarm, SwarmPeer peer, long nowNanos) {
        SwarmRoster roster = roster(swarm);
        synchronized (roster) {
            remember(swarm, peer);
            return roster.enter(peer, nowNanos);
        }
    }

    /** In which swarms a node is to be looked for when it leaves. */
    private void remember(InfoHash swarm, SwarmPeer peer) {
        peer.nodeId()
                .ifPresent(nodeId -> swarmsOfNodes.compute(nodeId, (id, known) -> {
                    Set<InfoHash> those = known == null ? ConcurrentHashMap.newKeySet() : known;
                    those.add(swarm);
                    return those;
                }));
    }

    /** It left this swarm alone, or fell silent there. */
    private void forget(InfoHash swarm, String nodeId) {
        swarmsOfNodes.computeIfPresent(nodeId, (id, those) -> {
            those.remove(swarm);
            return those.isEmpty() ? null : those;
        });
    }

    /** Those that a node is in. */
    Set<InfoHash> swarmsOf(String nodeId) {
        return Set.copyOf(swarmsOfNodes.getOrDefault(nodeId, Set.of()));
    }

    private SwarmRoster roster(InfoHash swarm) {
        SwarmRoster roster = swarms.get(swarm);
        return roster == null ? swarms.computeIfAbsent(swarm, absent -> newRoster()) : roster;
    }

    private SwarmRoster newRoster() {
        synchronized (random) {
            return new SwarmRoster(new SplittableRandom(random.nextLong()));
        }
    }

    @Override
    public void remove(InfoHash swarm, InetSocketAddress address) {
        SwarmRoster roster = swarms.get(swarm);
        if (roster != null) {
            synchronized (roster) {
                roster.remove(address).ifPresent(nodeId -> forget(swarm, nodeId));
            }
        }
    }

    @Override
    public void removeNode(String nodeId) {
        Optional.ofNullable(swarmsOfNodes.remove(nodeId)).stream()
                .flatMap(Set::stream)
                .flatMap(swarm -> Optional.ofNullable(swarms.get(swarm)).stream())
                .forEach(roster -> roster.removeNode(nodeId));
    }

    @Override
    public void expire(long nowNanos, long silentNanos, long silentNodeNanos) {
        swarms.forEach((swarm, roster) -> {
            synchronized (roster) {
                roster.expire(nowNanos, silentNanos, silentNodeNanos).forEach(nodeId -> forget(swarm, nodeId));
            }
        });
    }

    @Override
    public List<SwarmPeer> sample(InfoHash swarm, SwarmPeer asking, int atMost) {
        SwarmRoster roster = swarms.get(swarm);
        return roster == null || atMost <= 0 ? List.of() : roster.sample(asking, atMost);
    }

    @Override
    public List<Door> newDoors() {
        List<Door> doors = new ArrayList<>(0);
        swarms.forEach((swarm, roster) -> roster.newDoors().forEach(peer -> doors.add(new Door(swarm, peer))));
        return doors;
    }

    @Override
    public SwarmCounts counts(InfoHash swarm) {
        SwarmRoster roster = swarms.get(swarm);
        return roster == null ? SwarmCounts.NONE : roster.counts();
    }
}
