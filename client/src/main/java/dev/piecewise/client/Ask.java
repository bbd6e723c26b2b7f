package dev.piecewise.client;

import dev.piecewise.client.request.Destination;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import java.time.Duration;
import java.util.Optional;

/**
 * What whoever owns the data directory is asked for: a {@link FetchRequest} that the asker will publish itself.
 *
 * @param have a version that the asker has already, see {@link Acquired.Ready}: if it is the present one, nothing is fetched
 * @param verify whether stored pieces are hashed again first
 * @param beside where the files will go: what lies there may save a download
 * @param selection which files of a prefix
 * @param cache whether the bytes are to stay in the store when the asker has published them
 */
record Ask(
        FetchSource source,
        Optional<PieceLength> pieceLength,
        Optional<String> profile,
        Duration stallTimeout,
        Optional<String> have,
        boolean verify,
        Optional<Destination> beside,
        Selection selection,
        boolean cache) {
    static Ask of(FetchRequest request) {
        return new Ask(
                request.source(),
                request.pieceLength(),
                request.profile(),
                request.stallTimeout(),
                Optional.empty(),
                request.verify(),
                request.unpack().isPresent() ? Optional.empty() : Optional.of(request.destination()),
                request.selection(),
                request.cache());
    }

    Ask withHave(Optional<String> version) {
        return new Ask(source, pieceLength, profile, stallTimeout, version, verify, beside, selection, cache);
    }
}
