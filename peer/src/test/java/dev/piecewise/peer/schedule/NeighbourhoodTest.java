package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.piecewise.peer.schedule.Neighbour.Dialling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NeighbourhoodTest {
    private long now = 1_000_000_000;
    /** Six are enough. */
    private final Neighbourhood neighbourhood = of(new Neighbourhood.Size(4, 8), 100);

    private final List<FakeNeighbour> neighbours = new ArrayList<>();

    private Neighbourhood of(Neighbourhood.Size size, int pieces) {
        return new Neighbourhood(size, pieces, () -> now);
    }

    private void called(int count) {
        for (int i = 0; i < count; i++) {
            neighbours.add(new FakeNeighbour(neighbours.size(), Dialling.OURS, now));
        }
    }

    private void callers(int count) {
        for (int i = 0; i < count; i++) {
            neighbours.add(new FakeNeighbour(neighbours.size(), Dialling.THEIRS, now));
        }
    }

    @Test
    void aFewAreCalledAndCallersAreTakenFarBeyondThat() {
        assertThat(neighbourhood.toCall(neighbours, 0)).isEqualTo(4);
        assertThat(neighbourhood.toCall(neighbours, 3)).isEqualTo(1);
        callers(1);
        assertThat(neighbourhood.toCall(neighbours, 0)).isEqualTo(4);
        called(4);
        assertThat(neighbourhood.toCall(neighbours, 0)).isZero();
        assertThat(neighbourhood.hasRoom(7)).isTrue();
        assertThat(neighbourhood.hasRoom(8)).isFalse();
    }

    @Test
    void whoIsCalledByEnoughCallsNobody() {
        callers(5);
        assertThat(neighbourhood.toCall(neighbours, 0)).isEqualTo(1);
        callers(1);
        assertThat(neighbourhood.toCall(neighbours, 0)).isZero();
    }

    @Test
    void threeEighthsOfTheMostAreCalledThoughFiveIfThatLeavesAQuarterForCallers() {
        assertThat(Neighbourhood.Size.of(55).calls()).isEqualTo(20);
        assertThat(Neighbourhood.Size.of(10).calls()).isEqualTo(5);
        assertThat(Neighbourhood.Size.of(4).calls()).isEqualTo(3);
        assertThat(Neighbourhood.Size.of(1).calls()).isEqualTo(1);
        assertThatIllegalArgumentException().isThrownBy(() -> new Neighbourhood.Size(9, 8));
    }

    @Test
    void ofATorrentOfFewPiecesFewNeighboursAreEnough() {
        assertThat(of(Neighbourhood.Size.of(55), 4).enough()).isEqualTo(5);
        assertThat(of(Neighbourhood.Size.of(55), 20).enough()).isEqualTo(20);
        assertThat(of(Neighbourhood.Size.of(55), 400).enough()).isEqualTo(42);
        assertThat(of(Neighbourhood.Size.of(4), 4).enough()).isEqualTo(3);
        assertThat(of(Neighbourhood.Size.of(55), 4).toCall(neighbours, 0)).isEqualTo(5);
    }

    @Test
    void someoneIsCalledInThePlaceOfADeadOneThatIsStillConnectedWhoeverCalled() {
        called(4);
        callers(2);
        neighbours.get(2).alive = false;
        assertThat(neighbourhood.toCall(neighbours, 0)).isEqualTo(1);
        assertThat(neighbourhood.toCall(neighbours, 1)).isZero();
        neighbours.get(5).alive = false;
        assertThat(neighbourhood.toCall(neighbours, 0)).isEqualTo(2);
        callers(1);
        assertThat(neighbourhood.toCall(neighbours, 0)).isEqualTo(1);
    }

    @Test
    void ofThoseWhoWereCalledTheOneThatHasBeenIdleForLongestGivesWayIfThereIsSomebodyToCall() {
        called(4);
        callers(1);
        now += Duration.ofSeconds(11).toNanos();
        neighbours.get(0).busyNanos = now;
        neighbours.get(1).busyNanos -= 1;
        neighbours.get(4).busyNanos -= 2;
        assertThat(neighbourhood.toGiveUp(neighbours, false)).isEmpty();
        assertThat(neighbourhood.toGiveUp(neighbours, true)).contains(neighbours.get(1));
    }

    @Test
    void withEnoughCallersGiveWayToo() {
        called(4);
        callers(2);
        now += Duration.ofSeconds(11).toNanos();
        neighbours.get(4).busyNanos -= 1;
        assertThat(neighbourhood.toGiveUp(neighbours, true)).contains(neighbours.get(4));
    }

    @Test
    void noneGivesWayWhileThereAreTooFewAndOneAtATimeElse() {
        called(3);
        callers(2);
        now += Duration.ofSeconds(11).toNanos();
        assertThat(neighbourhood.toGiveUp(neighbours, true)).isEmpty();
        called(1);
        assertThat(neighbourhood.toGiveUp(neighbours, true)).isPresent().isNotEqualTo(neighbours.get(5));
        assertThat(neighbourhood.toGiveUp(neighbours, true)).isEmpty();
        now += Duration.ofSeconds(3).toNanos();
        assertThat(neighbourhood.toGiveUp(neighbours, true)).isPresent();
    }
}
