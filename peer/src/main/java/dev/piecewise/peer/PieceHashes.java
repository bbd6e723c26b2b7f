package dev.piecewise.peer;

import dev.piecewise.core.PieceHash;
import java.util.List;
import java.util.Optional;

/**
 * Where a swarm gets the hashes of its pieces from. Some may still be unknown: such pieces are asked of nobody, for nobody could
 * verify them, and block nothing; {@link Swarm#hashesKnown} tells that some came. Once known, a hash never changes. Asked
 * seldom, by any thread.
 */
public interface PieceHashes {
    /** The hash of a piece, if it is known already. */
    Optional<PieceHash> hash(int piece);

    /** All hashes, known from the start. */
    static PieceHashes of(List<PieceHash> hashes) {
        List<PieceHash> known = List.copyOf(hashes);
        return piece -> Optional.of(known.get(piece));
    }
}
