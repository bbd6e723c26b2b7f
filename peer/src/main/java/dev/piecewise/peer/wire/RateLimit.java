package dev.piecewise.peer.wire;

/**
 * The limits that hold for one direction of a torrent: its own and that of the process.
 *
 * @param process shared by all torrents
 */
record RateLimit(TokenBucket torrent, TokenBucket process) {
    int available() {
        return Math.min(torrent.available(), process.available());
    }

    void take(int bytes) {
        torrent.take(bytes);
        process.take(bytes);
    }

    long waitNanos() {
        return Math.max(1_000_000, Math.max(torrent.waitNanos(), process.waitNanos()));
    }
}
