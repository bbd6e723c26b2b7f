package dev.piecewise.seeder.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Lets the first reads of an artifact begin one after the other, the next when another piece is here or after a moment: read side by side over
 * one link, the first pieces would all come late, and all at once. Thread-safe.
 */
final class Ramp {
    private static final Duration STEP = Duration.ofMillis(60);

    private final int leases;
    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private final Map<ArtifactId, Beginning> beginnings = new HashMap<>();

    private static final class Beginning {
        final long sinceNanos;
        int begun;
        int live;
        int pieces;

        Beginning(long sinceNanos) {
            this.sinceNanos = sinceNanos;
        }
    }

    /** @param leases that are read side by side in the end */
    Ramp(int leases, LongSupplier nanoTime) {
        this.leases = leases;
        this.nanoTime = nanoTime;
    }

    /** Waits for its turn, not for long; {@link #left} must follow. */
    synchronized void entered(ArtifactId id) throws InterruptedException {
        Beginning of = beginnings.computeIfAbsent(id, absent -> new Beginning(nanoTime.getAsLong()));
        int before = Math.min(of.begun++, leases - 1);
        of.live++;
        long until = of.sinceNanos + before * STEP.toNanos();
        try {
            for (long left = until - nanoTime.getAsLong();
                    left > 0 && of.pieces < before;
                    left = until - nanoTime.getAsLong()) {
                wait(Math.max(1, left / 1_000_000));
            }
        } catch (InterruptedException e) {
            left(id);
            throw e;
        }
    }

    /** A piece is here. */
    synchronized void piece(ArtifactId id) {
        Beginning of = beginnings.get(id);
        if (of != null && of.pieces++ < leases) {
            notifyAll();
        }
    }

    /** It is read no longer under a lease. */
    synchronized void left(ArtifactId id) {
        Beginning of = beginnings.get(id);
        if (of != null && --of.live == 0) {
            beginnings.remove(id);
        }
    }
}
