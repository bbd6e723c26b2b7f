package dev.piecewise.tracker.artifact;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How often reading an artifact failed in a row. Leases that fail together count once: only one that was granted after
 * the last counted failure is another attempt. The node that failed rests, each time for twice as long as before, while others
 * may try at once.
 */
final class Attempts {
    /** After so many failed attempts without a piece in between the artifact fails. */
    static final int MAX_FAILURES = 5;

    /** After so many pieces that differ from their known hash the artifact fails. */
    static final int MAX_MISMATCHES = 3;

    private static final int MAX_DOUBLINGS = 7;
    private static final long UNFIT_NANOS = Duration.ofMinutes(1).toNanos();
    private static final String EVERYBODY = "";

    private final Map<String, Rest> rests = new HashMap<>();
    private int failures;
    private int mismatches;
    private long lastFailureNanos;

    private record Rest(int failures, long fromNanos, long nanos) {
        boolean isOver(long nowNanos) {
            return nowNanos - fromNanos >= nanos;
        }
    }

    /** Counts the failure of a node's lease; whether it was the last one allowed. */
    boolean failed(String nodeId, long grantedNanos, long nowNanos, Duration firstPause) {
        Rest before = rests.getOrDefault(nodeId, new Rest(0, grantedNanos - 1, 0));
        if (grantedNanos - before.fromNanos() > 0) {
            long pause = firstPause.toNanos() << Math.min(before.failures(), MAX_DOUBLINGS);
            rests.put(nodeId, new Rest(before.failures() + 1, nowNanos, pause));
        }
        if (failures > 0 && grantedNanos - lastFailureNanos <= 0) {
            return false;
        }
        failures++;
        lastFailureNanos = nowNanos;
        return failures >= MAX_FAILURES;
    }

    /** The same where no node is to blame. */
    boolean failed(long grantedNanos, long nowNanos, Duration firstPause) {
        return failed(EVERYBODY, grantedNanos, nowNanos, firstPause);
    }

    /** A node is not set up to read it; whether none of those that there are is. */
    boolean markUnfit(String nodeId, Set<String> takers, long nowNanos) {
        rest(nodeId, nowNanos);
        return takers.stream().allMatch(taker -> {
            Rest rest = rests.get(taker);
            return rest != null && rest.failures() == 0 && !rest.isOver(nowNanos);
        });
    }

    /** A node failed, for which others can stand in. */
    void rest(String nodeId, long nowNanos) {
        rests.put(nodeId, new Rest(0, nowNanos, UNFIT_NANOS));
    }

    /** A node is gone. */
    void forget(String nodeId) {
        rests.remove(nodeId);
    }

    /** Counts a mismatch; whether it was the last one allowed. */
    boolean mismatched() {
        mismatches++;
        return mismatches >= MAX_MISMATCHES;
    }

    /** A piece came in. */
    void progressed(String nodeId) {
        failures = 0;
        rests.remove(nodeId);
        rests.remove(EVERYBODY);
    }

    /** Whether a node should not try now. */
    boolean isResting(String nodeId, long nowNanos) {
        return !rests.isEmpty() && (rests(nodeId, nowNanos) || rests(EVERYBODY, nowNanos));
    }

    private boolean rests(String who, long nowNanos) {
        Rest rest = rests.get(who);
        return rest != null && !rest.isOver(nowNanos);
    }

    void reset() {
        failures = 0;
        mismatches = 0;
        rests.clear();
    }
}
