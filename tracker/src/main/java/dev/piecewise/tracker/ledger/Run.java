package dev.piecewise.tracker.ledger;

/**
 * Contiguous pieces.
 *
 * @param firstPiece the first of them
 * @param pieceCount how many, at least one
 */
public record Run(int firstPiece, int pieceCount) {
    /** One past the last piece. */
    public int endExclusive() {
        return firstPiece + pieceCount;
    }
}
