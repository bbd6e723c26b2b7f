package dev.piecewise.tracker.ledger;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A ledger as plain values, to be written down and built up again.
 *
 * @param pieces one per piece
 * @param live the leases alive
 * @param holderBytes absent in files of earlier releases, as of an account
 */
public record LedgerRecord(
        List<Piece> pieces,
        List<Account> live,
        long originBytes,
        @Nullable Long holderBytes,
        long wastedBytes,
        long rereadBytes,
        int rereadPieces) {
    /**
     * @param sha1 hexadecimal, once known
     * @param fence under which it was accepted last, 0 while it was never read
     * @param checksums as {@link SpanChecksums#hex}; absent if there are none, as in files of earlier releases
     */
    public record Piece(
            @Nullable String sha1, long fence, List<PieceRead> reads, @Nullable List<@Nullable String> checksums) {}

    /**
     * @param open pieces not reported yet
     * @param accountedBytes of all bytes read, those that became pieces or mismatches
     */
    public record Account(
            long fence,
            String nodeId,
            String at,
            int firstPiece,
            int pieceCount,
            List<Integer> open,
            long bytesRead,
            @Nullable Long holderBytes,
            long accountedBytes) {}
}
