package dev.piecewise.tracker.announce;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * One announce, reduced to what a swarm keeps.
 *
 * @param address where others reach the peer; with the swarm it is the peer's key
 * @param nodeId the node that announced; none for a stock client
 * @param seed whether nothing is left to download
 * @param zone of the node, empty if it has no label
 */
public record SwarmPeer(InetSocketAddress address, Optional<String> nodeId, boolean seed, String zone) {
    /** In no zone. */
    public SwarmPeer(InetSocketAddress address, Optional<String> nodeId, boolean seed) {
        this(address, nodeId, seed, "");
    }

    /**
     * Whether other seeds are of use to it. aria2 says that nothing is left also when it has a magnet link and no metadata yet, so
     * that word of a stock client is not taken for it.
     */
    boolean wantsSeeds() {
        return !seed || nodeId.isEmpty();
    }
}
