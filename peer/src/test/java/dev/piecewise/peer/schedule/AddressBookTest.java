package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.announce.PeerId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Under a clock that the test moves. */
class AddressBookTest {
    private static final PeerId PEER = PeerId.of(new byte[PeerId.BYTES]);
    private static final List<InetSocketAddress> ADDRESS =
            List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1000));

    private long now = -3;
    private final AddressBook book = new AddressBook(() -> now);

    private List<InetSocketAddress> due(PeerId... connected) {
        return book.due(Set.of(connected)::contains, 16);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void whoIsNamedIsDialledAtOnceAndWhoJoinedJustNowIsGivenTimeToCall() {
        book.named(ADDRESS);
        assertThat(due()).isEqualTo(ADDRESS);
        AddressBook other = new AddressBook(() -> now);
        other.introduced(ADDRESS);
        assertThat(other.due(id -> false, 16)).isEmpty();
        pass(Duration.ofMillis(500));
        assertThat(other.due(id -> false, 16)).isEqualTo(ADDRESS);
    }

    @Test
    void whoCalledIsNotDialledWhileItIsConnected() {
        book.introduced(ADDRESS);
        book.called(ADDRESS.get(0), PEER);
        pass(Duration.ofSeconds(1));
        assertThat(due(PEER)).isEmpty();
        assertThat(due()).isEqualTo(ADDRESS);
    }

    @Test
    void aPeerThatIsIntroducedAgainIsWorthATry() {
        book.named(ADDRESS);
        for (int i = 0; i < 5; i++) {
            assertThat(due()).isEqualTo(ADDRESS);
            book.dialled(ADDRESS.get(0), null);
            pass(Duration.ofMinutes(2));
        }
        assertThat(due()).isEqualTo(ADDRESS);
        book.dialled(ADDRESS.get(0), null);
        assertThat(due()).isEmpty();
        book.introduced(ADDRESS);
        pass(Duration.ofMillis(500));
        assertThat(due()).isEqualTo(ADDRESS);
    }

    @Test
    void aPeerThatRestsIsNotDialledThoughItIsNamedButIsWhenItJoinsAnew() {
        book.named(ADDRESS);
        assertThat(book.isAnyDue(id -> false)).isTrue();
        assertThat(due()).isEqualTo(ADDRESS);
        book.dialled(ADDRESS.get(0), PEER);
        book.rest(PEER, Duration.ofMinutes(1));
        book.named(ADDRESS);
        pass(Duration.ofSeconds(59));
        assertThat(book.isAnyDue(id -> false)).isFalse();
        assertThat(due()).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(due()).isEqualTo(ADDRESS);
        book.dialled(ADDRESS.get(0), PEER);
        book.rest(PEER, Duration.ofMinutes(1));
        book.introduced(ADDRESS);
        pass(Duration.ofMillis(500));
        assertThat(due()).isEqualTo(ADDRESS);
    }

    @Test
    void whoIsBeingDialledIsExpectedForASecond() {
        book.named(ADDRESS);
        assertThat(book.expected()).isZero();
        assertThat(due()).isEqualTo(ADDRESS);
        assertThat(book.expected()).isEqualTo(1);
        pass(Duration.ofSeconds(1));
        assertThat(book.expected()).isZero();
    }

    @Test
    void nobodyRestsAfterAWakeUp() {
        book.named(ADDRESS);
        assertThat(due()).isEqualTo(ADDRESS);
        book.dialled(ADDRESS.get(0), PEER);
        book.rest(PEER, Duration.ofMinutes(1));
        pass(Duration.ofSeconds(30));
        assertThat(due()).isEmpty();
        book.wake();
        assertThat(due()).isEqualTo(ADDRESS);
    }
}
