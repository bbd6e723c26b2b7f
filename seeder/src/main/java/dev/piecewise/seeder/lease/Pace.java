package dev.piecewise.seeder.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ByteRate;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps reads to a rate: who has read bytes is told how long to wait before anything else. Time in which nothing was read is
 * not made up for, but for the little that a wait takes too long. Several threads may share one.
 */
final class Pace {
    private static final long FEWEST_BYTES = 16 * 1024;
    private static final int READS_A_SECOND = 20;
    private static final long SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final LongSupplier nanoTime;
    private volatile long bytesPerSecond;

    @GuardedBy("this")
    private long paidNanos;

    /** @param bytesPerSecond {@link ByteRate#UNLIMITED} for no limit */
    Pace(long bytesPerSecond, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.bytesPerSecond = bytesPerSecond;
        this.paidNanos = nanoTime.getAsLong();
    }

    void change(long newBytesPerSecond) {
        bytesPerSecond = newBytesPerSecond;
    }

    boolean isLimited() {
        return bytesPerSecond != ByteRate.UNLIMITED;
    }

    /** How much of {@code count} bytes to read at once, so that waits are short. */
    int atMost(int count) {
        long rate = bytesPerSecond;
        return rate == ByteRate.UNLIMITED
                ? count
                : (int) Math.min(count, Math.max(FEWEST_BYTES, rate / READS_A_SECOND));
    }

    /** Bytes were read; gives the nanoseconds to wait, 0 or less for none. */
    long spent(int bytes) {
        long rate = bytesPerSecond;
        if (rate == ByteRate.UNLIMITED) {
            return 0;
        }
        synchronized (this) {
            long now = nanoTime.getAsLong();
            if (now - SLACK_NANOS - paidNanos > 0) {
                paidNanos = now - SLACK_NANOS;
            }
            paidNanos += (long) (bytes * (double) TimeUnit.SECONDS.toNanos(1) / rate);
            return paidNanos - now;
        }
    }
}
