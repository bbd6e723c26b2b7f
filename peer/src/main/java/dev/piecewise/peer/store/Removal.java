package dev.piecewise.peer.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Takes an artifact's directory away: first its name, at once, then what is in it. */
final class Removal {
    private static final String SUFFIX = ".removed";

    private Removal() {}

    /**
     * Renames a directory, so that it is no artifact's any more.
     *
     * @return to be given to {@link #delete}
     */
    static Path begin(Path directory) throws IOException {
        Path gone = directory.resolveSibling(directory.getFileName() + SUFFIX);
        Files.move(directory, gone, StandardCopyOption.ATOMIC_MOVE);
        return gone;
    }

    static void delete(Path directory) throws IOException {
        List<Path> innermostFirst;
        try (Stream<Path> paths = Files.walk(directory)) {
            innermostFirst = paths.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path path : innermostFirst) {
            Files.deleteIfExists(path);
        }
    }

    /** Ends what a process that was killed began. */
    static void finish(Path artifacts) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(artifacts, "*" + SUFFIX)) {
            for (Path directory : left) {
                delete(directory);
            }
        }
    }
}
