package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmEngineContract;
import dev.piecewise.peer.TestArtifact;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireEngineTest extends SwarmEngineContract {
    private static final int MIB = 1 << 20;

    @Override
    protected SwarmEngine newEngine(InetAddress listen, int port) {
        return new WireEngine(EngineConfig.defaults().at(listen, port));
    }

    private Swarm joinWithin(EngineConfig.Limits limits, TestArtifact artifact, Node node) {
        SwarmEngine engine = closed(new WireEngine(EngineConfig.defaults().within(limits)));
        return engine.join(spec(artifact, node));
    }

    private static EngineConfig.Limits upload(long bytesPerSecond) {
        return EngineConfig.Limits.none().withRates(bytesPerSecond, 0);
    }

    @Test
    void aSeedWithALimitLeavesTheWorkToOneWithout() throws Exception {
        TestArtifact artifact = TestArtifact.single("two seeds", 24 * MIB, MIB);
        Node limited = node(artifact);
        Node free = node(artifact);
        artifact.storeAll(limited.storage());
        artifact.storeAll(free.storage());
        Swarm slow = joinWithin(upload(MIB), artifact, limited);
        Swarm fast = join(artifact, free);
        Node leech = node(artifact);
        join(artifact, leech);
        awaitComplete(artifact, leech);
        assertThat(slow.stats().uploadedBytes()).isLessThan(fast.stats().uploadedBytes() / 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLeechWithALimitIsFarFromTheEndWhenOneWithoutIsThere(boolean ofTheTorrent) throws Exception {
        TestArtifact artifact = TestArtifact.single("two leeches", 24 * MIB, MIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        join(artifact, seed);
        EngineConfig.Limits none = EngineConfig.Limits.none();
        Swarm slow = joinWithin(
                ofTheTorrent ? none.withTorrentRates(0, MIB) : none.withRates(0, MIB), artifact, node(artifact));
        Node free = node(artifact);
        Swarm fast = join(artifact, free);
        awaitComplete(artifact, free);
        assertThat(slow.stats().downloadedBytes()).isLessThan(fast.stats().downloadedBytes() / 2);
    }

    @Test
    void aSeedWithOneSlotAndRoomForTwoPeersServesFour() throws Exception {
        TestArtifact artifact = TestArtifact.single("narrow", 2_000_000, 64 * 1024);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Swarm seeding = joinWithin(EngineConfig.Limits.none().withPeers(2, 1), artifact, seed);
        List<Node> leeches = List.of(node(artifact), node(artifact), node(artifact), node(artifact));
        leeches.forEach(leech -> join(artifact, leech));
        for (Node leech : leeches) {
            assertThat(seeding.stats().peers()).isLessThanOrEqualTo(2);
            awaitComplete(artifact, leech);
        }
    }

    @Test
    void aRunThatEndsInTheMiddleOfAPieceLeavesItToTheNext() throws Exception {
        TestArtifact artifact = TestArtifact.single("in the middle", 8 * MIB, 8 * MIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        joinWithin(upload(4 * MIB), artifact, seed);
        Node leech = node(artifact);
        Swarm first = join(artifact, leech);
        await("a part of the piece", () -> first.stats().downloadedBytes() > MIB);
        first.close();
        Swarm second = join(artifact, leech);
        awaitComplete(artifact, leech);
        assertThat(second.stats().downloadedBytes())
                .isEqualTo(8 * MIB - first.stats().downloadedBytes());
    }
}
