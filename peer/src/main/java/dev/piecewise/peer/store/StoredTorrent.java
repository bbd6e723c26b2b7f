package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.core.metainfo.InfoDictionary;
import java.util.List;
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
     * @param trackers announce URLs to find its peers at, if those are not at the cluster's tracker
     */
    public record Known(EncodedInfo torrent, List<String> trackers) {
        public Known {
            trackers = List.copyOf(trackers);
        }

        /** SHA-1 of the recorded bytes, which of a foreign torrent need not be those that {@link #info()} encodes to. */
        public InfoHash infoHash() {
            return torrent.infoHash();
        }

        public InfoDictionary info() {
            return torrent.info();
        }
    }
}
