package dev.piecewise.peer.store;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Which units of 16 KiB of unfinished pieces were written; of each such piece there is at least one. Not thread-safe. */
final class WrittenUnits {
    private static final int MOST_UNITS = PieceLength.MAX_BYTES / PieceLength.BLOCK_BYTES;

    private final Map<Integer, BitSet> pieces = new TreeMap<>();

    /** A copy, by piece. */
    Map<Integer, BitSet> copy() {
        Map<Integer, BitSet> copy = new HashMap<>();
        pieces.forEach((piece, units) -> copy.put(piece, (BitSet) units.clone()));
        return copy;
    }

    boolean contains(int piece) {
        return pieces.containsKey(piece);
    }

    void add(int piece, BitSet units) {
        if (!units.isEmpty()) {
            pieces.computeIfAbsent(piece, none -> new BitSet()).or(units);
        }
    }

    void forget(int piece) {
        pieces.remove(piece);
    }

    /** Forgets these pieces, and units that the layout does not have. */
    void retain(PieceLayout layout, BitSet without) {
        pieces.keySet().removeIf(piece -> !layout.contains(piece) || without.get(piece));
        pieces.forEach((piece, units) -> units.clear(
                (layout.lengthOf(piece) + PieceLength.BLOCK_BYTES - 1) / PieceLength.BLOCK_BYTES, MOST_UNITS));
        pieces.values().removeIf(BitSet::isEmpty);
    }

    void forEach(BiConsumer<Integer, BitSet> action) {
        pieces.forEach(action);
    }

    /** Runs of units, first and last: {@code 0-811 900-900}. */
    static String text(BitSet units) {
        List<String> runs = new ArrayList<>();
        for (int first = units.nextSetBit(0); first >= 0; ) {
            int end = units.nextClearBit(first);
            runs.add(first + "-" + (end - 1));
            first = units.nextSetBit(end);
        }
        return String.join(" ", runs);
    }

    /** @throws IllegalArgumentException unless the runs are from {@link #text} */
    static BitSet parse(Collection<String> runs) {
        BitSet units = new BitSet();
        for (String run : runs) {
            int dash = run.indexOf('-');
            int first = Integer.parseInt(run.substring(0, Math.max(0, dash)));
            int last = Integer.parseInt(run.substring(dash + 1));
            if (first < 0 || last < first || last >= MOST_UNITS) {
                throw new IllegalArgumentException("no run of units: " + run);
            }
            units.set(first, last + 1);
        }
        return units;
    }
}
