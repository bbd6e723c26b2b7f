package dev.piecewise.peer.wire;

import dev.piecewise.core.Place;
import dev.piecewise.peer.extension.ExtensionHandshake;
import java.util.OptionalInt;

/**
 * What a peer's extension handshake (BEP 10) means to us.
 *
 * @param requests unanswered ones it keeps
 * @param blockBytes the largest block it sends for one request: our own nodes say more than the 16 KiB that everyone sends
 * @param place where it stands
 */
record Hello(int requests, int blockBytes, Place place) {
    private static final int LEAST_BLOCK_BYTES = 16 * 1024;
    private static final int LEAST_REQUESTS = 16;
    private static final int MOST = 1 << 20;

    static Hello of(ExtensionHandshake handshake, Hello defaults) {
        return new Hello(
                within(handshake.requestQueue(), defaults.requests, LEAST_REQUESTS),
                within(handshake.blockBytes(), defaults.blockBytes, LEAST_BLOCK_BYTES),
                handshake.place());
    }

    private static int within(OptionalInt value, int otherwise, int least) {
        return value.isPresent() ? Math.max(least, Math.min(value.getAsInt(), MOST)) : otherwise;
    }

    /** Whether this is one of our nodes. */
    boolean isOurs() {
        return blockBytes > LEAST_BLOCK_BYTES;
    }
}
