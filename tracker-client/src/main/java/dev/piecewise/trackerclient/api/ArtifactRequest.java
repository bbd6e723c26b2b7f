package dev.piecewise.trackerclient.api;

import dev.piecewise.core.Glob;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/artifacts}: asks that an artifact exist. Asking twice gives the same artifact.
 *
 * @param uri {@code s3://bucket/key}, taken literally
 * @param pieceSize for example {@code 16MiB} or {@code 1048576}; {@code auto} or absent joins the earliest live artifact
 *     of that version, else {@link dev.piecewise.core.PieceLength#auto}
 * @param profile which of the tracker's profiles to ask the origin by; absent: its default
 * @param include of a prefix: patterns of the files that are wanted ({@link Glob}); absent or empty: all
 * @param exclude of a prefix: patterns of the files that are not wanted even so; absent or empty: none
 */
public record ArtifactRequest(
        String uri,
        @Nullable String pieceSize,
        @Nullable String profile,
        @Nullable List<String> include,
        @Nullable List<String> exclude) {
    /** By the default profile, all of it. */
    public ArtifactRequest(String uri, @Nullable String pieceSize) {
        this(uri, pieceSize, null);
    }

    /** All of it. */
    public ArtifactRequest(String uri, @Nullable String pieceSize, @Nullable String profile) {
        this(uri, pieceSize, profile, null, null);
    }

    /** From checked values. */
    public static ArtifactRequest of(
            String uri, Optional<PieceLength> pieceLength, Optional<String> profile, Selection selection) {
        return new ArtifactRequest(
                uri,
                pieceLength.map(PieceLength::bytes).map(String::valueOf).orElse(null),
                profile.orElse(null),
                texts(selection.include()),
                texts(selection.exclude()));
    }

    private static @Nullable List<String> texts(List<Glob> globs) {
        return globs.isEmpty() ? null : globs.stream().map(Glob::toString).toList();
    }

    /** @throws IllegalArgumentException with a message for the user, naming the pattern that is none */
    public Selection selection() {
        return Selection.parse(include == null ? List.of() : include, exclude == null ? List.of() : exclude);
    }
}
