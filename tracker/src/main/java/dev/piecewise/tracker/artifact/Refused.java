package dev.piecewise.tracker.artifact;

/** A request that is well formed and cannot be granted as things stand. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The lease is over. */
        STALE_FENCE,
        /** A reported hash differs from the known one. */
        HASH_MISMATCH,
        /** The node never registered, or is counted as dead. */
        UNKNOWN_NODE,
        /** The artifact has no torrent (yet). */
        NO_TORRENT,
        /** A torrent to register is not that of the origin's present version. */
        TORRENT_DIFFERS
    }

    private final Reason reason;

    Refused(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
