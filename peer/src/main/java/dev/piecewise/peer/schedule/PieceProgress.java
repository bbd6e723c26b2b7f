package dev.piecewise.peer.schedule;

import dev.piecewise.core.PieceLength;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far a piece that is being fetched has come, in units of 16 KiB. A unit is <em>taken</em> exactly while someone owes it
 * or after it arrived; a unit marked otherwise would never be fetched.
 */
public final class PieceProgress {
    private final int index;
    private final int length;
    private final int unitCount;
    private final BitSet taken = new BitSet();
    private final BitSet arrived = new BitSet();
    private final BitSet recorded = new BitSet();
    private final byte[] owed;
    private final Set<PeerState> sources = new HashSet<>();
    /** After a bad hash of several sources' units: the one peer that may send the piece this time. */
    private @Nullable PeerState only;

    private int attempt;
    private boolean resumed;

    /** @param written units that an earlier run left; the last one is fetched again if they are all, so that the piece ends */
    PieceProgress(int index, int length, BitSet written) {
        this.index = index;
        this.length = length;
        this.unitCount = (length + PieceLength.BLOCK_BYTES - 1) / PieceLength.BLOCK_BYTES;
        this.owed = new byte[unitCount];
        this.resumed = !written.isEmpty();
        arrived.or(written);
        arrived.clear(
                written.cardinality() == unitCount ? unitCount - 1 : unitCount, Math.max(unitCount, written.length()));
        taken.or(arrived);
        recorded.or(arrived);
    }

    public int index() {
        return index;
    }

    /** In bytes. */
    public int length() {
        return length;
    }

    /** Whether every unit arrived. */
    public boolean hasArrived() {
        return arrived.cardinality() == unitCount;
    }

    /** Grows whenever all that arrived is thrown away, and when the piece is given up. */
    public int attempt() {
        return attempt;
    }

    /** Whether units of an earlier run are part of it, which nobody here can be blamed for. */
    public boolean isResumed() {
        return resumed;
    }

    /** How many bytes from the start on arrived. */
    public int arrivedInOrder() {
        return nextLacking(0, length);
    }

    /** Units that arrived since this was asked the last time. */
    public BitSet newlyArrived() {
        BitSet units = (BitSet) arrived.clone();
        units.andNot(recorded);
        recorded.or(units);
        return units;
    }

    /** Who sent parts of it, parts of units that never arrived included. */
    public Set<PeerState> sources() {
        return sources;
    }

    /** Whether these bytes of the piece are still to come; both ends in one unit. */
    public boolean lacks(int offset) {
        return !arrived.get(offset / PieceLength.BLOCK_BYTES);
    }

    /** The first byte from {@code offset} on that arrived already, at most {@code end}. */
    public int nextArrived(int offset, int end) {
        int unit = arrived.nextSetBit(offset / PieceLength.BLOCK_BYTES);
        return unit < 0 ? end : (int) Math.min(end, Math.max(offset, (long) unit * PieceLength.BLOCK_BYTES));
    }

    /** The first byte from {@code offset} on that is still to come, at most {@code end}. */
    public int nextLacking(int offset, int end) {
        int unit = arrived.nextClearBit(offset / PieceLength.BLOCK_BYTES);
        return (int) Math.min(end, Math.max(offset, (long) unit * PieceLength.BLOCK_BYTES));
    }

    boolean isAllowed(PeerState peer) {
        return only == null || only == peer;
    }

    void onlyFrom(@Nullable PeerState peer) {
        only = peer;
    }

    void left(PeerState peer) {
        if (only == peer) {
            only = null;
        }
    }

    /** Nobody owes any of it, and nobody sent a byte: it can be forgotten, as no bytes of it are being hashed. */
    boolean isUntouched() {
        return taken.isEmpty() && sources.isEmpty();
    }

    /** Whether a part of it is there, and nobody owes the rest. */
    boolean isAbandoned() {
        return !arrived.isEmpty() && taken.cardinality() == arrived.cardinality() && !hasArrived();
    }

    /** A unit that nobody was asked for, or -1. */
    int nextFree() {
        int unit = taken.nextClearBit(0);
        return unit < unitCount ? unit : -1;
    }

    /** A unit that did not arrive, from {@code from} on, or -1. */
    int nextLate(int from) {
        int unit = arrived.nextClearBit(from);
        return unit < unitCount ? unit : -1;
    }

    /** How many free units follow each other from {@code from} on, at most {@code max}. */
    int freeRun(int from, int max) {
        int end = taken.nextSetBit(from);
        return Math.min(max, (end < 0 ? unitCount : Math.min(end, unitCount)) - from);
    }

    boolean isArrived(int unit) {
        return arrived.get(unit);
    }

    int owed(int unit) {
        return owed[unit];
    }

    void take(BlockRequest request) {
        for (int unit = request.firstUnit(); unit < request.firstUnit() + request.units(); unit++) {
            owed[unit]++;
            taken.set(unit);
        }
    }

    /** The peer owes this no longer: whatever did not arrive is free, unless someone else owes it. */
    void giveBack(BlockRequest request) {
        if (!request.isCurrent()) {
            return;
        }
        for (int unit = request.firstUnit(); unit < request.firstUnit() + request.units(); unit++) {
            if (--owed[unit] == 0 && !arrived.get(unit)) {
                taken.clear(unit);
            }
        }
    }

    void arrive(int unit) {
        arrived.set(unit);
    }

    int unitLength(int unit) {
        return Math.min(PieceLength.BLOCK_BYTES, length - unit * PieceLength.BLOCK_BYTES);
    }

    /** Forgets everything that arrived and everybody who owes. */
    void restart() {
        attempt++;
        resumed = false;
        recorded.clear();
        taken.clear();
        arrived.clear();
        sources.clear();
        Arrays.fill(owed, (byte) 0);
    }
}
