package dev.piecewise.core;

import java.util.List;

/**
 * What an artifact consists of, known before any byte is read: everything of the info dictionary but the hashes.
 *
 * @param name the torrent's {@code name}: the file's name, or of several files the directory's
 * @param singleFile whether this is one object ({@code length}) and not a prefix ({@code files})
 * @param files in torrent order; their bytes concatenated are the artifact's bytes
 * @param layout how those are cut
 */
public record ArtifactContent(String name, boolean singleFile, List<FileEntry> files, PieceLayout layout) {
    public ArtifactContent {
        files = List.copyOf(files);
        long sum = files.stream().mapToLong(FileEntry::sizeBytes).sum();
        if (sum != layout.totalBytes() || (singleFile && files.size() != 1)) {
            throw new IllegalArgumentException(
                    files.size() + " files of " + sum + " bytes do not fill a layout of " + layout.totalBytes());
        }
        if (FilePath.check(name).size() != 1) {
            throw new IllegalArgumentException("'" + name + "' is not one name");
        }
    }
}
