package dev.piecewise.trackerclient.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/artifacts/ID/ledger}: who read what, when; the proof of "once".
 *
 * @param originBytes all body bytes reported as read from the origin
 * @param holderBytes all body bytes reported as read from nodes that held them under another artifact; not in {@code originBytes}
 * @param wastedBytes of {@code originBytes}, bytes read under leases that died or that were given back unfinished
 * @param rereadBytes of those, bytes of pieces that were hashed before, lost all holders and were read again
 */
public record Ledger(
        String id,
        long totalBytes,
        long originBytes,
        long holderBytes,
        long wastedBytes,
        long rereadBytes,
        int rereadPieces,
        List<Piece> pieces) {
    /**
     * @param state {@code unread}, {@code leased} or {@code hashed}
     * @param sha1 once hashed
     * @param holders live nodes that hold it
     * @param reads every time the piece was read and reported, or leased and lost
     */
    public record Piece(int piece, String state, @Nullable String sha1, int holders, List<Read> reads) {}

    /**
     * @param nodeId who
     * @param fence under which fence
     * @param at ISO-8601 instant of the grant
     * @param outcome {@code live}, {@code hashed}, {@code returned}, {@code expired} or {@code mismatch}
     */
    public record Read(String nodeId, long fence, String at, String outcome) {}
}
