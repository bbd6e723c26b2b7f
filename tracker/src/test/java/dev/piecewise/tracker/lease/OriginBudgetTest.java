package dev.piecewise.tracker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ByteRate;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OriginBudgetTest {
    private static final long RATE = 20_000_000;
    private static final int READS = 12;

    /** Whatever happens in whatever order. */
    @Test
    void sharesNeverAddUpToMoreThanTheRateAndLeasesToNoMoreThanTheReads() {
        Random random = new Random(5);
        OriginBudget budget = new OriginBudget(new OriginBudget.Limits(READS, RATE));
        Map<Long, Long> told = new HashMap<>();
        long fence = 0;
        for (int step = 0; step < 20_000; step++) {
            switch (random.nextInt(3)) {
                case 0 -> {
                    long first = fence;
                    for (int i = random.nextInt(4); i >= 0 && budget.hasRead() && budget.askForShare(); i--) {
                        budget.take(fence++);
                    }
                    budget.divide();
                    for (long taken = first; taken < fence; taken++) {
                        told.put(taken, budget.share(taken));
                        assertThat(told.get(taken)).isGreaterThanOrEqualTo(RATE / READS);
                    }
                }
                case 1 -> any(random, told).ifPresent(lease -> told.put(lease, budget.renewedShare(lease)));
                default ->
                    any(random, told).ifPresent(lease -> {
                        budget.release(lease);
                        told.remove(lease);
                    });
            }
            assertThat(told).hasSizeLessThanOrEqualTo(READS);
            assertThat(told.values().stream().mapToLong(Long::longValue).sum()).isLessThanOrEqualTo(RATE);
        }
        assertThat(fence).isGreaterThan(5_000);
    }

    private static java.util.Optional<Long> any(Random random, Map<Long, Long> told) {
        return told.keySet().stream()
                .skip(told.isEmpty() ? 0 : random.nextInt(told.size()))
                .findFirst();
    }

    @Test
    void whatNobodyWaitsForAnyMoreGoesToThoseThatRead() {
        OriginBudget budget = new OriginBudget(new OriginBudget.Limits(READS, RATE));
        budget.take(1);
        budget.take(2);
        budget.divide();
        assertThat(budget.askForShare()).isFalse();
        budget.release(1);
        budget.nobodyWaits();
        assertThat(budget.renewedShare(2)).isEqualTo(RATE);
    }

    @Test
    void aLeaseThatTurnsToTheOriginLateNeedsARead() {
        OriginBudget budget = new OriginBudget(new OriginBudget.Limits(1, ByteRate.UNLIMITED));
        assertThat(budget.takeLate(1)).isTrue();
        assertThat(budget.takeLate(2)).isFalse();
        assertThat(budget.isTaken(1)).isTrue();
        assertThat(budget.isTaken(2)).isFalse();
        OriginBudget slow = new OriginBudget(new OriginBudget.Limits(1, RATE));
        assertThat(slow.takeLate(1)).as("its holder knows no share to keep to").isFalse();
    }

    @Test
    void whoIsAloneHasAllAndGivesHalfOfItToTheNext() {
        OriginBudget budget = new OriginBudget(new OriginBudget.Limits(READS, RATE));
        budget.take(1);
        budget.divide();
        assertThat(budget.share(1)).isEqualTo(RATE);
        assertThat(budget.askForShare()).isFalse();
        assertThat(budget.renewedShare(1)).isEqualTo(RATE / 2);
        assertThat(budget.askForShare()).isTrue();
        budget.take(2);
        budget.divide();
        assertThat(budget.share(2)).isEqualTo(RATE / 2);
        budget.release(1);
        assertThat(budget.renewedShare(2)).isEqualTo(RATE);
    }
}
