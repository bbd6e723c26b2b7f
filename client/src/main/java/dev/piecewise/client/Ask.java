package dev.piecewise.client;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import java.time.Duration;
import java.util.Optional;

/** What whoever owns the data directory is asked for: a {@link FetchRequest} without its destination. */
record Ask(ArtifactUri uri, Optional<PieceLength> pieceLength, Duration stallTimeout) {
    static Ask of(FetchRequest request) {
        return new Ask(request.uri(), request.pieceLength(), request.stallTimeout());
    }
}
