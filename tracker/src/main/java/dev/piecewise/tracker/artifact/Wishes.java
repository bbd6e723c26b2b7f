package dev.piecewise.tracker.artifact;

import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pieces that somebody waits for. A wish lapses, so that one who died does not have bytes read for nobody. */
final class Wishes {
    private static final long LAPSE_NANOS = Duration.ofSeconds(30).toNanos();

    private final Map<Integer, Long> deadlines = new HashMap<>();

    void ask(List<Integer> pieces, long nowNanos) {
        pieces.forEach(piece -> deadlines.put(piece, nowNanos + LAPSE_NANOS));
    }

    /** Whether there are none, not even any that lapsed. */
    boolean isEmpty() {
        return deadlines.isEmpty();
    }

    /** Those that are wanted now. */
    BitSet pieces(long nowNanos) {
        deadlines.values().removeIf(deadline -> nowNanos - deadline >= 0);
        BitSet pieces = new BitSet();
        deadlines.keySet().forEach(pieces::set);
        return pieces;
    }
}
