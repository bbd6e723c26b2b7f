package dev.piecewise.tracker.ledger;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one object version, shared by all artifacts that contain it: each is unread, leased or held.
 *
 * <p>Invariant: leased ranges never overlap, whoever leased them, so no byte is ever under two live leases. Held ranges are
 * bytes that some piece's accepted hash covers; a byte that is read again is leased until that read ends.
 *
 * <p>While one artifact reads it, the others wait: then they take its bytes from that one's holders, and they leave the origin
 * once. Nobody waits in a circle: who begins to read waits only for artifacts that began before, or takes over what they have not
 * touched, but only if it then waits for nobody.
 */
public final class VersionBytes {
    /** What a byte is. */
    public enum ByteState {
        UNREAD,
        LEASED,
        HELD
    }

    private final TreeMap<Long, Long> leased = new TreeMap<>();
    private final TreeMap<Long, Long> held = new TreeMap<>();
    private @Nullable PieceLedger reader;
    private BooleanSupplier reading = () -> false;

    /**
     * An artifact that begins to read its objects reserves them, as far as others that are reading leave them to it.
     *
     * @param versions all its objects
     * @param reading whether it still is
     */
    public static void reserve(List<VersionBytes> versions, PieceLedger reader, BooleanSupplier reading) {
        boolean takesOver = versions.stream().allMatch(version -> !version.isReserved() || version.isUntouched());
        for (VersionBytes version : versions) {
            if (takesOver || !version.isReserved()) {
                version.reader = reader;
                version.reading = reading;
            }
        }
    }

    private boolean isReserved() {
        return reader != null && reading.getAsBoolean();
    }

    private boolean isUntouched() {
        return leased.isEmpty() && held.isEmpty();
    }

    /** Whether another artifact is reading it first. */
    boolean isReservedFrom(PieceLedger other) {
        return reader != other && isReserved();
    }

    /** Whether any byte from {@code first} to before {@code end} is under a live lease. */
    public boolean isLeased(long first, long end) {
        return overlaps(leased, first, end);
    }

    /** Puts a range under a lease; none of it may be under one. */
    void lease(long first, long end) {
        if (isLeased(first, end)) {
            throw new IllegalStateException("bytes " + first + " to " + end + " are leased already");
        }
        leased.put(first, end);
    }

    /** Ends the lease of exactly this range. */
    void release(long first, long end) {
        if (!leased.remove(first, end)) {
            throw new IllegalStateException("bytes " + first + " to " + end + " are not one lease");
        }
    }

    /** Declares a range as held. */
    void hold(long first, long end) {
        long from = first;
        long to = end;
        Map.Entry<Long, Long> before = held.floorEntry(from);
        if (before != null && before.getValue() >= from) {
            from = before.getKey();
            to = Math.max(to, before.getValue());
        }
        Map.Entry<Long, Long> inside = held.ceilingEntry(from);
        while (inside != null && inside.getKey() <= to) {
            to = Math.max(to, inside.getValue());
            held.remove(inside.getKey());
            inside = held.ceilingEntry(from);
        }
        held.put(from, to);
    }

    /** What the byte at this offset is. */
    public ByteState at(long offset) {
        if (overlaps(leased, offset, offset + 1)) {
            return ByteState.LEASED;
        }
        return overlaps(held, offset, offset + 1) ? ByteState.HELD : ByteState.UNREAD;
    }

    private static boolean overlaps(NavigableMap<Long, Long> ranges, long first, long end) {
        Map.Entry<Long, Long> before = ranges.lowerEntry(end);
        return before != null && before.getValue() > first;
    }
}
