package dev.piecewise.torrentbuilder.file;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FilePath;
import dev.piecewise.core.FileRoots;
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
 * All files below a directory at their present versions; what can become no file, or leads out of the roots, fails the whole, by
 * name. Symbolic links are what they point to. Directories with no file anywhere below are kept as such.
 */
final class FileTree extends SimpleFileVisitor<Path> {
    private final FileRoots roots;
    private final ArtifactUri uri;
    private final String endpoint;
    private final List<OriginObject> objects = new ArrayList<>();
    private final TreeSet<String> empty = new TreeSet<>(FilePath.UTF8_ORDER);
    private Path start = Path.of("/");

    FileTree(FileRoots roots, ArtifactUri uri, String endpoint) {
        this.roots = roots;
        this.uri = uri;
        this.endpoint = endpoint;
    }

    /** Once. */
    ResolvedArtifact resolve(Path directory) throws IOException {
        start = directory;
        Files.walkFileTree(directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, this);
        objects.sort(Comparator.comparing(OriginObject::key, FilePath.UTF8_ORDER));
        objects.forEach(object -> removeParents(object.entry().path()));
        return new ResolvedArtifact(uri, endpoint, false, objects, List.copyOf(empty));
    }

    private void removeParents(String path) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            empty.remove(path.substring(0, slash));
        }
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
        real(directory);
        if (!directory.equals(start)) {
            empty.add(checked(directory));
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
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
        if (e instanceof FileSystemLoopException) {
            throw hostile(file, "it is a symbolic link to a directory around it");
        }
        throw e;
    }

    /** Only a link leads anywhere else than the directory that it is in. */
    private Path real(Path path) throws IOException {
        return Files.isSymbolicLink(path) ? roots.real(path) : path;
    }

    private String checked(Path file) {
        String path = start.relativize(file).toString();
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
                        + "; nothing was read, rename or remove it, or ask for a smaller directory");
    }
}
