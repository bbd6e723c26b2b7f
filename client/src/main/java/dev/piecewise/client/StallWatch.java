package dev.piecewise.client;

import java.time.Duration;
import java.util.function.LongSupplier;

/** For how long some numbers have not changed. For one thread. */
final class StallWatch {
    private final LongSupplier nanoTime;
    private long changedNanos;
    private long last;

    StallWatch(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.changedNanos = nanoTime.getAsLong();
    }

    /** Tells the numbers as they are now, summed: each only grows. */
    void observe(long sum) {
        if (sum != last) {
            last = sum;
            changedNanos = nanoTime.getAsLong();
        }
    }

    Duration idle() {
        return Duration.ofNanos(nanoTime.getAsLong() - changedNanos);
    }
}
