package dev.piecewise.tracker.lease;

import dev.piecewise.core.ByteRate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What all leases together may take from origins at once: reads, of which a lease has one open at a time, and bytes a second,
 * of which each lease has a share that its holder keeps to. A lease counts until its holder cannot be reading any more, which may
 * be later than its end. One that reads from other nodes only is never taken, and has neither.
 *
 * <p>Invariant: the shares are never more than the limit in sum. Not thread-safe.
 */
public final class OriginBudget {
    /** A read should not be slower than this only because others run beside it: it would hold a piece back for too long. */
    private static final long SMALLEST_SHARE = 1024 * 1024;

    private final Limits limits;
    private final Map<Long, Long> shares = new LinkedHashMap<>();
    private final Map<Long, Long> abandoned = new HashMap<>();
    private long given;
    private boolean wanted;

    /**
     * Of the whole cluster.
     *
     * @param reads at once, 1 or more
     * @param bytesPerSecond {@link ByteRate#UNLIMITED} for no limit
     */
    public record Limits(int reads, long bytesPerSecond) {
        public Limits {
            if (reads < 1) {
                throw new IllegalArgumentException(
                        "origins are not read by " + reads + " reads at once; allow 1 or more");
            }
        }

        /** 100 reads at once, as fast as they go. */
        public static Limits defaults() {
            return new Limits(100, ByteRate.UNLIMITED);
        }
    }

    public OriginBudget(Limits limits) {
        this.limits = limits;
    }

    private boolean isLimited() {
        return limits.bytesPerSecond() != ByteRate.UNLIMITED;
    }

    /** Whether one more read is allowed. */
    public boolean hasRead() {
        return shares.size() < limits.reads();
    }

    /** Whether there is a share for a lease that is to be granted now; if not, others will give some of theirs. */
    public boolean askForShare() {
        wanted = isLimited() && limits.bytesPerSecond() - given < smallestShare() * (1 + unshared());
        return !wanted;
    }

    private long smallestShare() {
        return Math.max(limits.bytesPerSecond() / limits.reads(), Math.min(SMALLEST_SHARE, limits.bytesPerSecond()));
    }

    private long unshared() {
        return shares.values().stream().filter(share -> share == 0).count();
    }

    /** Who waits for a share is asked anew: {@link #askForShare} tells. */
    public void nobodyWaits() {
        wanted = false;
    }

    /** Whether a lease is one of those that read origins. */
    public boolean isTaken(long fence) {
        return shares.containsKey(fence);
    }

    /**
     * Takes a live lease that turns to the origin; not if there is no read left, nor if there is a rate, for its holder knows no
     * share to keep to.
     */
    public boolean takeLate(long fence) {
        boolean may = hasRead() && !isLimited();
        if (may) {
            take(fence);
        }
        return may;
    }

    /** A lease was granted; it has its share after {@link #divide}. */
    public void take(long fence) {
        shares.put(fence, 0L);
    }

    /** Gives those that were taken since the last time equal shares of what is left. */
    public void divide() {
        long waiting = isLimited() ? unshared() : 0;
        if (waiting > 0) {
            long each = Math.max(1, (limits.bytesPerSecond() - given) / waiting);
            shares.replaceAll((fence, share) -> share == 0 ? each : share);
            given += each * waiting;
        }
    }

    /** Bytes a second that a live lease may read from the origin, {@link ByteRate#UNLIMITED} for no limit. */
    public long share(long fence) {
        return isLimited() ? shares.getOrDefault(fence, ByteRate.UNLIMITED) : ByteRate.UNLIMITED;
    }

    /** The same when its holder is told next: more if some is free, less if a lease waits for a share. */
    public long renewedShare(long fence) {
        Long share = shares.get(fence);
        if (!isLimited() || share == null) {
            return share(fence);
        }
        long free = limits.bytesPerSecond() - given;
        long renewed = share;
        if (wanted) {
            renewed = Math.min(share, Math.max(smallestShare(), limits.bytesPerSecond() / (shares.size() + 1)));
        } else if (share < limits.bytesPerSecond() / shares.size()) {
            renewed = share + Math.min(free, limits.bytesPerSecond() / shares.size() - share);
        }
        given += renewed - share;
        shares.put(fence, renewed);
        return renewed;
    }

    /** A lease is over, and so is its holder's reading. */
    public void release(long fence) {
        Long share = shares.remove(fence);
        abandoned.remove(fence);
        given -= share == null ? 0 : share;
    }

    /** A lease is over, but its holder reads on until it hears of that and says so, or to {@code untilNanos} at the latest. */
    public void abandon(long fence, long untilNanos) {
        if (shares.containsKey(fence)) {
            abandoned.put(fence, untilNanos);
        }
    }

    /** Releases those whose holders did not say so. */
    public void expire(long nowNanos) {
        if (!abandoned.isEmpty()) {
            Map.copyOf(abandoned).forEach((fence, untilNanos) -> {
                if (nowNanos - untilNanos >= 0) {
                    release(fence);
                }
            });
        }
    }
}
