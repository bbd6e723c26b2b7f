package dev.piecewise.seeder.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The best rate of a counter over a second or a little more. */
final class PeakRate {
    private static final long WINDOW_NANOS = Duration.ofSeconds(1).toNanos();

    private record Sample(long nanos, long total) {}

    /** Younger than a window. */
    private final Deque<Sample> young = new ArrayDeque<>();

    /** The youngest that is as old as a window, or the first of all. */
    private @Nullable Sample start;

    private double best;

    /** The counter's value now. */
    void sample(long nanos, long total) {
        young.add(new Sample(nanos, total));
        while (start == null || (!young.isEmpty() && nanos - young.element().nanos() >= WINDOW_NANOS)) {
            start = young.remove();
        }
        long span = nanos - start.nanos();
        if (span >= WINDOW_NANOS) {
            best = Math.max(best, (total - start.total()) * 1e9 / span);
        }
    }

    /** Bytes per second; 0 until there was a window. */
    double best() {
        return best;
    }
}
