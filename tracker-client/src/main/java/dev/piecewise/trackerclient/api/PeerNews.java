package dev.piecewise.trackerclient.api;

import java.util.List;

/**
 * {@code GET /v1/nodes/N/peers?from=CURSOR&waitSeconds=S}: peers that joined swarms of a node since an earlier answer, in all its
 * swarms, and that the tracker chose as its neighbours. A newcomer is named its neighbours by its own announce and calls them, so
 * this is of use when it cannot.
 *
 * @param cursor where the next request goes on; opaque
 * @param newcomers in the order in which they came
 */
public record PeerNews(String cursor, List<Newcomer> newcomers) {
    /**
     * @param infoHash of the swarm, or its provisional id; hexadecimal
     * @param host where the peer is reached, an address
     * @param port likewise
     */
    public record Newcomer(String infoHash, String host, int port) {}
}
