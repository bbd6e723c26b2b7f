package dev.piecewise.peer;

import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;

/**
 * Where a swarm finds its peers: told of every announce that is due, answers with addresses. Called on the swarm's own
 * announce thread; may block for a few seconds. A thrown {@link dev.piecewise.core.fault.PiecewiseFault} means "try again
 * later"; the swarm goes on with the peers it has.
 */
@FunctionalInterface
public interface PeerSource {
    AnnounceResponse announce(AnnounceRequest request);
}
