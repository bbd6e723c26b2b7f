package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.peer.StoredArtifact;
import java.util.List;
import java.util.Optional;

/** The artifacts that lie in this process's data directory. Thread-safe. */
public interface Store {
    /** Opens an artifact, or begins it; the same object every time while this process runs. */
    StoredArtifact artifact(ArtifactId id, ArtifactContent content);

    /** Keeps the torrent of an artifact, so that a restarted process seeds without asking. */
    void recordTorrent(ArtifactId id, InfoDictionary info);

    /** All artifacts that lie there. */
    List<Stored> stored();

    /**
     * @param content what it consists of
     * @param info its torrent, if it was published when this process heard last
     */
    record Stored(ArtifactId id, ArtifactContent content, Optional<InfoDictionary> info) {}
}
