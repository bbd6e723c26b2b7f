package dev.piecewise.core.announce;

import dev.piecewise.core.InfoHash;

/**
 * One announce (BEP 3).
 *
 * @param port where this peer accepts connections, 1 to 65535
 * @param uploadedBytes payload sent since {@code STARTED}
 * @param downloadedBytes payload received since {@code STARTED}
 * @param leftBytes payload still wanted; 0 is a seed
 * @param wantedPeers {@code numwant}; negative leaves it to the tracker
 */
public record AnnounceRequest(
        InfoHash infoHash,
        PeerId peerId,
        int port,
        long uploadedBytes,
        long downloadedBytes,
        long leftBytes,
        AnnounceEvent event,
        int wantedPeers) {
    public AnnounceRequest {
        if (port < 1 || port > 65_535 || uploadedBytes < 0 || downloadedBytes < 0 || leftBytes < 0) {
            throw new IllegalArgumentException("port 1-65535 and byte counts of 0 or more are needed");
        }
    }
}
