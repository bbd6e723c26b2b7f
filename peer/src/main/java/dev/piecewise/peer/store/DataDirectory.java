package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.peer.StoredArtifact;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The one place of a process's bytes: owned by one process at a time. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class DataDirectory implements AutoCloseable {
    private final Path path;

    private DataDirectory(Path path) {
        this.path = path;
    }

    /**
     * Takes ownership of a data directory, creating it if need be.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if another owner has it, or it cannot be written
     */
    public static DataDirectory open(Path path) {
        return new DataDirectory(path);
    }

    /** Where it is, absolute. */
    public Path path() {
        return path;
    }

    /** The artifact's store, opened (and its files made, sparse) on the first call; later calls give the same object. */
    public StoredArtifact artifact(ArtifactId id, ArtifactContent content) {
        throw new UnsupportedOperationException(id + " " + content);
    }

    /** Records an artifact's torrent, so that a restarted node can seed it and check its pieces without asking anyone. */
    public void recordTorrent(ArtifactId id, byte[] infoDictionary) {
        throw new UnsupportedOperationException(id + " " + infoDictionary.length);
    }

    /** What is stored here, complete or not. */
    public List<StoredTorrent> stored() {
        throw new UnsupportedOperationException();
    }

    /** One of {@link #stored()}. */
    public Optional<StoredTorrent> stored(ArtifactId id) {
        throw new UnsupportedOperationException(id.hex());
    }

    /** Closes every artifact, then gives up ownership. */
    @Override
    public void close() {}
}
