package dev.piecewise.trackerclient.api;

import java.util.List;

/**
 * {@code POST /v1/leases/ID/pieces}: pieces that are read, hashed and written. Idempotent per (piece, fence). The reporter
 * counts as their holder from then on.
 *
 * @param bytesRead body bytes read from the origin under this lease so far, in total
 * @param bytesFromHolders the same of those read from other nodes' web seeds
 */
public record PieceReport(long fence, long bytesRead, long bytesFromHolders, List<HashedPiece> pieces) {
    /** Everything came from the origin. */
    public PieceReport(long fence, long bytesRead, List<HashedPiece> pieces) {
        this(fence, bytesRead, 0, pieces);
    }

    /**
     * @param piece index in the artifact
     * @param sha1 40 hexadecimal digits
     */
    public record HashedPiece(int piece, String sha1) {}
}
