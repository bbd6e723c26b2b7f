package dev.piecewise.seeder.cluster;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, with a deadline far beyond what it should need. */
public final class Eventually {
    private static final long DEADLINE_NANOS = 20_000_000_000L;
    private static final long POLL_NANOS = 5_000_000L;

    private Eventually() {}

    public static void await(String what, BooleanSupplier condition) {
        long started = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - started > DEADLINE_NANOS) {
                throw new AssertionError("never happened: " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
