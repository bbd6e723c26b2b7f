package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmEngineContract;
import dev.piecewise.peer.TestArtifact;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

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
        return new EngineConfig.Limits(200, 0, bytesPerSecond, 0, 0, 0, 32 << 20);
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
