package dev.piecewise.client;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import java.time.Duration;
import java.util.Optional;

/**
 * What to fetch, and to where.
 *
 * @param uri the object
 * @param destination where it goes
 * @param pieceLength how it is cut; absent joins what others chose, else {@link PieceLength#auto}
 * @param replace whether other content at the destination is replaced; otherwise it is left alone and the fetch ends as
 *     {@link FetchOutcome.Usage}
 * @param stallTimeout after so long without any progress, anywhere, the fetch ends as {@link FetchOutcome.Stalled}
 */
public record FetchRequest(
        ArtifactUri uri,
        Destination destination,
        Optional<PieceLength> pieceLength,
        boolean replace,
        Duration stallTimeout) {
    private static final Duration STALL_TIMEOUT = Duration.ofMinutes(5);

    /** Others' piece length, nothing replaced, stalled after 5 minutes. */
    public static FetchRequest of(ArtifactUri uri, Destination destination) {
        return new FetchRequest(uri, destination, Optional.empty(), false, STALL_TIMEOUT);
    }

    public FetchRequest withPieceLength(PieceLength length) {
        return new FetchRequest(uri, destination, Optional.of(length), replace, stallTimeout);
    }

    public FetchRequest withReplace(boolean allowed) {
        return new FetchRequest(uri, destination, pieceLength, allowed, stallTimeout);
    }

    public FetchRequest withStallTimeout(Duration timeout) {
        return new FetchRequest(uri, destination, pieceLength, replace, timeout);
    }
}
