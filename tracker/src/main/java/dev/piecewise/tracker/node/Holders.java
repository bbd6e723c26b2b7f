package dev.piecewise.tracker.node;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which live nodes hold which pieces of one artifact. Invariant: {@code counts[p]} nodes hold piece p, {@code nobody} has the
 * pieces whose count is 0, and {@code incomplete} the nodes that lack one. What a grant asks for is not counted anew. Not
 * thread-safe.
 */
public final class Holders {
    private final int pieceCount;
    private final int[] counts;
    private final BitSet nobody = new BitSet();
    private final Map<String, Entry> nodes = new HashMap<>();
    private final Set<String> incomplete = new LinkedHashSet<>();

    private static final class Entry {
        final String nodeId;
        final BitSet held = new BitSet();
        final BitSet reported = new BitSet();
        int heldCount;

        Entry(String nodeId) {
            this.nodeId = nodeId;
        }
    }

    public Holders(int pieceCount) {
        this.pieceCount = pieceCount;
        this.counts = new int[pieceCount];
        nobody.set(0, pieceCount);
    }

    /**
     * Takes a node's holdings as a whole. Pieces that it reported under a lease stay until it drops them by name: a whole
     * that was collected just before such a report must not undo it.
     */
    public void replace(String nodeId, BitSet whole) {
        Entry entry = entry(nodeId);
        BitSet wanted = (BitSet) whole.clone();
        wanted.or(entry.reported);
        for (int piece = 0; piece < pieceCount; piece++) {
            if (wanted.get(piece)) {
                add(entry, piece);
            } else {
                remove(entry, piece);
            }
        }
    }

    /** A node holds a piece; {@code piece} must be one of the artifact's. */
    public void add(String nodeId, int piece) {
        add(entry(nodeId), piece);
    }

    /** A node read, hashed and stored a piece under a lease. */
    public void reported(String nodeId, int piece) {
        Entry entry = entry(nodeId);
        entry.reported.set(piece);
        add(entry, piece);
    }

    /** A node no longer holds a piece. */
    public void drop(String nodeId, int piece) {
        Entry entry = entry(nodeId);
        entry.reported.clear(piece);
        remove(entry, piece);
    }

    /**
     * A node is gone.
     *
     * @return whether nobody is left that holds some of its pieces
     */
    public boolean forget(String nodeId) {
        int lostBefore = nobody.cardinality();
        Entry entry = nodes.remove(nodeId);
        if (entry != null) {
            for (int piece : entry.held.stream().toArray()) {
                remove(entry, piece);
            }
            incomplete.remove(nodeId);
        }
        return nobody.cardinality() > lostBefore;
    }

    /** Whether no live node holds some piece. */
    public boolean isSomeHeldByNobody() {
        return !nobody.isEmpty();
    }

    private Entry entry(String nodeId) {
        return nodes.computeIfAbsent(nodeId, id -> {
            if (pieceCount > 0) {
                incomplete.add(id);
            }
            return new Entry(id);
        });
    }

    private void add(Entry entry, int piece) {
        if (!entry.held.get(piece)) {
            entry.held.set(piece);
            entry.heldCount++;
            if (entry.heldCount == pieceCount) {
                incomplete.remove(entry.nodeId);
            }
            counts[piece]++;
            nobody.clear(piece);
        }
    }

    private void remove(Entry entry, int piece) {
        if (entry.held.get(piece)) {
            if (entry.heldCount == pieceCount) {
                incomplete.add(entry.nodeId);
            }
            entry.held.clear(piece);
            entry.heldCount--;
            counts[piece]--;
            if (counts[piece] == 0) {
                nobody.set(piece);
            }
        }
    }

    /** A copy of the set of pieces that no live node holds. */
    public BitSet heldByNobody() {
        return (BitSet) nobody.clone();
    }

    /** Live nodes that hold a piece. */
    public int holdersOf(int piece) {
        return counts[piece];
    }

    /** How many pieces a node holds. */
    public int heldBy(String nodeId) {
        Entry entry = nodes.get(nodeId);
        return entry == null ? 0 : entry.heldCount;
    }

    /** Up to so many of these live nodes that take part and lack a piece, those first that take part for longest. */
    public List<String> incomplete(Predicate<String> which, int atMost) {
        return incomplete.stream().filter(which).limit(atMost).toList();
    }

    /** Whether a live node takes part and lacks a piece. */
    public boolean isIncomplete(String nodeId) {
        return incomplete.contains(nodeId);
    }

    /** How many pieces each live node holds that takes part. */
    public Map<String, Integer> heldByNode() {
        Map<String, Integer> held = new HashMap<>();
        nodes.forEach((nodeId, entry) -> held.put(nodeId, entry.heldCount));
        return held;
    }

    /** How many of these contiguous pieces a node holds. */
    public int heldBy(String nodeId, int firstPiece, int endExclusive) {
        Entry entry = nodes.get(nodeId);
        return entry == null ? 0 : entry.held.get(firstPiece, endExclusive).cardinality();
    }

    /** Whether each of these contiguous pieces is held by a live node. */
    public boolean areHeld(int firstPiece, int endExclusive) {
        int lost = nobody.nextSetBit(firstPiece);
        return lost < 0 || lost >= endExclusive;
    }

    /** Live nodes that take part. */
    public int nodes() {
        return nodes.size();
    }

    /** Live nodes that hold every piece. */
    public int complete() {
        return nodes.size() - incomplete.size();
    }

    /** Whether a node that counts takes part and lacks a piece. */
    public boolean isMissedBy(Predicate<String> counting) {
        return incomplete.stream().anyMatch(counting);
    }
}
