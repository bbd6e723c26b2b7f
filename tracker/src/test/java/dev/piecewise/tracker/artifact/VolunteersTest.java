package dev.piecewise.tracker.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Under a clock that the test moves. */
class VolunteersTest {
    private static final long MIB = 1024 * 1024;

    private final Volunteers volunteers = new Volunteers();
    private long now = -7;
    private long bytes;
    private int names;

    /** Time passes, while so much is read every second. */
    private void pass(int millis, int mibPerSecond, boolean readByOthers, boolean waiting) {
        for (int passed = 0; passed < millis; passed += 100) {
            now += Duration.ofMillis(100).toNanos();
            bytes += mibPerSecond * MIB / 10;
            volunteers.review(now, bytes, readByOthers, waiting);
            while (volunteers.room() > 0) {
                volunteers.choose("n" + names++);
            }
        }
    }

    private int chosen() {
        return volunteers.chosen().size();
    }

    @Test
    void oneReadsIfNobodyReadsForEverybodyAndItAloneWhileTheOthersAreBusy() {
        pass(30000, 10, false, false);
        assertThat(volunteers.chosen()).containsExactly("n0");
        volunteers.dismiss("n0");
        pass(100, 10, false, false);
        assertThat(volunteers.chosen()).containsExactly("n1");
    }

    @Test
    void whoReadsForEverybodyIsNotHelpedWhileNodesHaveEnoughToFetch() {
        pass(30000, 10, true, false);
        assertThat(chosen()).isZero();
    }

    @Test
    void whileNodesWaitAndMoreReadersBringMoreThereAreTwiceAsManyEachTime() {
        pass(1200, 10, true, true);
        assertThat(chosen()).isZero();
        pass(500, 10, true, true);
        assertThat(chosen()).isEqualTo(1);
        pass(1500, 20, true, true);
        assertThat(chosen()).isEqualTo(2);
        pass(1500, 30, true, true);
        assertThat(chosen()).isEqualTo(4);
        pass(10000, 50, true, false);
        assertThat(chosen()).isEqualTo(4);
    }

    @Test
    void whatBringsNothingEndsAndIsTriedAgainLater() {
        pass(1700, 10, true, true);
        assertThat(chosen()).isEqualTo(1);
        pass(1600, 11, true, true);
        assertThat(chosen()).isZero();
        pass(9000, 10, true, true);
        assertThat(chosen()).isZero();
        pass(1500, 10, true, true);
        assertThat(chosen()).isEqualTo(1);
    }

    @Test
    void fromOneToNobodyItNeverGoesWhereNobodyElseReads() {
        pass(1700, 10, false, true);
        assertThat(chosen()).isEqualTo(2);
        pass(1600, 10, false, true);
        assertThat(chosen()).isEqualTo(1);
    }
}
