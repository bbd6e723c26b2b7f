package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
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

    @Test
    void whatIsNotUsedIsLostButForALittle() {
        TokenBucket bucket = new TokenBucket(1_000_000, nanos::get);
        nanos.addAndGet(60_000_000_000L);
        assertThat(bucket.available()).isEqualTo(100_000);
    }
}
