package dev.piecewise.peer;

import dev.piecewise.core.InfoHash;
import java.util.List;

/**
 * What it takes to join a swarm. There is no metainfo file here: hashes may arrive while the swarm runs.
 *
 * @param infoHashes under which the swarm is found; the first one is announced
 * @param storage where its bytes are and go
 * @param hashes its pieces' hashes, as far as they are known
 * @param peers where its peers come from
 * @param privateTorrent no DHT, no peer exchange (BEP 27)
 */
public record SwarmSpec(
        List<InfoHash> infoHashes,
        StoredArtifact storage,
        PieceHashes hashes,
        PeerSource peers,
        boolean privateTorrent) {
    public SwarmSpec {
        infoHashes = List.copyOf(infoHashes);
        if (infoHashes.isEmpty()) {
            throw new IllegalArgumentException("a swarm needs an infohash");
        }
    }
}
