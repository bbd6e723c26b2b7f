package dev.piecewise.core;

/**
 * One file of a torrent.
 *
 * @param path components joined by {@code /}, relative, checked by {@link FilePath#check}
 * @param sizeBytes its size, possibly 0
 */
public record FileEntry(String path, long sizeBytes) {
    public FileEntry {
        FilePath.check(path);
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("negative size of " + path);
        }
    }
}
