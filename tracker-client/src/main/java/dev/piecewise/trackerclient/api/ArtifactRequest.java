package dev.piecewise.trackerclient.api;

import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/artifacts}: asks that an artifact exist. Asking twice gives the same artifact.
 *
 * @param uri {@code s3://bucket/key}, taken literally
 * @param pieceSize for example {@code 16MiB} or {@code 1048576}; {@code auto} or absent joins the earliest live artifact
 *     of that version, else {@link dev.piecewise.core.PieceLength#auto}
 * @param profile which of the tracker's profiles to ask the origin by; absent: its default
 */
public record ArtifactRequest(String uri, @Nullable String pieceSize, @Nullable String profile) {
    /** By the default profile. */
    public ArtifactRequest(String uri, @Nullable String pieceSize) {
        this(uri, pieceSize, null);
    }
}
