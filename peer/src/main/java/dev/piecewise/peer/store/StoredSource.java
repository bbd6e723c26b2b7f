package dev.piecewise.peer.store;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.TorrentFault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stored artifact whose pieces are only read, whether it is open or not.
 *
 * @param held as it is recorded; whoever reads a piece hashes it
 */
record StoredSource(ArtifactFiles files, PieceLayout layout, BitSet held) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoredSource.class);

    /** Nothing, if its records cannot be read. */
    static Optional<StoredSource> open(Path directory) {
        try {
            ArtifactMeta meta = ArtifactMeta.read(directory.resolve("meta"));
            return PieceJournal.read(directory.resolve("pieces"))
                    .map(recorded -> new StoredSource(
                            ArtifactFiles.in(directory.resolve("files"), meta.content()),
                            meta.content().layout(),
                            recorded.held()));
        } catch (IOException | TorrentFault e) {
            LOG.debug("nothing is taken from {}: {}", directory, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        try {
            files.close();
        } catch (IOException e) {
            LOG.debug("a file that was read could not be closed: {}", e.getMessage());
        }
    }
}
