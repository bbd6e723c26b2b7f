package dev.piecewise.seeder.cluster;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before trying again: doubling from a first delay to a longest, each halved at random at most. */
public final class Backoff {
    private static final int MAX_DOUBLINGS = 16;

    private final Duration first;
    private final Duration longest;
    private final RandomGenerator random;
    private int failures;

    /** @param random spreads those that failed at the same moment */
    public Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.first = first;
        this.longest = longest;
        this.random = random;
    }

    /** Failures since the start or the last {@link #reset}. */
    public int failures() {
        return failures;
    }

    /** Something worked. */
    public void reset() {
        failures = 0;
    }

    /** Counts a failure; gives how long to wait. */
    public Duration next() {
        long nanos = Math.min(first.toNanos() << Math.min(failures, MAX_DOUBLINGS), longest.toNanos());
        failures++;
        return Duration.ofNanos(nanos / 2 + (long) (random.nextDouble() * (nanos / 2.0)));
    }
}
