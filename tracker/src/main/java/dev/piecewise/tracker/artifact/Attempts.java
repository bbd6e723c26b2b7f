package dev.piecewise.tracker.artifact;

import java.time.Duration;

/**
 * How often reading an artifact failed in a row. Leases that fail together count once: only one that was granted after
 * the last counted failure is another attempt. After each, the artifact rests for twice as long as before.
 */
final class Attempts {
    /** After so many failed attempts without a piece in between the artifact fails. */
    static final int MAX_FAILURES = 5;

    /** After so many pieces that differ from their known hash the artifact fails. */
    static final int MAX_MISMATCHES = 3;

    private int failures;
    private int mismatches;
    private long lastFailureNanos;
    private long pauseNanos;

    /** Counts the failure of a lease; whether it was the last one allowed. */
    boolean failed(long grantedNanos, long nowNanos, Duration firstPause) {
        if (failures > 0 && grantedNanos - lastFailureNanos <= 0) {
            return false;
        }
        pauseNanos = firstPause.toNanos() << failures;
        failures++;
        lastFailureNanos = nowNanos;
        return failures >= MAX_FAILURES;
    }

    /** Counts a mismatch; whether it was the last one allowed. */
    boolean mismatched() {
        mismatches++;
        return mismatches >= MAX_MISMATCHES;
    }

    /** A piece came in. */
    void progressed() {
        failures = 0;
    }

    boolean isResting(long nowNanos) {
        return failures > 0 && nowNanos - lastFailureNanos < pauseNanos;
    }

    void reset() {
        failures = 0;
        mismatches = 0;
    }
}
