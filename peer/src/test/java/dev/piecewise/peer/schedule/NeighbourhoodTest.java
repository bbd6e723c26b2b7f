package dev.piecewise.peer.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NeighbourhoodTest {
    private long now = 1_000_000_000;
    private final Neighbourhood neighbourhood = new Neighbourhood(8, 100, () -> now);
    private final List<FakeNeighbour> neighbours = new ArrayList<>();

    private final class FakeNeighbour implements Neighbourhood.Neighbour {
        private long busyNanos = now;
        private boolean alive = true;

        FakeNeighbour() {
            neighbours.add(this);
        }

        @Override
        public long busyNanos() {
            return busyNanos;
        }

        @Override
        public boolean isAlive() {
            return alive;
        }
    }

    private void connected(int count) {
        for (int i = 0; i < count; i++) {
            FakeNeighbour unused = new FakeNeighbour();
        }
    }

    @Test
    void othersAreCalledUntilThereAreEnoughAndCallersAreTakenBeyondThat() {
        assertThat(neighbourhood.toCall(neighbours, 0)).isEqualTo(6);
        assertThat(neighbourhood.toCall(neighbours, 2)).isEqualTo(4);
        connected(6);
        assertThat(neighbourhood.toCall(neighbours, 0)).isZero();
        assertThat(neighbourhood.hasRoom(7)).isTrue();
        assertThat(neighbourhood.hasRoom(8)).isFalse();
    }

    @Test
    void ofATorrentOfFewPiecesFewNeighboursAreEnough() {
        assertThat(new Neighbourhood(55, 4, () -> now).enough()).isEqualTo(5);
        assertThat(new Neighbourhood(55, 20, () -> now).enough()).isEqualTo(20);
        assertThat(new Neighbourhood(55, 400, () -> now).enough()).isEqualTo(42);
        assertThat(new Neighbourhood(4, 4, () -> now).enough()).isEqualTo(3);
    }

    @Test
    void someoneIsCalledInThePlaceOfADeadOneThatIsStillConnected() {
        connected(6);
        neighbours.get(2).alive = false;
        assertThat(neighbourhood.toCall(neighbours, 0)).isEqualTo(1);
    }

    @Test
    void theOneThatHasBeenIdleForLongestGivesWayIfThereIsSomebodyToCall() {
        connected(6);
        now += Duration.ofSeconds(5).toNanos();
        neighbours.stream().skip(3).forEach(busy -> busy.busyNanos = now);
        now += Duration.ofSeconds(6).toNanos();
        neighbours.get(0).busyNanos = now;
        neighbours.get(1).busyNanos -= 1;
        assertThat(neighbourhood.toGiveUp(neighbours, false)).isEmpty();
        assertThat(neighbourhood.toGiveUp(neighbours, true)).contains(neighbours.get(1));
    }

    @Test
    void noneGivesWayWhileThereAreTooFewAndOneAtATimeElse() {
        connected(5);
        now += Duration.ofSeconds(11).toNanos();
        assertThat(neighbourhood.toGiveUp(neighbours, true)).isEmpty();
        FakeNeighbour fresh = new FakeNeighbour();
        assertThat(neighbourhood.toGiveUp(neighbours, true)).isPresent().isNotEqualTo(fresh);
        assertThat(neighbourhood.toGiveUp(neighbours, true)).isEmpty();
        now += Duration.ofSeconds(3).toNanos();
        assertThat(neighbourhood.toGiveUp(neighbours, true)).isPresent();
    }
}
