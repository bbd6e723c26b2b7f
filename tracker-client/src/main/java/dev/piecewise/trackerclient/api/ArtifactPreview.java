package dev.piecewise.trackerclient.api;

import dev.piecewise.core.FileEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/previews}: what an {@link ArtifactRequest} would give now. Nothing is read, and no artifact comes to be.
 *
 * @param id {@link dev.piecewise.core.ArtifactId}, hexadecimal
 * @param uri as asked for
 * @param version as in {@link ArtifactStatus}
 * @param name the torrent's {@code name}
 * @param singleFile whether it is an object and not a prefix
 * @param files path and size of every file, in torrent order
 * @param directories as in {@link ArtifactStatus}
 * @param totalBytes sum of the sizes
 * @param pieceBytes the piece length that it has, or would get
 * @param pieceCount how many pieces that makes
 * @param infoHash hexadecimal, if the cluster has read all of it already
 */
public record ArtifactPreview(
        String id,
        String uri,
        String version,
        String name,
        boolean singleFile,
        List<FileEntry> files,
        List<String> directories,
        long totalBytes,
        int pieceBytes,
        int pieceCount,
        @Nullable String infoHash) {}
