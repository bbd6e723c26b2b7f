package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.InfoDictionary;
import java.util.Optional;

/**
 * One artifact of a data directory.
 *
 * @param content its names, sizes and layout
 * @param torrent what {@link DataDirectory#recordTorrent} was told, if it was
 */
public record StoredTorrent(ArtifactId id, ArtifactContent content, Optional<Known> torrent) {
    /**
     * A torrent whose hashes are known.
     *
     * @param infoHash SHA-1 of the recorded bytes, which of a foreign torrent need not be those that {@code info} encodes to
     */
    public record Known(InfoHash infoHash, InfoDictionary info) {}
}
