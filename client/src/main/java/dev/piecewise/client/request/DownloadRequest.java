package dev.piecewise.client.request;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import java.util.Optional;

/**
 * What a stage of a pipeline needs on this machine: an object at a path, or all objects below a prefix in a directory. Requests
 * that are equal are one.
 *
 * @param uri of an object, or of a prefix, which ends in {@code /}
 * @param destination where the file goes, or the directory of a prefix; absent only if it is unpacked: then nothing but what the
 *     archives hold is put anywhere
 * @param selection which files of the prefix; everything of an object
 * @param profile by which of the tracker's profiles the origin is asked; absent: its default
 * @param pieceLength how it is cut; absent joins what others chose
 * @param cache whether the bytes stay in this machine's store for later runs, and for others
 * @param unpack where what the archive holds goes, beside the archive itself; of a prefix, what each of its archives holds
 * @param mode of the files; absent: read-only, and shared with the store where that is possible
 */
public record DownloadRequest(
        ArtifactUri uri,
        Optional<Destination> destination,
        Selection selection,
        Optional<String> profile,
        Optional<PieceLength> pieceLength,
        boolean cache,
        Optional<UnpackInto> unpack,
        Optional<FileMode> mode) {
    /** @throws IllegalArgumentException with a message for the user, if the parts do not fit together */
    public DownloadRequest {
        if (destination.isEmpty() && unpack.isEmpty()) {
            throw new IllegalArgumentException(uri + " has no destination");
        }
        if (!uri.isPrefix() && !selection.isAll()) {
            throw new IllegalArgumentException(
                    uri + " is an object, and only a prefix has files to include or exclude");
        }
        if (mode.isPresent() && destination.isEmpty()) {
            throw new IllegalArgumentException(uri + " is only unpacked, and what it holds has modes of its own");
        }
    }

    /**
     * An object, or with a slash at the end of the URI a prefix: the default profile, everything of it, cached.
     *
     * @throws IllegalArgumentException with a message for the user if {@code uri} is none
     */
    public static DownloadRequest of(String uri, String destination) {
        return of(ArtifactUri.parse(uri), Destination.parse(destination));
    }

    /** The same. */
    public static DownloadRequest of(ArtifactUri uri, Destination destination) {
        return new DownloadRequest(
                uri,
                Optional.of(destination),
                Selection.ALL,
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.empty(),
                Optional.empty());
    }

    /** An archive, or those below a prefix, of which only what they hold is wanted. */
    public static DownloadRequest unpacked(ArtifactUri uri, UnpackInto unpack) {
        return new DownloadRequest(
                uri,
                Optional.empty(),
                Selection.ALL,
                Optional.empty(),
                Optional.empty(),
                true,
                Optional.of(unpack),
                Optional.empty());
    }

    public DownloadRequest withSelection(Selection files) {
        return new DownloadRequest(uri, destination, files, profile, pieceLength, cache, unpack, mode);
    }

    public DownloadRequest withProfile(String name) {
        return new DownloadRequest(uri, destination, selection, Optional.of(name), pieceLength, cache, unpack, mode);
    }

    public DownloadRequest withPieceLength(PieceLength length) {
        return new DownloadRequest(uri, destination, selection, profile, Optional.of(length), cache, unpack, mode);
    }

    public DownloadRequest withCache(boolean kept) {
        return new DownloadRequest(uri, destination, selection, profile, pieceLength, kept, unpack, mode);
    }

    public DownloadRequest withUnpack(UnpackInto into) {
        return new DownloadRequest(uri, destination, selection, profile, pieceLength, cache, Optional.of(into), mode);
    }

    public DownloadRequest withMode(FileMode permissions) {
        return new DownloadRequest(
                uri, destination, selection, profile, pieceLength, cache, unpack, Optional.of(permissions));
    }
}
