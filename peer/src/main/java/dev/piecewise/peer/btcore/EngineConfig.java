package dev.piecewise.peer.btcore;

import java.net.InetAddress;
import java.time.Duration;

/**
 * How the engine listens, and its limits.
 *
 * @param listen the address to accept and make connections on; the wildcard address for all
 * @param port 0 for any free port per torrent; otherwise the first torrent's port, others get the next free ones up to 99 above
 * @param maxPeers connections per torrent
 * @param outstandingRequests 16 KiB blocks asked of one peer at a time
 * @param searchInterval between two announces while pieces are wanted and peers are few
 */
public record EngineConfig(
        InetAddress listen, int port, int maxPeers, int outstandingRequests, Duration searchInterval) {
    public EngineConfig {
        if (port < 0 || port > 65_535 || maxPeers < 1 || outstandingRequests < 1 || searchInterval.isNegative()) {
            throw new IllegalArgumentException("port 0-65535, at least one peer and one request are needed");
        }
    }

    /** Any free port of the loopback interface. */
    public static EngineConfig defaults() {
        return new EngineConfig(InetAddress.getLoopbackAddress(), 0, 200, 128, Duration.ofSeconds(2));
    }

    /** The same limits on another address. */
    public EngineConfig at(InetAddress newListen, int newPort) {
        return new EngineConfig(newListen, newPort, maxPeers, outstandingRequests, searchInterval);
    }
}
