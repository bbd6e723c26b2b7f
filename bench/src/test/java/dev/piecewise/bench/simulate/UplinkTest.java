package dev.piecewise.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class UplinkTest {
    private final Events events = new Events(0);

    /** Sends one part, and notes when it is through. */
    private final class OnePart extends Uplink.Flow {
        private double seconds;

        @Override
        void sent() {
            seconds = events.seconds();
        }
    }

    private void runAll() {
        while (events.next()) {
            // until nothing is left to happen
        }
    }

    @Test
    void flowsShareTheRateEquallyAndWhoIsDoneLeavesItToTheOthers() {
        Uplink uplink = new Uplink(events, 1000, 0);
        OnePart small = new OnePart();
        OnePart large = new OnePart();
        OnePart later = new OnePart();
        uplink.begin(small, 1000);
        uplink.begin(large, 3000);
        events.after(3_000_000_000L, () -> uplink.begin(later, 500));
        runAll();

        assertThat(small.seconds).isCloseTo(2, within(1e-3));
        assertThat(later.seconds).isCloseTo(4, within(1e-3));
        assertThat(large.seconds).isCloseTo(4.5, within(1e-3));
        assertThat(uplink.busySeconds()).isCloseTo(4.5, within(1e-3));
    }

    @Test
    void beyondTheNumberAtOnceFlowsWaitForTheirTurn() {
        Uplink uplink = new Uplink(events, 1000, 1);
        OnePart first = new OnePart();
        OnePart second = new OnePart();
        uplink.begin(first, 1000);
        uplink.begin(second, 1000);
        runAll();

        assertThat(first.seconds).isCloseTo(1, within(1e-3));
        assertThat(second.seconds).isCloseTo(2, within(1e-3));
    }

    @Test
    void noFlowHasMoreThanItsOwnLimit() {
        Uplink uplink = new Uplink(events, 1000, 400, 0);
        OnePart alone = new OnePart();
        uplink.begin(alone, 400);
        runAll();
        OnePart[] four = {new OnePart(), new OnePart(), new OnePart(), new OnePart()};
        for (OnePart one : four) {
            uplink.begin(one, 500);
        }
        runAll();

        assertThat(alone.seconds).isCloseTo(1, within(1e-3));
        assertThat(four[3].seconds).as("they share what there is").isCloseTo(3, within(1e-3));
    }

    @Test
    void aFlowThatEndsLeavesItsShareToTheOthers() {
        Uplink uplink = new Uplink(events, 1000, 0);
        OnePart gone = new OnePart();
        OnePart other = new OnePart();
        uplink.begin(gone, 4000);
        uplink.begin(other, 1000);
        events.after(1_000_000_000L, () -> uplink.end(gone));
        runAll();

        assertThat(other.seconds).isCloseTo(1.5, within(1e-3));
        assertThat(gone.seconds).isZero();
    }

    @Test
    void aPipePassesAtItsRateAndBeginsBeforeAllHasCome() {
        Pipe pipe = new Pipe(1000);

        assertThat(pipe.pass(5_000_000_000L, 1000)).isEqualTo(5_000_000_000L);
        assertThat(pipe.pass(5_000_000_000L, 1000)).isEqualTo(6_000_000_000L);
        assertThat(pipe.freeNanos()).isEqualTo(6_000_000_000L);
        assertThat(pipe.bytes()).isEqualTo(2000);
    }
}
