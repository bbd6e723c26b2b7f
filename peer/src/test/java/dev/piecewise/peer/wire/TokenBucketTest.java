package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void withoutALimitEverythingIsAvailable() {
        TokenBucket bucket = new TokenBucket(0, nanos::get);
        bucket.take(Integer.MAX_VALUE);
        assertThat(bucket.available()).isEqualTo(Integer.MAX_VALUE);
        assertThat(bucket.waitNanos()).isZero();
    }

    @Test
    void aDebtIsPaidBeforeMoreIsAvailable() {
        TokenBucket bucket = new TokenBucket(1_000_000, nanos::get);
        bucket.take(bucket.available() + 500_000);
        nanos.addAndGet(400_000_000);
        assertThat(bucket.available()).isZero();
        nanos.addAndGet(bucket.waitNanos());
        assertThat(bucket.available()).isPositive();
    }

    /** Takers ask when they like and for what they like; two torrents share what the process may. */
    @Property(tries = 200)
    void inNoWindowMorePassesThanTheRateAllowsAndABusyTakerGetsAllOfIt(
            @ForAll @LongRange(min = 16_384, max = 1_000_000_000) long rate, @ForAll long seed) {
        Random random = new Random(seed);
        TokenBucket process = new TokenBucket(rate, nanos::get);
        List<RateLimit> torrents = List.of(
                new RateLimit(new TokenBucket(rate / 2 + 1, nanos::get), process),
                new RateLimit(new TokenBucket(0, nanos::get), process));
        long[] taken = new long[2];
        long largest = 0;
        long start = nanos.get();
        for (int step = 0; step < 2_000; step++) {
            int index = random.nextInt(2);
            RateLimit limit = torrents.get(index);
            int available = limit.available();
            if (available > 0) {
                int portion = 1 + random.nextInt(Math.min(available, 256 * 1024));
                limit.take(portion);
                taken[index] += portion;
                largest = Math.max(largest, portion);
            } else {
                nanos.addAndGet(Math.min(limit.waitNanos(), 1 + random.nextLong(5_000_000)));
            }
        }
        double seconds = (nanos.get() - start) * 1e-9;
        double burst = Math.max(16_384, rate * 0.1);
        assertThat((double) taken[0] + taken[1]).isLessThanOrEqualTo(rate * seconds + burst + largest + 1);
        assertThat((double) taken[0]).isLessThanOrEqualTo((rate / 2 + 1) * seconds + burst + largest + 1);
    }

    @Test
    void whoeverTakesAllThatThereIsGetsTheWholeRate() {
        TokenBucket bucket = new TokenBucket(10_000_000, nanos::get);
        long taken = 0;
        while (nanos.get() < 10_000_000_000L) {
            int portion = Math.min(bucket.available(), 256 * 1024);
            bucket.take(portion);
            taken += portion;
            nanos.addAndGet(Math.max(100_000, bucket.waitNanos()));
        }
        assertThat(taken).isBetween(99_000_000L, 101_500_000L);
    }

    @Test
    void whoeverWaitsIsHeldToTheRateWithTheOthers() throws Exception {
        long rate = 64_000_000;
        TokenBucket bucket = new TokenBucket(rate, () -> nanos.addAndGet(500_000)); // each look takes a while
        long taken = 0;
        while (taken < rate) {
            bucket.await(128 * 1024);
            taken += 128 * 1024;
        }
        assertThat(nanos.get()).isGreaterThan(850_000_000L);
    }

    @Test
    void whatIsNotUsedIsLostButForALittle() {
        TokenBucket bucket = new TokenBucket(1_000_000, nanos::get);
        nanos.addAndGet(60_000_000_000L);
        assertThat(bucket.available()).isEqualTo(100_000);
    }
}
