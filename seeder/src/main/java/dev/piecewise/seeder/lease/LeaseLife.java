package dev.piecewise.seeder.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a lease may still be used. It ends by its deadline on this process's own monotonic clock, unless renewed, or
 * when it is stopped; whatever the holder is blocked in is then cut off.
 */
final class LeaseLife {
    /** Why a lease ended before its work was done. */
    enum End {
        /** It could not be renewed in time. */
        EXPIRED,
        /** The tracker gave it to someone else. */
        LOST,
        /** This process closes. */
        SHUTDOWN
    }

    /** The lease may not be used any more. */
    static final class Ended extends Exception {
        private static final long serialVersionUID = 1L;
        private final End end;

        Ended(End end) {
            super(end.name());
            this.end = end;
        }

        End end() {
            return end;
        }
    }

    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private long deadlineNanos;

    @GuardedBy("this")
    private @Nullable End end;

    @GuardedBy("this")
    private @Nullable Runnable cut;

    LeaseLife(LongSupplier nanoTime, long deadlineNanos) {
        this.nanoTime = nanoTime;
        this.deadlineNanos = deadlineNanos;
    }

    /** Moves the deadline; an ended lease stays ended. */
    synchronized void renew(long newDeadlineNanos) {
        if (newDeadlineNanos - deadlineNanos > 0) {
            deadlineNanos = newDeadlineNanos;
        }
    }

    /** Ends it, once, and cuts off what the holder is blocked in. */
    void stop(End why) {
        Runnable toCut;
        synchronized (this) {
            if (end != null) {
                return;
            }
            end = why;
            toCut = cut;
            notifyAll();
        }
        if (toCut != null) {
            toCut.run();
        }
    }

    /** Ends it if its deadline has passed. */
    void tick() {
        boolean passed;
        synchronized (this) {
            passed = end == null && nanoTime.getAsLong() - deadlineNanos >= 0;
        }
        if (passed) {
            stop(End.EXPIRED);
        }
    }

    /** @throws Ended if the lease may not be used any more */
    void check() throws Ended {
        tick();
        synchronized (this) {
            if (end != null) {
                throw new Ended(end);
            }
        }
    }

    /** What to do when the lease ends while the holder is blocked; replaces the former, {@code null} is nothing. */
    void onStop(@Nullable Runnable toCut) throws Ended {
        synchronized (this) {
            cut = toCut;
            if (end == null) {
                return;
            }
        }
        if (toCut != null) {
            toCut.run();
        }
        check();
    }

    /** Waits, less if the lease ends meanwhile. */
    void pause(Duration duration) throws Ended, InterruptedException {
        long until = nanoTime.getAsLong() + duration.toNanos();
        synchronized (this) {
            for (long left = duration.toNanos();
                    left > 0 && end == null && nanoTime.getAsLong() - deadlineNanos < 0;
                    left = until - nanoTime.getAsLong()) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, deadlineNanos - nanoTime.getAsLong()));
            }
        }
        check();
    }
}
