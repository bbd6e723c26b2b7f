package dev.piecewise.client;

import dev.piecewise.core.FileEntry;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A directory that is there already, as the destination of a tree. Symbolic links below it are never followed; what does
 * not belong to the tree is never looked at.
 */
final class ExistingTree {
    private final Path root;
    private final List<FileEntry> files;
    private final Set<Path> directories = new LinkedHashSet<>();

    /**
     * @param files of the tree
     * @param markers directories of the tree that may be without files
     */
    ExistingTree(Path root, List<FileEntry> files, List<String> markers) {
        this.root = root;
        this.files = files;
        files.forEach(file -> addAncestors(root.resolve(file.path())));
        for (String marker : markers) {
            addAncestors(root.resolve(marker));
            directories.add(root.resolve(marker));
        }
    }

    private void addAncestors(Path path) {
        Path above = path.getParent();
        while (above != null && !above.equals(root) && directories.add(above)) {
            above = above.getParent();
        }
    }

    /** Of a regular file that is there. */
    interface Comparison {
        /** Whether it is the one of this index. */
        boolean equal(Path there, int file) throws IOException;

        /** Whether something that is not equal is to be replaced. */
        boolean givesWay(Path there);
    }

    /**
     * What is still to be put there.
     *
     * @param directories absent ones, the outer before the inner
     * @param files indexes of files that are absent or have other content
     */
    record Missing(List<Path> directories, List<Integer> files) {
        boolean isEmpty() {
            return directories.isEmpty() && files.isEmpty();
        }
    }

    /**
     * Compares.
     *
     * @throws ProcessFault {@code USAGE} if other content is in the way and not to be replaced, or if something else is
     *     where a directory or a file must be
     */
    Missing missing(Comparison comparison) throws IOException {
        if (!Files.isDirectory(root)) {
            throw left(root, "is not a directory");
        }
        List<Path> absent = new ArrayList<>();
        for (Path directory : directories.stream().sorted().toList()) {
            if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                absent.add(directory);
            } else if (Files.isSymbolicLink(directory)) {
                throw left(directory, "is a symbolic link where a directory must be; it is not followed");
            } else if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw left(directory, "is a file where a directory must be");
            }
        }
        List<Integer> wanted = new ArrayList<>();
        List<Path> inTheWay = new ArrayList<>();
        for (int file = 0; file < files.size(); file++) {
            Path there = root.resolve(files.get(file).path());
            if (!Files.exists(there, LinkOption.NOFOLLOW_LINKS)) {
                wanted.add(file);
            } else if (Files.isDirectory(there, LinkOption.NOFOLLOW_LINKS)) {
                throw left(there, "is a directory where a file must be");
            } else if (!Files.isRegularFile(there, LinkOption.NOFOLLOW_LINKS) || !comparison.equal(there, file)) {
                wanted.add(file);
                if (!comparison.givesWay(there)) {
                    inTheWay.add(there);
                }
            }
        }
        if (!inTheWay.isEmpty()) {
            throw inTheWay(inTheWay);
        }
        return new Missing(absent, wanted);
    }

    private static ProcessFault left(Path path, String what) {
        return new ProcessFault(
                Kind.USAGE, path + " " + what + "; it is left alone: move it away, or choose another DEST");
    }

    private ProcessFault inTheWay(List<Path> paths) {
        String more = paths.size() == 1 ? "" : ", as are " + (paths.size() - 1) + " more below " + root;
        return new ProcessFault(
                Kind.USAGE,
                paths.get(0) + " has other content and is left alone" + more
                        + "; add --replace to replace it, or choose another DEST");
    }
}
