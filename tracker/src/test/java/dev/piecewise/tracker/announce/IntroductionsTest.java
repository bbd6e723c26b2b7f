package dev.piecewise.tracker.announce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.InfoHash;
import dev.piecewise.trackerclient.api.PeerNews;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Under a clock that the test moves. */
class IntroductionsTest {
    private static final InfoHash ONE = InfoHash.of(new byte[20]);
    private static final InfoHash OTHER = InfoHash.fromHex("ab".repeat(20));
    private static final Duration WAIT = Duration.ofSeconds(40);

    private long now = -5;
    private final Introductions introductions = new Introductions(7, () -> now, Runnable::run);

    private static SwarmPeer peer(int port, Optional<String> node) {
        return new SwarmPeer(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), node, false);
    }

    private static SwarmPeer node(String id) {
        return peer(1, Optional.of(id));
    }

    private void joins(InfoHash swarm, int port, String... neighbours) {
        introductions.introduce(
                swarm,
                peer(port, Optional.empty()),
                List.of(neighbours).stream().map(IntroductionsTest::node).toList());
    }

    private CompletableFuture<PeerNews> ask(String node, String cursor) {
        return introductions.ask(node, cursor, WAIT);
    }

    private void pass(Duration time) {
        now += time.toNanos();
        introductions.tick();
    }

    private static List<Integer> ports(CompletableFuture<PeerNews> answer) {
        assertThat(answer).isDone();
        return answer.join().newcomers().stream().map(PeerNews.Newcomer::port).toList();
    }

    @Test
    void whoCameSinceTheLastTickIsOneAnswerForAllSwarmsOfANode() {
        CompletableFuture<PeerNews> a = ask("a", "");
        CompletableFuture<PeerNews> b = ask("b", "");
        joins(ONE, 10, "a");
        joins(OTHER, 11, "a");
        assertThat(a).isNotDone();
        pass(Duration.ofMillis(100));
        assertThat(a.join().newcomers())
                .containsExactly(
                        new PeerNews.Newcomer(ONE.hex(), "127.0.0.1", 10),
                        new PeerNews.Newcomer(OTHER.hex(), "127.0.0.1", 11));
        assertThat(b).isNotDone();
        CompletableFuture<PeerNews> next = ask("a", a.join().cursor());
        pass(Duration.ofMillis(100));
        assertThat(next).isNotDone();
        pass(WAIT);
        assertThat(ports(next)).isEmpty();
        assertThat(ports(b)).isEmpty();
    }

    @Test
    void anAnswerThatWasLostIsGivenAgain() {
        joins(ONE, 10, "a");
        joins(ONE, 11, "a");
        CompletableFuture<PeerNews> lost = ask("a", "");
        pass(Duration.ofMillis(100));
        assertThat(ports(lost)).containsExactly(10, 11);
        joins(ONE, 12, "a");
        CompletableFuture<PeerNews> again = ask("a", "of another run");
        pass(Duration.ofMillis(100));
        assertThat(ports(again)).containsExactly(10, 11, 12);
        CompletableFuture<PeerNews> nothing = ask("a", again.join().cursor());
        pass(Duration.ofMillis(100));
        assertThat(nothing).isNotDone();
    }

    @Test
    void aNodeWaitsOnceAndWhoeverAsksForItAgainMissesNothing() {
        CompletableFuture<PeerNews> older = ask("a", "");
        joins(ONE, 10, "a");
        CompletableFuture<PeerNews> newer = ask("a", "");
        assertThat(ports(older)).isEmpty();
        assertThat(older.join().cursor()).isEmpty();
        pass(Duration.ofMillis(100));
        assertThat(ports(newer)).containsExactly(10);
    }

    @Test
    void ofThoseThatJoinTooFastToBeToldTheLatestAreKept() {
        for (int port = 1; port <= 1000; port++) {
            joins(ONE, port, "a");
        }
        CompletableFuture<PeerNews> answer = ask("a", "");
        pass(Duration.ofMillis(100));
        assertThat(ports(answer)).hasSize(256).contains(1000).doesNotContain(1);
    }

    @Test
    void nothingIsKeptForANodeThatDoesNotAsk() {
        joins(ONE, 10, "gone");
        CompletableFuture<PeerNews> asking = introductions.ask("a", "", Duration.ofHours(1));
        pass(Duration.ofMinutes(3));
        joins(ONE, 11, "gone", "a");
        pass(Duration.ofMillis(100));
        assertThat(ports(asking)).containsExactly(11);
        CompletableFuture<PeerNews> late = ask("gone", "");
        pass(Duration.ofMillis(100));
        assertThat(ports(late)).containsExactly(11);
    }

    @Test
    void whenThousandsHaveNewsSomeWaitForTheNextTick() {
        List<CompletableFuture<PeerNews>> asking = java.util.stream.IntStream.range(0, 2500)
                .mapToObj(node -> ask("n" + node, ""))
                .toList();
        for (int node = 0; node < 2500; node++) {
            joins(ONE, 10, "n" + node);
        }
        pass(Duration.ofMillis(100));
        assertThat(asking.stream().filter(CompletableFuture::isDone)).hasSize(1000);
        pass(Duration.ofMillis(100));
        pass(Duration.ofMillis(100));
        assertThat(asking).allMatch(CompletableFuture::isDone);
    }

    @Test
    void closingAnswersEverybody() {
        CompletableFuture<PeerNews> asking = ask("a", "");
        introductions.close();
        assertThat(ports(asking)).isEmpty();
        assertThat(ports(ask("a", ""))).isEmpty();
    }
}
