package dev.piecewise.peer.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What tells a file from another and from a changed one without reading it.
 *
 * @param sizeBytes its length
 * @param modifiedNanos its mtime, since the epoch
 * @param inode its number in the file system
 */
public record FileStamp(long sizeBytes, long modifiedNanos, long inode) {
    /** The file's stamp now, if the file exists. */
    public static Optional<FileStamp> of(Path file) throws IOException {
        try {
            BasicFileAttributes basic = Files.readAttributes(file, BasicFileAttributes.class);
            long inode = ((Number) Files.getAttribute(file, "unix:ino")).longValue();
            return Optional.of(
                    new FileStamp(basic.size(), basic.lastModifiedTime().to(TimeUnit.NANOSECONDS), inode));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Whether this is the same file, though perhaps written since. */
    boolean sameFile(FileStamp other) {
        return sizeBytes == other.sizeBytes && inode == other.inode;
    }

    /** For {@link #parse}. */
    public String text() {
        return sizeBytes + ":" + modifiedNanos + ":" + inode;
    }

    /** @throws IllegalArgumentException unless {@code text} is from {@link #text()} */
    public static FileStamp parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a stamp: " + text);
        }
        return new FileStamp(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }
}
