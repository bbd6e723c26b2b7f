package dev.piecewise.cli.progress;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** How fast a counter grew in the last seconds. Not thread-safe. */
final class RecentRate {
    private static final long WINDOW_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();

    private record Sample(long nanos, long total) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /** The counter's value now. */
    void sample(long nanos, long total) {
        while (samples.size() > 1 && nanos - second().nanos() >= WINDOW_NANOS) {
            samples.remove();
        }
        if (samples.isEmpty() || samples.getLast().total() != total || samples.size() == 1) {
            samples.add(new Sample(nanos, total));
        }
    }

    private Sample second() {
        var all = samples.iterator();
        all.next();
        return all.next();
    }

    /** Per second, until now; empty while it is too early to tell. */
    OptionalLong perSecond(long nowNanos) {
        if (samples.isEmpty()) {
            return OptionalLong.empty();
        }
        Sample first = samples.getFirst();
        long span = nowNanos - first.nanos();
        return span < LEAST_NANOS
                ? OptionalLong.empty()
                : OptionalLong.of(Math.round(Math.max(0, samples.getLast().total() - first.total()) * 1e9 / span));
    }
}
