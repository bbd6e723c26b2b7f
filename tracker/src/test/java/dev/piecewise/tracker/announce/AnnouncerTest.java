package dev.piecewise.tracker.announce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.InfoHash;
import dev.piecewise.trackerclient.api.PeerNews;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AnnouncerTest {
    private static final InfoHash SWARM = InfoHash.of(new byte[20]);

    @Test
    void otherZonesHearOfTheNodeThatTakesADoorsPlace() {
        SwarmStore swarms = new InMemorySwarmStore(new SplittableRandom(1));
        Introductions introductions = new Introductions(7, () -> 0, Runnable::run);
        Announcer announcer =
                new Announcer(swarms, introductions, Duration.ofMinutes(1), Duration.ofSeconds(5), () -> 0);
        for (int port = 1; port <= SwarmRoster.DOORS + 1; port++) {
            swarms.put(SWARM, node(port, "near"), false, 0);
        }
        swarms.put(SWARM, node(100, "far"), false, 0);
        CompletableFuture<PeerNews> news = introductions.ask("n100", "", Duration.ofSeconds(40));

        swarms.removeNode("n3");
        announcer.tick();
        introductions.tick();

        assertThat(news).isDone();
        assertThat(news.join().newcomers())
                .containsExactly(new PeerNews.Newcomer(SWARM.hex(), "127.0.0.1", SwarmRoster.DOORS + 1));
    }

    private static SwarmPeer node(int port, String zone) {
        return new SwarmPeer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port), Optional.of("n" + port), false, zone);
    }
}
