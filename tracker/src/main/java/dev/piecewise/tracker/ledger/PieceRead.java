package dev.piecewise.tracker.ledger;

/**
 * One read of one piece.
 *
 * @param nodeId by whom
 * @param fence under which lease
 * @param at ISO-8601 instant of the grant
 * @param outcome how it ended
 */
public record PieceRead(String nodeId, long fence, String at, ReadOutcome outcome) {
    PieceRead ended(ReadOutcome end) {
        return new PieceRead(nodeId, fence, at, end);
    }
}
