package dev.piecewise.tracker.announce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.InfoHash;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InMemorySwarmStoreTest extends SwarmStoreContract {
    private static final InfoHash ONE = InfoHash.of(new byte[20]);
    private static final InfoHash OTHER = InfoHash.fromHex("1".repeat(40));

    @Override
    InMemorySwarmStore store() {
        return new InMemorySwarmStore(new Random(1));
    }

    private static SwarmPeer of(String nodeId, int port) {
        return new SwarmPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Optional.of(nodeId), false);
    }

    @Test
    void aSwarmThatALivingNodeFellSilentInIsForgotten() {
        InMemorySwarmStore store = store();
        store.put(ONE, of("n", 1), false, 0);
        store.put(OTHER, of("n", 1), false, 500);
        store.expire(1001, 10, 1000);
        assertThat(store.swarmsOf("n")).containsExactly(OTHER);
        store.expire(1501, 10, 1000);
        assertThat(store.swarmsOf("n")).isEmpty();
        store.enter(ONE, of("n", 1), 1600);
        assertThat(store.swarmsOf("n")).containsExactly(ONE);
    }

    @Test
    void aSwarmThatALivingNodeLeftIsForgottenWithItsLastPeerThere() {
        InMemorySwarmStore store = store();
        store.put(ONE, of("n", 1), false, 0);
        store.put(ONE, of("n", 2), false, 0);
        store.remove(ONE, of("n", 1).address());
        assertThat(store.swarmsOf("n")).containsExactly(ONE);
        store.remove(ONE, of("n", 2).address());
        assertThat(store.swarmsOf("n")).isEmpty();
    }

    @Test
    void aNodeWhosePeersFellSilentOneAfterTheOtherIsForgottenWithTheLast() {
        InMemorySwarmStore store = store();
        store.put(ONE, of("n", 1), false, 0);
        store.put(ONE, of("n", 2), false, 500);
        store.expire(1001, 10, 1000);
        assertThat(store.swarmsOf("n")).containsExactly(ONE);
        store.removeNode("n");
        assertThat(store.counts(ONE)).isEqualTo(SwarmCounts.NONE);
    }
}
