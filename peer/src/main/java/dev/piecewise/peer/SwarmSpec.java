package dev.piecewise.peer;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.EncodedInfo;
import java.util.List;
import java.util.Optional;

/**
 * What it takes to join a swarm. There is no metainfo file here: hashes may arrive while the swarm runs.
 *
 * @param infoHashes under which the swarm is found; the first one is announced
 * @param storage where its bytes are and go
 * @param hashes its pieces' hashes, as far as they are known
 * @param peers where its peers come from
 * @param privateTorrent no DHT, no peer exchange (BEP 27)
 * @param metadata the info dictionary, given to peers that know the infohash alone (BEP 9); absent while not all hashes are in
 */
public record SwarmSpec(
        List<InfoHash> infoHashes,
        StoredArtifact storage,
        PieceHashes hashes,
        PeerSource peers,
        boolean privateTorrent,
        Optional<EncodedInfo> metadata) {
    public SwarmSpec {
        infoHashes = List.copyOf(infoHashes);
        if (infoHashes.isEmpty()) {
            throw new IllegalArgumentException("a swarm needs an infohash");
        }
    }

    /** A swarm whose info dictionary is not known, or not given away. */
    public SwarmSpec(
            List<InfoHash> infoHashes,
            StoredArtifact storage,
            PieceHashes hashes,
            PeerSource peers,
            boolean privateTorrent) {
        this(infoHashes, storage, hashes, peers, privateTorrent, Optional.empty());
    }

    /** The swarm of a torrent. */
    public static SwarmSpec of(EncodedInfo torrent, StoredArtifact storage, PeerSource peers) {
        return new SwarmSpec(
                List.of(torrent.infoHash()),
                storage,
                PieceHashes.of(torrent.info().hashes()),
                peers,
                torrent.info().privateTorrent(),
                Optional.of(torrent));
    }
}
