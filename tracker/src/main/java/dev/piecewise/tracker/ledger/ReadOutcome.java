package dev.piecewise.tracker.ledger;

import java.util.Locale;

/** How one read of a piece ended. */
public enum ReadOutcome {
    LIVE,
    HASHED,
    RETURNED,
    EXPIRED,
    MISMATCH;

    /** As the API says it: lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
