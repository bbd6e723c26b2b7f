package dev.piecewise.torrentbuilder.file;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FilePath;
import dev.piecewise.core.FileRoots;
import dev.piecewise.core.Selection;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.UnchangedFile;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Files that the tracker and whoever reads them see under the same path: {@code file:///path} is a file, {@code file:///path/} all
 * files below a directory. The version of a file is its {@link FileRoots#version}. Nothing is signed: who reads decides on its
 * own what it may read.
 */
public final class FileOrigin implements Origin {
    private static final String ENDPOINT = "file://";

    private final FileRoots roots;

    /** @param roots below which files are resolved */
    public FileOrigin(FileRoots roots) {
        this.roots = roots;
    }

    /** The origin that reads below those of {@code allow} that are {@code file://}. */
    public static FileOrigin of(List<ArtifactUri> allow) {
        return new FileOrigin(new FileRoots(allow.stream()
                .filter(uri -> uri.scheme().equals("file"))
                .map(uri -> Path.of("/" + uri.key()))
                .toList()));
    }

    @Override
    public String scheme() {
        return "file";
    }

    @Override
    public ResolvedArtifact resolve(ArtifactUri uri) {
        return resolve(uri, Selection.ALL);
    }

    @Override
    public ResolvedArtifact resolve(ArtifactUri uri, Selection selection) {
        try {
            FilePath.check(uri.name());
        } catch (IllegalArgumentException e) {
            throw new OriginFault(Kind.USAGE, "cannot fetch " + uri + ": " + e.getMessage(), e);
        }
        Path path;
        try {
            path = FileRoots.path("/" + uri.key());
            Path real = roots.real(path);
            BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
            if (uri.isPrefix() && attributes.isRegularFile()) {
                throw new OriginFault(
                        Kind.NOT_FOUND, uri + " is no directory but a file, which is named without a slash at its end");
            } else if (!uri.isPrefix() && attributes.isDirectory()) {
                throw new OriginFault(
                        Kind.NOT_FOUND, uri + " is a directory and no file; all files below it are " + uri + "/");
            } else if (!attributes.isDirectory() && !attributes.isRegularFile()) {
                throw new OriginFault(Kind.USAGE, uri + " is neither a file nor a directory");
            } else if (uri.isPrefix()) {
                return new FileTree(roots, uri, ENDPOINT, selection).resolve(path);
            }
            VersionedEntry entry = new VersionedEntry(uri.name(), attributes.size(), FileRoots.version(real));
            return ResolvedArtifact.object(uri, ENDPOINT, new OriginObject(uri.key(), entry))
                    .selected(selection);
        } catch (IOException e) {
            throw fault(uri, e);
        }
    }

    /** What it means for a URI that its file or directory cannot be looked at. */
    static OriginFault fault(ArtifactUri uri, IOException e) {
        if (e instanceof FileRoots.Outside) {
            return new OriginFault(Kind.DENIED, e.getMessage() + "; the tracker's --allow says what may be", e);
        } else if (e instanceof NoSuchFileException) {
            return new OriginFault(
                    Kind.NOT_FOUND, uri + " does not exist on the tracker's machine; check the spelling", e);
        } else if (e instanceof AccessDeniedException) {
            return new OriginFault(
                    Kind.DENIED,
                    uri + " may not be read by the tracker's user; check permissions of " + e.getMessage(),
                    e);
        }
        return new OriginFault(Kind.FAILED, "looking at " + uri + ": " + e.getMessage() + "; check the file system", e);
    }

    /** Fails if the file is gone; whether it has changed is seen by who reads. */
    @Override
    public SignedRead presign(
            ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte, Duration validity) {
        check(object, firstByte, lastByte);
        real(artifact, object);
        return new SignedRead(
                ENDPOINT + "/" + object.key(),
                Map.of("If-Match", object.entry().version(), "Range", "bytes=" + firstByte + "-" + lastByte),
                firstByte,
                lastByte);
    }

    private Path real(ResolvedArtifact artifact, OriginObject object) {
        try {
            return roots.real(FileRoots.path("/" + object.key()));
        } catch (IOException e) {
            throw fault(new ArtifactUri(scheme(), artifact.uri().bucket(), object.key()), e);
        }
    }

    @Override
    public InputStream read(ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte) {
        check(object, firstByte, lastByte);
        Path real = real(artifact, object);
        try {
            return new UnchangedFile(real, object.entry().version(), firstByte, lastByte - firstByte + 1);
        } catch (IOException e) {
            throw fault(artifact.uri(), e);
        }
    }

    private static void check(OriginObject object, long firstByte, long lastByte) {
        if (firstByte < 0 || lastByte < firstByte || lastByte >= object.entry().sizeBytes()) {
            throw new IllegalArgumentException("no bytes " + firstByte + "-" + lastByte + " in " + object);
        }
    }

    @Override
    public void close() {}
}
