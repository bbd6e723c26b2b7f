package dev.piecewise.tracker.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Under a clock that the test moves. */
class VolunteersTest {
    private static final long MIB = 1024 * 1024;

    private final Volunteers volunteers = new Volunteers(MIB);
    private long now = -7;
    private long bytes;
    private long held;
    private long late;
    private int lateMibPerSecond = 1000;
    private int names;

    /** Time passes, while so much is read every second, and each node receives that. */
    private void pass(int millis, int mibPerSecond, boolean readByOthers, boolean waiting) {
        pass(millis, mibPerSecond, mibPerSecond, readByOthers, waiting);
    }

    private void pass(int millis, int mibPerSecond, int received, boolean readByOthers, boolean waiting) {
        for (int passed = 0; passed < millis; passed += 100) {
            now += Duration.ofMillis(100).toNanos();
            bytes += mibPerSecond * MIB / 10;
            held += received * MIB / 10;
            late = Math.min(held, late + lateMibPerSecond * MIB / 10);
            volunteers.review(
                    now,
                    bytes,
                    passed % 1000 == 0 ? List.of() : List.of("a", "b", "late"),
                    node -> node.equals("late") ? late : held,
                    readByOthers,
                    waiting);
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
        pass(1500, 10, true, true);
        assertThat(chosen()).isZero();
        pass(100, 10, true, true);
        assertThat(chosen()).isEqualTo(2);
        pass(3000, 20, true, true);
        assertThat(chosen()).isEqualTo(4);
        pass(3000, 30, true, true);
        assertThat(chosen()).isEqualTo(8);
        pass(10000, 50, true, false);
        assertThat(chosen()).isEqualTo(8);
    }

    @Test
    void whatIsReadFasterAndReceivedNoFasterEndsAndIsTriedAgainLater() {
        pass(1600, 10, true, true);
        assertThat(chosen()).isEqualTo(2);
        pass(4400, 20, 10, true, true);
        assertThat(chosen()).isEqualTo(2);
        pass(100, 20, 10, true, true);
        assertThat(chosen()).isZero();
        pass(9000, 10, true, true);
        assertThat(chosen()).isZero();
        pass(1500, 10, true, true);
        assertThat(chosen()).isEqualTo(2);
    }

    @Test
    void whoCameLateAndCatchesUpIsNoReasonForMore() {
        lateMibPerSecond = 0;
        pass(9000, 10, true, false);
        pass(1600, 10, true, true);
        assertThat(chosen()).isEqualTo(2);
        lateMibPerSecond = 60;
        pass(4500, 10, true, true);
        assertThat(chosen()).isZero();
    }

    /** What is read by more is with the others after a second or two. */
    @Test
    void whatComesLateInATrialCounts() {
        pass(1600, 10, true, true);
        pass(3000, 20, 5, true, true);
        pass(1500, 20, 20, true, true);
        assertThat(chosen()).isEqualTo(4);
    }

    @Test
    void fromOneToNobodyItNeverGoesWhereNobodyElseReads() {
        pass(1700, 10, false, true);
        assertThat(chosen()).isEqualTo(2);
        pass(4500, 10, false, true);
        assertThat(chosen()).isEqualTo(1);
    }

    @Test
    void ratesAreMeasuredFromTheFirstPieceOn() {
        pass(1400, 0, true, true);
        pass(1400, 10, true, true);
        assertThat(chosen()).isZero();
        pass(200, 10, true, true);
        assertThat(chosen()).isEqualTo(2);
        pass(4500, 11, true, true);
        assertThat(chosen()).isZero();
    }

    @Test
    void whereNothingIsReadForAWindowOthersTry() {
        pass(1600, 0, true, true);
        assertThat(chosen()).isEqualTo(2);
        pass(10000, 10, true, false);
        assertThat(chosen()).isEqualTo(2);
    }
}
