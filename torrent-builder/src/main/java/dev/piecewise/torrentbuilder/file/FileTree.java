package dev.piecewise.torrentbuilder.file;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FilePath;
import dev.piecewise.core.FileRoots;
import dev.piecewise.core.Selection;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.IOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;

/**
 * All selected files below a directory at their present versions; one that can become no file, or leads out of the roots, fails the
 * whole, by name. Symbolic links are what they point to. Directories with no file anywhere below are kept as such.
 */
final class FileTree extends SimpleFileVisitor<Path> {
    private final FileRoots roots;
    private final ArtifactUri uri;
    private final String endpoint;
    private final Selection selection;
    private final List<OriginObject> objects = new ArrayList<>();
    private final TreeSet<String> empty = new TreeSet<>(FilePath.UTF8_ORDER);
    private final List<String> unselected = new ArrayList<>();
    private Path start = Path.of("/");

    FileTree(FileRoots roots, ArtifactUri uri, String endpoint, Selection selection) {
        this.roots = roots;
        this.uri = uri;
        this.endpoint = endpoint;
        this.selection = selection;
    }

    /** Once. */
    ResolvedArtifact resolve(Path directory) throws IOException {
        start = directory;
        Files.walkFileTree(directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, this);
        if (objects.isEmpty() && !selection.isAll()) {
            throw ResolvedArtifact.noneSelected(uri, unselected.size(), selection);
        }
        objects.sort(Comparator.comparing(OriginObject::key, FilePath.UTF8_ORDER));
        objects.forEach(object -> removeParents(object.entry().path()));
        unselected.forEach(this::removeParents);
        return new ResolvedArtifact(uri, endpoint, false, objects, List.copyOf(empty));
    }

    private void removeParents(String path) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            empty.remove(path.substring(0, slash));
        }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
        String path = relative(directory);
        if (selection.excludesAllBelow(path)) {
            unselected.add(path);
            return FileVisitResult.SKIP_SUBTREE;
        }
        real(directory);
        if (!directory.equals(start) && (selection.selectsDirectory(path) || isPath(path))) {
            empty.add(checked(directory));
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        if (!selection.selects(relative(file))) {
            unselected.add(relative(file));
            return FileVisitResult.CONTINUE;
        }
        if (attributes.isSymbolicLink()) {
            throw hostile(file, "it is a symbolic link to what does not exist");
        } else if (!attributes.isRegularFile()) {
            throw hostile(file, "it is neither a file nor a directory");
        }
        String path = checked(file);
        VersionedEntry entry = new VersionedEntry(path, attributes.size(), FileRoots.version(real(file)));
        objects.add(new OriginObject(uri.key() + path, entry));
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
        boolean loops = e instanceof FileSystemLoopException;
        if (selection.excludesAllBelow(relative(file)) || (loops && !selection.selects(relative(file)))) {
            return FileVisitResult.CONTINUE;
        } else if (loops) {
            throw hostile(file, "it is a symbolic link to a directory around it");
        }
        throw e;
    }

    /** Only a link leads anywhere else than the directory that it is in. */
    private Path real(Path path) throws IOException {
        return Files.isSymbolicLink(path) ? roots.real(path) : path;
    }

    private String relative(Path path) {
        return start.relativize(path).toString();
    }

    private static boolean isPath(String path) {
        try {
            FilePath.check(path);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private String checked(Path file) {
        String path = relative(file);
        try {
            FilePath.check(path);
            return path;
        } catch (IllegalArgumentException e) {
            throw hostile(file, String.valueOf(e.getMessage()));
        }
    }

    private OriginFault hostile(Path file, String reason) {
        return new OriginFault(
                Kind.FAILED,
                "cannot fetch " + uri + ": of '" + FilePath.shown(file.toString()) + "' no file can be made: " + reason
                        + "; nothing was read, rename, remove or exclude it, or ask for a smaller directory");
    }
}
