package dev.piecewise.seeder.lease;

import dev.piecewise.core.FileRoots;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.UnchangedFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads of {@code file://} origins. There is no signature in them, so they are done only below this process's own directories,
 * and like all others only of the version that was asked for.
 */
final class FileReads {
    private static final Logger LOG = LoggerFactory.getLogger(FileReads.class);
    private static final String SCHEME = "file://";
    private static final int PRECONDITION_FAILED = 412;

    private final FileRoots roots;

    FileReads(FileRoots roots) {
        this.roots = roots;
    }

    static boolean isFile(SignedRead read) {
        return read.url().startsWith(SCHEME);
    }

    /**
     * Opens a file at the first byte.
     *
     * @throws OriginRequests.Refused if it is not to be read here, or is another version now
     */
    OriginBody open(SignedRead read) throws IOException, OriginRequests.Refused {
        String version = Objects.requireNonNullElse(read.headers().get("If-Match"), "");
        try {
            UnchangedFile file = new UnchangedFile(
                    roots.real(FileRoots.path(read.url().substring(SCHEME.length()))),
                    version,
                    read.firstByte(),
                    read.lastByte() - read.firstByte() + 1);
            return new OriginBody(file, () -> close(file), 0);
        } catch (FileRoots.Outside e) {
            throw new OriginRequests.Refused(
                    OriginRequests.NOT_FROM_HERE, e.getMessage() + "; start a seeder with --file-root for it");
        } catch (NoSuchFileException e) {
            // The tracker has just seen it: here something is not mounted.
            throw new OriginRequests.Refused(
                    OriginRequests.NOT_FROM_HERE, e.getFile() + " does not exist on the seeder's machine");
        } catch (UnchangedFile.Changed e) {
            throw new OriginRequests.Refused(PRECONDITION_FAILED, String.valueOf(e.getMessage()));
        }
    }

    private static void close(UnchangedFile file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("closing a file: {}", e.getMessage());
        }
    }
}
