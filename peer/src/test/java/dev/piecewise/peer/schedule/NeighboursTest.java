package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.announce.PeerId;
import dev.piecewise.peer.schedule.Neighbour.Dialling;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NeighboursTest {
    private static final PeerId SELF = FakeNeighbour.id(0);

    private long now = 1_000_000_000;
    private final AddressBook addresses = new AddressBook(() -> now);
    private final Neighbours<FakeNeighbour> neighbours = new Neighbours<>(
            SELF, addresses, new Neighbourhood(new Neighbourhood.Size(4, 8), 100, () -> now), () -> now);

    private static InetSocketAddress address(int number) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 1000 + number);
    }

    private void named(int from, int to) {
        addresses.named(IntStream.rangeClosed(from, to)
                .mapToObj(NeighboursTest::address)
                .toList());
    }

    private List<InetSocketAddress> dialled(boolean wanting) {
        List<InetSocketAddress> dialled = new ArrayList<>();
        neighbours.dial(wanting, dialled::add);
        return dialled;
    }

    private FakeNeighbour joined(int number, Dialling dialling) {
        assertThat(neighbours.admit(FakeNeighbour.id(number), dialling)).isTrue();
        FakeNeighbour session = new FakeNeighbour(number, dialling, now);
        neighbours.joined(session);
        addresses.dialled(address(number), session.remoteId());
        return session;
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void callsAFewOfThoseThatAreNamedAndWaitsForTheirAnswers() {
        named(1, 10);
        assertThat(dialled(true)).hasSize(4);
        assertThat(dialled(true)).isEmpty();
        joined(1, Dialling.OURS);
        addresses.dialled(address(2), null);
        assertThat(dialled(true)).containsExactly(address(5));
    }

    @Test
    void oneThatIsIdleForLongGivesWayToAnotherOneAndIsLeftAloneForAWhile() {
        named(1, 5);
        dialled(true);
        IntStream.rangeClosed(1, 4).forEach(number -> joined(number, Dialling.OURS));
        neighbours.replaceUseless();
        assertThat(neighbours.stream()).allMatch(session -> session.closedAs == null);
        pass(Duration.ofSeconds(11));
        neighbours.stream().skip(1).forEach(session -> session.busyNanos = now);
        neighbours.replaceUseless();
        FakeNeighbour idle = neighbours.all().get(0);
        assertThat(idle.closedAs).isNotNull();
        assertThat(neighbours.left(idle)).isTrue();
        assertThat(dialled(true)).containsExactly(address(5));
        addresses.dialled(address(5), null);
        named(1, 1);
        pass(Duration.ofSeconds(30));
        assertThat(dialled(true)).doesNotContain(address(1));
    }

    @Test
    void whoIsCompleteCallsOneASecond() {
        named(1, 10);
        assertThat(dialled(false)).hasSize(1);
        assertThat(dialled(false)).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(dialled(false)).hasSize(1);
    }

    @Test
    void ofTwoConnectionsToAPeerTheOneThatLastsStaysAndOfTwoThatCrossTheOneOfTheSmallerId() {
        FakeNeighbour session = joined(1, Dialling.THEIRS);
        assertThat(neighbours.admit(session.remoteId(), Dialling.OURS)).isFalse();
        session.settled = false;
        assertThat(neighbours.admit(session.remoteId(), Dialling.OURS)).isTrue();
        assertThat(session.closedAs).isNotNull();
        assertThat(neighbours.admit(SELF, Dialling.OURS)).isFalse();
    }

    @Test
    void whoFindsNothingInterestingSearchesEverMoreSeldom() {
        assertThat(neighbours.searches(true)).isFalse();
        pass(Duration.ofSeconds(6));
        assertThat(neighbours.searches(false)).isFalse();
        pass(Duration.ofSeconds(6));
        assertThat(neighbours.searches(true)).isTrue();
        pass(Duration.ofSeconds(6));
        assertThat(neighbours.searches(true)).isFalse();
        pass(Duration.ofSeconds(6));
        assertThat(neighbours.searches(true)).isTrue();
    }
}
