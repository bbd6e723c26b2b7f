package dev.piecewise.bench.crowd;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What is to happen when, in real time. */
final class Timeline {
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::number));
    private final long startedNanos = System.nanoTime();
    private final Delays late;
    private long number;

    private record Event(long nanos, long number, Runnable action) {}

    /** @param late takes how late each action was */
    Timeline(Delays late) {
        this.late = late;
    }

    /** Since this began. */
    long nowNanos() {
        return System.nanoTime() - startedNanos;
    }

    void after(double seconds, Runnable action) {
        events.add(new Event(nowNanos() + (long) (seconds * 1e9), number++, action));
    }

    /** Does what is due; gives how many milliseconds nothing is, 1 to 100. */
    long run() {
        for (Event next = events.peek(); next != null && next.nanos() <= nowNanos(); next = events.peek()) {
            events.remove();
            late.add(nowNanos() - next.nanos());
            next.action().run();
        }
        Event next = events.peek();
        return next == null ? 100 : Math.min(100, Math.max(1, (next.nanos() - nowNanos()) / 1_000_000));
    }
}
