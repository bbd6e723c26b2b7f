package dev.piecewise.tracker.announce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.InfoHash;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link SwarmStore} does. */
abstract class SwarmStoreContract {
    private static final InfoHash SWARM = InfoHash.of(new byte[20]);

    abstract SwarmStore store();

    private static SwarmPeer stock(int port, boolean seed) {
        return new SwarmPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Optional.empty(), seed);
    }

    @Test
    void aSampleHasNeitherTheAskingPeerNorSeedsForANodeThatSeeds() {
        SwarmStore store = store();
        store.put(SWARM, stock(1, true), false, 0);
        store.put(SWARM, stock(2, true), false, 0);
        store.put(SWARM, stock(3, false), false, 0);
        SwarmPeer node = new SwarmPeer(stock(1, true).address(), Optional.of("node"), true);
        assertThat(store.sample(SWARM, node, 50)).containsExactly(stock(3, false));
        // It may be aria2 with a magnet link.
        assertThat(store.sample(SWARM, stock(1, true), 50)).containsExactlyInAnyOrder(stock(2, true), stock(3, false));
        assertThat(store.sample(SWARM, stock(3, false), 50)).containsExactlyInAnyOrder(stock(1, true), stock(2, true));
        assertThat(store.sample(SWARM, stock(3, false), 0)).isEmpty();
        assertThat(store.counts(SWARM)).isEqualTo(new SwarmCounts(2, 1, 0, 2, 1));
    }

    @Test
    void aSampleIsRandomAndNoLargerThanAskedFor() {
        SwarmStore store = store();
        for (int port = 1; port <= 20; port++) {
            store.put(SWARM, stock(port, false), false, 0);
        }
        Set<SwarmPeer> seen = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            assertThat(store.sample(SWARM, stock(99, false), 3)).hasSize(3).doesNotHaveDuplicates();
            seen.addAll(store.sample(SWARM, stock(99, false), 3));
        }
        assertThat(seen).hasSize(20);
    }

    @Test
    void aNodeEntersOnceAndWhatItAnnouncedStays() {
        SwarmStore store = store();
        SwarmPeer entering = new SwarmPeer(stock(1, false).address(), Optional.of("node"), false);
        assertThat(store.enter(SWARM, entering, 0)).isTrue();
        assertThat(store.enter(SWARM, entering, 1)).isFalse();
        store.put(SWARM, new SwarmPeer(entering.address(), Optional.of("node"), true), true, 2);
        assertThat(store.enter(SWARM, entering, 3)).isFalse();
        assertThat(store.counts(SWARM).seeds()).isEqualTo(1);
        // Another process, at the same address: what the former one held is gone.
        SwarmPeer next = new SwarmPeer(entering.address(), Optional.of("next"), false);
        assertThat(store.enter(SWARM, next, 4)).isTrue();
        assertThat(store.counts(SWARM).seeds()).isZero();
        assertThat(store.counts(SWARM).leeches()).isEqualTo(1);
    }

    @Test
    void aPeerIsKnownByItsAddressAndLeavesWhenItStopsOrIsSilent() {
        SwarmStore store = store();
        store.put(SWARM, stock(1, false), false, 0);
        store.put(SWARM, stock(1, true), true, 10);
        assertThat(store.counts(SWARM)).isEqualTo(new SwarmCounts(1, 0, 1, 1, 0));
        store.expire(20, 10, 1000);
        assertThat(store.counts(SWARM).seeds()).isEqualTo(1);
        store.expire(21, 10, 1000);
        assertThat(store.counts(SWARM).seeds()).isZero();
        store.put(SWARM, stock(1, false), false, 30);
        store.remove(SWARM, stock(1, false).address());
        assertThat(store.counts(SWARM).leeches()).isZero();
    }

    @Test
    void aPeerThatAnnouncesAgainIsHeardAndNotCountedTwice() {
        SwarmStore store = store();
        store.put(SWARM, stock(1, false), false, 0);
        store.put(SWARM, stock(2, false), false, 5);
        store.sample(SWARM, stock(1, false), 50);
        store.put(SWARM, stock(1, false), false, 10);
        assertThat(store.counts(SWARM)).isEqualTo(new SwarmCounts(0, 2, 0, 0, 2));
        store.expire(16, 10, 1000);
        assertThat(store.sample(SWARM, stock(9, false), 50)).containsExactly(stock(1, false));
        store.put(SWARM, new SwarmPeer(stock(1, false).address(), Optional.of("n"), false), false, 16);
        assertThat(store.counts(SWARM)).isEqualTo(new SwarmCounts(0, 1, 0, 0, 0));
    }

    @Test
    void swarmsAreUsedByManyThreadsAtOnce() throws Exception {
        SwarmStore store = store();
        int threads = 4;
        int rounds = 2_000;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<Boolean>> loads = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int own = 1 + thread * 10;
                loads.add(() -> {
                    for (int i = 0; i < rounds; i++) {
                        SwarmPeer peer = stock(own + i % 10, i % 3 == 0);
                        store.put(SWARM, peer, false, i);
                        assertThat(store.sample(SWARM, peer, 20)).doesNotHaveDuplicates();
                        if (i % 7 == 0) {
                            store.remove(SWARM, peer.address());
                        }
                    }
                    return true;
                });
            }
            for (Future<Boolean> load : pool.invokeAll(loads)) {
                assertThat(load.get()).isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
        SwarmCounts counts = store.counts(SWARM);
        assertThat(store.sample(SWARM, stock(99, false), 1000)).hasSize(counts.seeds() + counts.leeches());
    }

    @Test
    void thePeersOfANodeLeaveWithIt() {
        SwarmStore store = store();
        store.put(
                SWARM,
                new SwarmPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), Optional.of("n"), true),
                false,
                0);
        store.put(SWARM, stock(2, false), false, 0);
        assertThat(store.counts(SWARM)).isEqualTo(new SwarmCounts(1, 1, 0, 0, 1));
        store.removeNode("n");
        assertThat(store.counts(SWARM)).isEqualTo(new SwarmCounts(0, 1, 0, 0, 1));
    }

    @Test
    void aSampleNamesEveryPeerEquallyOftenAndNeverWhoLeft() {
        SwarmStore store = store();
        for (int port = 1; port <= 12; port++) {
            store.put(SWARM, stock(port, port <= 6), false, 0);
        }
        store.remove(SWARM, stock(2, true).address());
        store.remove(SWARM, stock(12, false).address());
        store.put(SWARM, stock(3, false), false, 1); // no longer a seed
        Map<Integer, Integer> named = new HashMap<>();
        int rounds = 9000;
        for (int i = 0; i < rounds; i++) {
            for (SwarmPeer peer : store.sample(SWARM, stock(11, false), 4)) {
                named.merge(peer.address().getPort(), 1, Integer::sum);
            }
        }
        assertThat(named).containsOnlyKeys(1, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(named.values()).allSatisfy(times -> assertThat(times).isBetween(rounds * 4 / 10, rounds * 5 / 10));
        assertThat(store.counts(SWARM)).isEqualTo(new SwarmCounts(4, 6, 0, 4, 6));
    }

    private static SwarmPeer node(int port) {
        return new SwarmPeer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Optional.of("n" + port), false);
    }

    @Test
    void aNodesPeerMayBeSilentForLongerThanAStranger() {
        SwarmStore store = store();
        store.put(SWARM, node(1), false, 0);
        store.put(SWARM, stock(2, false), false, 0);
        store.expire(500, 10, 1000);
        assertThat(store.sample(SWARM, stock(3, false), 50)).containsExactly(node(1));
        store.expire(1001, 10, 1000);
        assertThat(store.counts(SWARM).leeches()).isZero();
    }

    @Test
    void aPeerIsNewOnceUntilAnotherNodeHasItsAddress() {
        SwarmStore store = store();
        assertThat(store.put(SWARM, node(1), false, 0)).isTrue();
        assertThat(store.put(SWARM, node(1), false, 1)).isFalse();
        SwarmPeer complete = new SwarmPeer(node(1).address(), node(1).nodeId(), true);
        assertThat(store.put(SWARM, complete, true, 2)).isFalse();
        assertThat(store.put(SWARM, new SwarmPeer(node(1).address(), Optional.of("heir"), false), false, 3))
                .isTrue();
        store.remove(SWARM, node(1).address());
        assertThat(store.put(SWARM, node(1), false, 4)).isTrue();
    }

    private static SwarmPeer node(int port, String zone) {
        return new SwarmPeer(node(port).address(), node(port).nodeId(), false, zone);
    }

    private static String zoneOf(int port) {
        return "zone" + port % 4;
    }

    private static SwarmStore storeOf(SwarmStore store, int nodes) {
        for (int port = 1; port <= nodes; port++) {
            store.put(SWARM, node(port, zoneOf(port)), false, 0);
            store.sample(SWARM, node(port, zoneOf(port)), 50);
        }
        return store;
    }

    @Test
    void mostNeighboursOfADoorAreOfItsZoneAndTheOthersAreDoors() {
        SwarmStore store = storeOf(store(), 400);
        SwarmPeer door = node(41, "zone1"); // came eleventh
        List<SwarmPeer> neighbours = store.sample(SWARM, door, 50);
        assertThat(neighbours).hasSize(50).doesNotHaveDuplicates().doesNotContain(door);
        assertThat(neighbours.subList(0, 15))
                .allMatch(peer -> peer.zone().equals("zone1") && peer.address().getPort() <= 61);
        assertThat(neighbours.stream().filter(peer -> peer.zone().equals("zone1")))
                .hasSizeBetween(30, 45);
        assertThat(neighbours.stream().filter(peer -> !peer.zone().equals("zone1")))
                .isNotEmpty()
                .allMatch(peer -> peer.address().getPort() <= 64);
    }

    @Test
    void whoIsNoDoorMeetsItsZoneAndWhoHasNoZone() {
        SwarmStore store = storeOf(store(), 400);
        List<SwarmPeer> neighbours = store.sample(SWARM, node(401, "zone1"), 50);
        assertThat(neighbours).hasSizeBetween(40, 50).allMatch(peer -> peer.zone()
                .equals("zone1"));
        store.put(SWARM, stock(2000, false), false, 0);
        assertThat(store.sample(SWARM, node(397, "zone1"), 200)).contains(stock(2000, false));
        assertThat(store.sample(SWARM, node(1001), 1000)).hasSize(401);
    }

    @Test
    void allNodesOfASmallZoneAreDoorsAndASingleOneKnowsThoseOfOthers() {
        SwarmStore store = storeOf(store(), 64);
        assertThat(store.sample(SWARM, node(64, zoneOf(64)), 63)).hasSize(63);
        store.put(SWARM, node(1000, "new"), false, 0);
        assertThat(store.sample(SWARM, node(1000, "new"), 50)).hasSize(50);
    }

    @Test
    void aDoorStaysOneWhenItCompletesAndAnotherNodeBecomesOneWhenItLeaves() {
        SwarmStore store = storeOf(store(), 100);
        SwarmPeer door = node(1, "zone1");
        store.put(SWARM, new SwarmPeer(door.address(), door.nodeId(), true, "zone1"), true, 1);
        assertThat(store.newDoors()).isEmpty();
        assertThat(store.sample(SWARM, node(2, "zone2"), 99))
                .filteredOn(peer -> peer.zone().equals("zone1"))
                .hasSize(16)
                .extracting(SwarmPeer::nodeId)
                .contains(Optional.of("n1"));

        store.removeNode("n1");

        assertThat(store.newDoors()).singleElement().satisfies(promoted -> {
            assertThat(promoted.peer().zone()).isEqualTo("zone1");
            assertThat(promoted.peer().address().getPort()).isGreaterThan(64);
            assertThat(store.sample(SWARM, node(2, "zone2"), 99)).contains(promoted.peer());
        });
        assertThat(store.newDoors()).isEmpty();
    }

    @Test
    void ofAZoneThatGoesWhollyNobodyIsIntroduced() {
        SwarmStore store = storeOf(store(), 160);
        for (int port = 1; port <= 160; port += 4) {
            store.removeNode("n" + port);
        }
        assertThat(store.newDoors()).isEmpty();
    }

    /** A node calls the first ones: were they those who came last, the swarm would hardly hang together. */
    @Test
    void neighboursAreNamedInNoOrder() {
        SwarmStore store = store();
        for (int port = 1; port <= 400; port++) {
            store.put(SWARM, node(port), false, 0);
            store.sample(SWARM, node(port), 50);
        }
        List<SwarmPeer> neighbours = store.sample(SWARM, node(401), 50);
        assertThat(neighbours.subList(0, 25))
                .anyMatch(peer -> peer.address().getPort() <= 300)
                .anyMatch(peer -> peer.address().getPort() > 300);
    }

    @Test
    void nodesAreHandedOutToNodesAboutEquallyOften() {
        SwarmStore store = store();
        Map<SwarmPeer, Integer> named = new HashMap<>();
        for (int port = 1; port <= 1000; port++) {
            store.put(SWARM, node(port), false, 0);
            store.sample(SWARM, node(port), 20).forEach(peer -> named.merge(peer, 1, Integer::sum));
        }
        // Purely at random the first ones would be named some 100 times.
        assertThat(named.values()).allMatch(times -> times <= 60);
    }
}
