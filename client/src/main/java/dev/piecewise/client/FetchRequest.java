package dev.piecewise.client;

import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.FileMode;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What to fetch, and to where.
 *
 * @param source a URI or a magnet link
 * @param destination where it goes
 * @param pieceLength how it is cut, of no meaning for a magnet link; absent joins what others chose, else {@link PieceLength#auto}
 * @param profile which of the tracker's profiles to ask the origin by, of no meaning for a magnet link; absent: its default
 * @param replace whether other content at the destination is replaced; otherwise it is left alone and the fetch ends as
 *     {@link FetchOutcome.Usage}
 * @param verify whether what is here already is read and hashed, instead of trusting that unchanged files hold what they held
 * @param unpack the object is an archive, and what it holds goes into the directory {@code destination}, made anew, not the
 *     archive itself
 * @param stallTimeout after so long without any progress, anywhere, the fetch ends as {@link FetchOutcome.Stalled}
 * @param selection which files of a prefix; everything of anything else
 * @param mode of the published files; absent: read-only, and shared with the store where that is possible
 * @param cache whether the bytes stay in the store once they are published
 */
public record FetchRequest(
        FetchSource source,
        Destination destination,
        Optional<PieceLength> pieceLength,
        Optional<String> profile,
        boolean replace,
        boolean verify,
        Optional<Unpack> unpack,
        Duration stallTimeout,
        Selection selection,
        Optional<FileMode> mode,
        boolean cache) {
    static final Duration STALL_TIMEOUT = Duration.ofMinutes(5);

    /** Others' piece length, the default profile, nothing replaced, stalled after 5 minutes. */
    public static FetchRequest of(ArtifactUri uri, Destination destination) {
        return of(new FetchSource.Artifact(uri), destination);
    }

    /** The same of a URI or a magnet link. */
    public static FetchRequest of(FetchSource source, Destination destination) {
        return new FetchRequest(
                source,
                destination,
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                Optional.empty(),
                STALL_TIMEOUT,
                Selection.ALL,
                Optional.empty(),
                true);
    }

    /** What may be changed of a request, one after the other. */
    private static final class Draft {
        private final FetchSource source;
        private final Destination destination;
        private Optional<PieceLength> pieceLength;
        private Optional<String> profile;
        private boolean replace;
        private boolean verify;
        private Optional<Unpack> unpack;
        private Duration stallTimeout;
        private Selection selection;
        private Optional<FileMode> mode;
        private boolean cache;

        Draft(FetchRequest from) {
            source = from.source;
            destination = from.destination;
            pieceLength = from.pieceLength;
            profile = from.profile;
            replace = from.replace;
            verify = from.verify;
            unpack = from.unpack;
            stallTimeout = from.stallTimeout;
            selection = from.selection;
            mode = from.mode;
            cache = from.cache;
        }

        FetchRequest request() {
            return new FetchRequest(
                    source,
                    destination,
                    pieceLength,
                    profile,
                    replace,
                    verify,
                    unpack,
                    stallTimeout,
                    selection,
                    mode,
                    cache);
        }
    }

    private FetchRequest with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.request();
    }

    public FetchRequest withPieceLength(PieceLength length) {
        return with(draft -> draft.pieceLength = Optional.of(length));
    }

    public FetchRequest withProfile(String name) {
        return with(draft -> draft.profile = Optional.of(name));
    }

    public FetchRequest withReplace(boolean allowed) {
        return with(draft -> draft.replace = allowed);
    }

    public FetchRequest withVerify(boolean wanted) {
        return with(draft -> draft.verify = wanted);
    }

    public FetchRequest withUnpack(Unpack how) {
        return with(draft -> draft.unpack = Optional.of(how));
    }

    public FetchRequest withStallTimeout(Duration timeout) {
        return with(draft -> draft.stallTimeout = timeout);
    }

    public FetchRequest withSelection(Selection files) {
        return with(draft -> draft.selection = files);
    }

    public FetchRequest withMode(FileMode permissions) {
        return with(draft -> draft.mode = Optional.of(permissions));
    }

    public FetchRequest withCache(boolean kept) {
        return with(draft -> draft.cache = kept);
    }
}
