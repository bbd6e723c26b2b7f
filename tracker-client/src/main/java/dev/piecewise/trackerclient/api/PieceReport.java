package dev.piecewise.trackerclient.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

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
     * @param checksums of those bytes of the piece that each of its objects has, in order: hexadecimal, by the algorithm that the lease
     *     names for the read; {@code null} where it names none. Absent if it names none at all
     */
    public record HashedPiece(int piece, String sha1, @Nullable List<@Nullable String> checksums) {
        /** No checksum was asked for. */
        public HashedPiece(int piece, String sha1) {
            this(piece, sha1, null);
        }
    }
}
