package dev.piecewise.bench.simulate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.LongSupplier;

/** Simulated time, in nanoseconds, and what is to happen when. What is due at the same moment happens in the order it was asked for. */
final class Events implements LongSupplier {
    private static final long START = 1_000_000_000;

    private final Queue<Event> queue = new PriorityQueue<>();
    /** All travel for the same time, so they stand in order. */
    private final Deque<Event> messages = new ArrayDeque<>();

    private final long latencyNanos;
    private long now = START;
    private long count;

    private record Event(long nanos, long number, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return nanos != other.nanos ? Long.compare(nanos, other.nanos) : Long.compare(number, other.number);
        }
    }

    /** @param latencyNanos of a message, one way */
    Events(long latencyNanos) {
        this.latencyNanos = latencyNanos;
    }

    long now() {
        return now;
    }

    /** Since the simulation began. */
    double seconds() {
        return (now - START) / 1e9;
    }

    @Override
    public long getAsLong() {
        return now;
    }

    long latencyNanos() {
        return latencyNanos;
    }

    void at(long nanos, Runnable what) {
        queue.add(new Event(Math.max(now, nanos), count++, what));
    }

    void after(long nanos, Runnable what) {
        at(now + nanos, what);
    }

    /** When a message that is sent now arrives. */
    void message(Runnable arrives) {
        messages.add(new Event(now + latencyNanos, count++, arrives));
    }

    /** @return whether anything happened */
    boolean next() {
        Event other = queue.peek();
        Event message = messages.peek();
        boolean isMessage = other == null || (message != null && message.compareTo(other) < 0);
        Event event = isMessage ? messages.poll() : queue.poll();
        if (event == null) {
            return false;
        }
        now = event.nanos;
        event.what.run();
        return true;
    }

    /** Forgets what was to happen. */
    void clear() {
        queue.clear();
        messages.clear();
    }
}
