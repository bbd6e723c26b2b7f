package dev.piecewise.client.request;

import dev.piecewise.core.ArtifactContent;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a fetched artifact goes. An object becomes exactly {@code path}, or, if that is meant as a directory or is one,
 * a file of the object's name in it. A prefix becomes exactly the directory {@code path}, with a trailing slash or without:
 * its keys, less the prefix, are the files below. If the directory is there already, files that are equal are left, those
 * that are absent are added, and what does not belong to the prefix is left alone.
 *
 * @param path made absolute
 * @param directory whether the user said that it is a directory, by a trailing slash
 */
public record Destination(Path path, boolean directory) {
    public Destination {
        path = path.toAbsolutePath().normalize();
    }

    /** Reads what a user types; only text can carry the trailing slash. */
    public static Destination parse(String text) {
        return new Destination(Path.of(text), text.endsWith("/") || text.endsWith(File.separator));
    }

    /** Exactly this path, unless a directory is there. */
    public static Destination of(Path path) {
        return new Destination(path, false);
    }

    /** What becomes visible of an artifact: the file, or the directory with the tree in it. */
    public Path target(ArtifactContent content) {
        return content.singleFile() && (directory || Files.isDirectory(path)) ? path.resolve(content.name()) : path;
    }

    /** Where the files of an artifact go, in torrent order. */
    public List<Path> files(ArtifactContent content) {
        Path target = target(content);
        return content.singleFile()
                ? List.of(target)
                : content.files().stream()
                        .map(file -> target.resolve(file.path()))
                        .toList();
    }
}
