package dev.piecewise.tracker.announce;

import dev.piecewise.core.InfoHash;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Who is in which swarm. Thread-safe. Times are nanoseconds of the caller's monotonic clock. Every implementation passes
 * {@code SwarmStoreContract}.
 */
public interface SwarmStore {
    /**
     * Adds a peer or brings it up to date; {@code completed} counts a finished download.
     *
     * @return whether it was not in the swarm before
     */
    boolean put(InfoHash swarm, SwarmPeer peer, boolean completed, long nowNanos);

    /**
     * Adds a node's peer that is about to begin, unless that node is there by this address already: then nothing changes.
     *
     * @return whether it was added
     */
    boolean enter(InfoHash swarm, SwarmPeer peer, long nowNanos);

    /** A peer stopped. */
    void remove(InfoHash swarm, InetSocketAddress address);

    /** All peers of a node are gone, in every swarm. */
    void removeNode(String nodeId);

    /**
     * Drops peers not heard of for longer than this.
     *
     * @param silentNanos of stock clients
     * @param silentNodeNanos of nodes
     */
    void expire(long nowNanos, long silentNanos, long silentNodeNanos);

    /**
     * A random sample for {@code asking}, which is not in it; a node that seeds is handed no seeds. What nodes are handed is spread
     * evenly: of random ones those that were handed out least. More than half of a node's are of its own zone, if it is in one that
     * has so many. Of a zone 16 nodes, its <em>doors</em>, are handed each other, before all others, and doors of other zones; the
     * zone's other nodes are handed none of other zones.
     */
    List<SwarmPeer> sample(InfoHash swarm, SwarmPeer asking, int atMost);

    /** Nodes that have become doors of their zones since this was asked last, as others left. */
    List<Door> newDoors();

    /** A node that peers of other zones are to hear of. */
    record Door(InfoHash swarm, SwarmPeer peer) {}

    /** How many are there now. */
    SwarmCounts counts(InfoHash swarm);
}
