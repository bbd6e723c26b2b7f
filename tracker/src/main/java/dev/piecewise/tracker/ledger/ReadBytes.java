package dev.piecewise.tracker.ledger;

import org.jspecify.annotations.Nullable;

/**
 * Body bytes that were read under a lease so far, in total.
 *
 * @param fromOrigin from the origin
 * @param fromHolders from nodes that hold the same bytes under another artifact
 */
public record ReadBytes(long fromOrigin, long fromHolders) {
    /** Nothing, or nothing that is known. */
    public static final ReadBytes NONE = new ReadBytes(0, 0);

    /** Nothing from holders. */
    public static ReadBytes ofOrigin(long bytes) {
        return new ReadBytes(bytes, 0);
    }

    /** @param fromHolders none if absent, as in files of earlier releases */
    public static ReadBytes of(long fromOrigin, @Nullable Long fromHolders) {
        return new ReadBytes(fromOrigin, fromHolders == null ? 0 : fromHolders);
    }
}
