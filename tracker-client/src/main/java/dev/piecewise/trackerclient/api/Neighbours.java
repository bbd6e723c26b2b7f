package dev.piecewise.trackerclient.api;

import java.util.List;

/**
 * Peers of a swarm and what else an announce is answered with (BEP 3).
 *
 * @param swarm the infohash, or the provisional id while there is none; hexadecimal
 * @param intervalSeconds until the next regular announce
 * @param minIntervalSeconds not to announce more often than this
 * @param seeds how many there are
 * @param leeches likewise, with the one that asks
 * @param peers where they are reached, those that have everything first
 */
public record Neighbours(
        String swarm, double intervalSeconds, double minIntervalSeconds, int seeds, int leeches, List<Peer> peers) {
    /**
     * One of them.
     *
     * @param host an address
     */
    public record Peer(String host, int port) {}
}
