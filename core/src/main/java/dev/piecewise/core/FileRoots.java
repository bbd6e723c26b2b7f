package dev.piecewise.core;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Directories below which files may be read as an origin ({@code file://}): by whoever grants reads and again by whoever reads.
 * What counts is the real path, all symbolic links resolved, of the file and of the directory.
 *
 * @param directories absolute; none is the default and lets nothing be read
 */
public record FileRoots(List<Path> directories) {
    public FileRoots {
        directories = List.copyOf(directories);
    }

    /** Nothing may be read. */
    public static FileRoots none() {
        return new FileRoots(List.of());
    }

    /** What may not be read from here. */
    public static final class Outside extends IOException {
        private static final long serialVersionUID = 1L;

        Outside(String message) {
            super(message);
        }
    }

    /**
     * Where a file or directory really is.
     *
     * @throws Outside if that is below none of the directories
     * @throws IOException if it does not exist or cannot be looked at
     */
    public Path real(Path path) throws IOException {
        // First, so that nothing is learnt about what lies elsewhere.
        boolean named = directories.stream().anyMatch(root -> path.startsWith(root.normalize()));
        if (!named || !path.equals(path.normalize())) {
            throw new Outside(path + " lies in no directory that may be read from here");
        }
        Path real = path.toRealPath();
        for (Path root : directories) {
            if (Files.exists(root) && real.startsWith(root.toRealPath())) {
                return real;
            }
        }
        throw new Outside(path + " leads by a symbolic link out of what may be read from here");
    }

    /** The path of a text that came from elsewhere. */
    public static Path path(String absolute) throws IOException {
        try {
            Path path = Path.of(absolute);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException e) {
            throw new FileSystemException(absolute, null, "no path of this system");
        }
        throw new FileSystemException(absolute, null, "not absolute");
    }

    /**
     * What tells versions of a regular file apart: size, time of its last change in nanoseconds and inode, as an ETag. Every
     * machine that mounts the file system sees the same.
     *
     * @param real without symbolic links
     */
    public static String version(Path real) throws IOException {
        Map<String, Object> attributes =
                Files.readAttributes(real, "unix:size,lastModifiedTime,ino", LinkOption.NOFOLLOW_LINKS);
        FileTime modified = (FileTime) Objects.requireNonNull(attributes.get("lastModifiedTime"));
        return "\"" + attributes.get("size") + "-" + modified.to(TimeUnit.NANOSECONDS) + "-" + attributes.get("ino")
                + "\"";
    }
}
