package dev.piecewise.trackerclient.api;

import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/leases/ID/return}: ends a lease; pieces not reported become unread again.
 *
 * @param bytesRead body bytes read from the origin under it in total; those not reported as pieces count as wasted
 * @param bytesFromHolders the same of those read from other nodes' web seeds
 * @param error why it ended early, one line; {@code null} when it is done or the holder shuts down
 * @param errorKind a {@link dev.piecewise.core.fault.PiecewiseFault.Kind}: {@code NOT_FOUND} and {@code DENIED} fail the
 *     artifact, {@code FAILED} lets another holder try a few times; or {@link #VERSION_GONE}, {@link #HASH_MISMATCH} or
 *     {@link #NOT_FROM_HERE}
 */
public record LeaseReturn(
        long fence, long bytesRead, long bytesFromHolders, @Nullable String error, @Nullable String errorKind) {
    /** Everything came from the origin. */
    public LeaseReturn(long fence, long bytesRead, @Nullable String error, @Nullable String errorKind) {
        this(fence, bytesRead, 0, error, errorKind);
    }

    /** {@code errorKind}: the origin no longer has that version (412); fails the artifact at once. */
    public static final String VERSION_GONE = "VERSION_GONE";

    /** {@code errorKind}: bytes differ from their known hash; after some such reads the artifact fails. */
    public static final String HASH_MISMATCH = "HASH_MISMATCH";

    /** {@code errorKind}: this holder is not set up for that origin; others may be. */
    public static final String NOT_FROM_HERE = "NOT_FROM_HERE";
}
