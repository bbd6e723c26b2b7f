package dev.piecewise.client;

import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.FileMode;
import dev.piecewise.client.unpack.Unpack;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import java.time.Duration;
import java.util.Optional;

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

    public FetchRequest withPieceLength(PieceLength length) {
        return new FetchRequest(
                source,
                destination,
                Optional.of(length),
                profile,
                replace,
                verify,
                unpack,
                stallTimeout,
                selection,
                mode,
                cache);
    }

    public FetchRequest withProfile(String name) {
        return new FetchRequest(
                source,
                destination,
                pieceLength,
                Optional.of(name),
                replace,
                verify,
                unpack,
                stallTimeout,
                selection,
                mode,
                cache);
    }

    public FetchRequest withReplace(boolean allowed) {
        return new FetchRequest(
                source,
                destination,
                pieceLength,
                profile,
                allowed,
                verify,
                unpack,
                stallTimeout,
                selection,
                mode,
                cache);
    }

    public FetchRequest withVerify(boolean wanted) {
        return new FetchRequest(
                source,
                destination,
                pieceLength,
                profile,
                replace,
                wanted,
                unpack,
                stallTimeout,
                selection,
                mode,
                cache);
    }

    public FetchRequest withUnpack(Unpack how) {
        return new FetchRequest(
                source,
                destination,
                pieceLength,
                profile,
                replace,
                verify,
                Optional.of(how),
                stallTimeout,
                selection,
                mode,
                cache);
    }

    public FetchRequest withStallTimeout(Duration timeout) {
        return new FetchRequest(
                source, destination, pieceLength, profile, replace, verify, unpack, timeout, selection, mode, cache);
    }

    public FetchRequest withSelection(Selection files) {
        return new FetchRequest(
                source, destination, pieceLength, profile, replace, verify, unpack, stallTimeout, files, mode, cache);
    }

    public FetchRequest withMode(FileMode permissions) {
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
                Optional.of(permissions),
                cache);
    }

    public FetchRequest withCache(boolean kept) {
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
                kept);
    }
}
