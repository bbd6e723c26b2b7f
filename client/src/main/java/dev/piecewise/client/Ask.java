package dev.piecewise.client;

import dev.piecewise.core.PieceLength;
import java.time.Duration;
import java.util.Optional;

/**
 * What whoever owns the data directory is asked for: a {@link FetchRequest} without its destination.
 *
 * @param have a version that the asker has already, see {@link Acquired.Ready}: if it is the present one, nothing is fetched
 */
record Ask(
        FetchSource source,
        Optional<PieceLength> pieceLength,
        Optional<String> profile,
        Duration stallTimeout,
        Optional<String> have) {
    static Ask of(FetchRequest request) {
        return new Ask(
                request.source(), request.pieceLength(), request.profile(), request.stallTimeout(), Optional.empty());
    }

    Ask withHave(Optional<String> version) {
        return new Ask(source, pieceLength, profile, stallTimeout, version);
    }
}
