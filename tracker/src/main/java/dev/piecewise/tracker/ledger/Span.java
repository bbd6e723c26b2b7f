package dev.piecewise.tracker.ledger;

/**
 * A range of bytes of one object of an artifact.
 *
 * @param object index of the object in the artifact
 * @param first first byte within the object
 * @param endExclusive one past the last byte
 */
public record Span(int object, long first, long endExclusive) {
    public Span {
        if (first < 0 || endExclusive <= first) {
            throw new IllegalArgumentException("no bytes in " + first + " to " + endExclusive);
        }
    }

    /** The last byte, inclusive, as HTTP's {@code Range} counts. */
    public long last() {
        return endExclusive - 1;
    }
}
