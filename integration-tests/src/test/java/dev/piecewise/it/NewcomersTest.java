package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.Piecewise;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who joins a swarm is known to those who are in it, without their asking. */
class NewcomersTest {
    @TempDir
    Path directory;

    @Test
    void aPeerThatCannotCallIsCalledByThoseWhoWereThereBefore() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"));
                ServerSocket newcomer = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            cluster.put("model.bin", 300_000);
            cluster.addSeeder("seeder");
            Piecewise node = cluster.addNode("node");
            LocalCluster.fetch(node, LocalCluster.request("model.bin", directory.resolve("file")));
            String infoHash = Objects.requireNonNull(
                    cluster.client().artifact(cluster.onlyArtifact()).infoHash());
            cluster.client().register(new NodeRegistration("behind-a-wall", "node", false, "127.0.0.1"));
            AnnounceRequest joins = new AnnounceRequest(
                    InfoHash.fromHex(infoHash),
                    PeerId.of(new byte[PeerId.BYTES]),
                    newcomer.getLocalPort(),
                    0,
                    0,
                    300_000,
                    AnnounceEvent.STARTED,
                    50);
            assertThat(cluster.client().announce(joins, "behind-a-wall").peers())
                    .as("whom it could call")
                    .isNotEmpty();
            newcomer.setSoTimeout(Math.toIntExact(Duration.ofSeconds(20).toMillis()));
            try (Socket caller = newcomer.accept()) {
                assertThat(caller.getInetAddress().isLoopbackAddress()).isTrue();
            }
        }
    }
}
