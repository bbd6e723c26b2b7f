package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.StoredArtifact;
import java.util.List;
import java.util.Optional;

/** The artifacts that lie in this process's data directory. Thread-safe. */
public interface Store {
    /** Opens an artifact, or begins it; the same object every time while this process runs. */
    StoredArtifact artifact(ArtifactId id, ArtifactContent content);

    /**
     * Keeps the torrent of an artifact, so that a restarted process seeds without asking.
     *
     * @param trackers announce URLs other than the cluster's tracker, possibly none
     */
    void recordTorrent(ArtifactId id, EncodedInfo torrent, List<String> trackers);

    /** How much is there and how much more may be; empty if that cannot be told. */
    default Optional<Space> space() {
        return Optional.empty();
    }

    /**
     * @param heldBytes verified pieces of what is open
     * @param freeBytes that this process may still use
     */
    record Space(long heldBytes, long freeBytes) {}

    /** All artifacts that lie there. */
    List<Stored> stored();

    /**
     * @param content what it consists of
     * @param torrent its torrent, if it was published when this process heard last
     * @param trackers what {@link Store#recordTorrent} was told of them
     */
    record Stored(ArtifactId id, ArtifactContent content, Optional<EncodedInfo> torrent, List<String> trackers) {}
}
