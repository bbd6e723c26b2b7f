package dev.piecewise.client;

import dev.piecewise.core.PieceLength;
import java.time.Duration;
import java.util.Optional;

/** What whoever owns the data directory is asked for: a {@link FetchRequest} without its destination. */
record Ask(FetchSource source, Optional<PieceLength> pieceLength, Optional<String> profile, Duration stallTimeout) {
    static Ask of(FetchRequest request) {
        return new Ask(request.source(), request.pieceLength(), request.profile(), request.stallTimeout());
    }
}
