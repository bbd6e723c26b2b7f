package dev.piecewise.core.announce;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A tracker's answer (BEP 3, 7, 23).
 *
 * @param interval until the next regular announce
 * @param minInterval not to announce more often than this
 * @param complete seeds in the swarm
 * @param incomplete leeches in the swarm
 * @param peers resolved IPv4 and IPv6 addresses
 */
public record AnnounceResponse(
        Duration interval, Duration minInterval, int complete, int incomplete, List<InetSocketAddress> peers) {}
