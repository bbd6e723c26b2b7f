package dev.piecewise.torrentbuilder.origin;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.util.List;
import java.util.Map;

/**
 * A URI fixed to the version that the origin had when asked.
 *
 * @param uri as asked for
 * @param endpoint the origin's endpoint, part of the identity
 * @param singleFile whether the URI named one object
 * @param objects in UTF-8 byte order of their keys; without directory markers
 * @param directories relative paths, without a slash at the end, of the prefix's directory markers (zero-byte keys that end
 *     in {@code /}), in UTF-8 byte order; neither part of the identity nor of the torrent
 * @param ranged whether parts of objects can be read; else the origin sends an object from its first byte only. Not part of the
 *     identity
 * @param checksums by key, of those objects of which the origin keeps one that can be put together from pieces. Not part of the identity
 */
public record ResolvedArtifact(
        ArtifactUri uri,
        String endpoint,
        boolean singleFile,
        List<OriginObject> objects,
        List<String> directories,
        boolean ranged,
        Map<String, StoredChecksum> checksums) {
    public ResolvedArtifact {
        checksums = Map.copyOf(checksums);
        objects = List.copyOf(objects);
        directories = List.copyOf(directories);
    }

    /** Of an origin that serves ranges. */
    public ResolvedArtifact(
            ArtifactUri uri,
            String endpoint,
            boolean singleFile,
            List<OriginObject> objects,
            List<String> directories) {
        this(uri, endpoint, singleFile, objects, directories, true, Map.of());
    }

    /** One object. */
    public static ResolvedArtifact object(ArtifactUri uri, String endpoint, OriginObject object) {
        return new ResolvedArtifact(uri, endpoint, true, List.of(object), List.of());
    }

    /** The same of an origin that serves no ranges. */
    public ResolvedArtifact withoutRanges() {
        return new ResolvedArtifact(uri, endpoint, singleFile, objects, directories, false, checksums);
    }

    /** The same with what the origin keeps of its objects. */
    public ResolvedArtifact withChecksums(Map<String, StoredChecksum> kept) {
        return new ResolvedArtifact(uri, endpoint, singleFile, objects, directories, ranged, kept);
    }

    /**
     * The same with the files that a selection leaves, its directories unchanged.
     *
     * @throws OriginFault USAGE if this is one object and something is selected; NOT_FOUND if nothing is left
     */
    public ResolvedArtifact selected(Selection selection) {
        if (selection.isAll()) {
            return this;
        }
        if (singleFile) {
            throw new OriginFault(
                    Kind.USAGE,
                    "cannot fetch " + uri + " with " + selection
                            + ": it is an object, and only a prefix has files to choose from");
        }
        List<OriginObject> left = objects.stream()
                .filter(object -> selection.selects(object.entry().path()))
                .toList();
        if (left.isEmpty()) {
            throw noneSelected(uri, objects.size(), selection);
        }
        return new ResolvedArtifact(uri, endpoint, false, left, directories, ranged, checksums);
    }

    /** A prefix has files, but patterns leave none of them. */
    public static OriginFault noneSelected(ArtifactUri uri, int files, Selection selection) {
        return new OriginFault(
                Kind.NOT_FOUND,
                "of the " + files + " files below " + uri + " none is selected by " + selection
                        + "; patterns are compared with what follows " + uri);
    }

    /** Sum of the sizes. */
    public long totalBytes() {
        return objects.stream().mapToLong(object -> object.entry().sizeBytes()).sum();
    }

    /** The artifact's identity when cut in pieces of this length. */
    public ArtifactId id(PieceLength pieceLength) {
        List<VersionedEntry> entries = objects.stream().map(OriginObject::entry).toList();
        return ArtifactId.of(endpoint, uri.bucket(), uri.key(), entries, pieceLength.bytes());
    }

    /** The identity of what was resolved, however it is cut: 64 hexadecimal digits. */
    public String version() {
        List<VersionedEntry> entries = objects.stream().map(OriginObject::entry).toList();
        return ArtifactId.of(endpoint, uri.bucket(), uri.key(), entries, 0).hex();
    }

    /** Everything of the info dictionary but the hashes. */
    public ArtifactContent content(PieceLength pieceLength) {
        return new ArtifactContent(
                uri.name(),
                singleFile,
                objects.stream().map(object -> object.entry().file()).toList(),
                new PieceLayout(totalBytes(), pieceLength.bytes()));
    }
}
