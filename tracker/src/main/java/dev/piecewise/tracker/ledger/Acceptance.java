package dev.piecewise.tracker.ledger;

/** What became of a reported piece. */
public enum Acceptance {
    /** Its hash is known from now on, or known again after a re-read. */
    ACCEPTED,
    /** The same was reported under the same fence before; nothing changed. */
    REPEATED,
    /** The piece is not under that fence (any more); nothing changed but the byte counts. */
    STALE,
    /** It differs from the known hash; the piece left the lease, its bytes are wasted. */
    MISMATCH
}
