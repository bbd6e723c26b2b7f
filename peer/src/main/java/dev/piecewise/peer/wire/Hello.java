package dev.piecewise.peer.wire;

import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BInteger;
import dev.piecewise.core.bencode.BString;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.fault.PeerFault;
import java.util.Map;

/**
 * What peers tell each other of themselves in the extended handshake (BEP 10).
 *
 * @param requests unanswered ones it keeps ({@code reqq})
 * @param blockBytes the largest block it sends for one request ({@code pw_block}): our own nodes say more than the 16 KiB
 *     that everyone sends
 */
record Hello(int requests, int blockBytes) {
    private static final int LEAST_BLOCK_BYTES = 16 * 1024;
    private static final int LEAST_REQUESTS = 16;

    byte[] encode() {
        return Bencode.encode(BDictionary.of(Map.of(
                "m",
                BDictionary.of(Map.of()),
                "pw_block",
                new BInteger(blockBytes),
                "reqq",
                new BInteger(requests),
                "v",
                BString.of("Piecewise"))));
    }

    /** @throws PeerFault if this is no dictionary */
    static Hello decode(byte[] payload, Hello defaults) {
        if (!(Bencode.decode(payload) instanceof BDictionary dictionary)) {
            return defaults;
        }
        return new Hello(
                number(dictionary, "reqq", defaults.requests, LEAST_REQUESTS),
                number(dictionary, "pw_block", defaults.blockBytes, LEAST_BLOCK_BYTES));
    }

    private static int number(BDictionary dictionary, String key, int otherwise, int least) {
        return dictionary
                .get(key, BInteger.class)
                .map(value -> (int) Math.max(least, Math.min(value.value(), 1 << 20)))
                .orElse(otherwise);
    }

    /** Whether this is one of our nodes. */
    boolean isOurs() {
        return blockBytes > LEAST_BLOCK_BYTES;
    }
}
