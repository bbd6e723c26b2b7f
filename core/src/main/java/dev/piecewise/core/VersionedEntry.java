package dev.piecewise.core;

/**
 * One object of an artifact at one version.
 *
 * @param path where it stands in the torrent: components joined by {@code /}, relative, checked by
 *     {@link FilePath#check}; of a single object just its name
 * @param sizeBytes its size
 * @param version what the origin says to tell versions apart: S3's ETag, quotes included, sent back as {@code If-Match}
 */
public record VersionedEntry(String path, long sizeBytes, String version) {
    public VersionedEntry {
        if (sizeBytes < 0 || version.isEmpty()) {
            throw new IllegalArgumentException("an entry needs a size and a version: " + path);
        }
    }

    /** The same without its version, as a torrent knows it. */
    public FileEntry file() {
        return new FileEntry(path, sizeBytes);
    }
}
