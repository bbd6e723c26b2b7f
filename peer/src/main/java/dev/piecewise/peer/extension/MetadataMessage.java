package dev.piecewise.peer.extension;

import dev.piecewise.core.bencode.BDictionary;
import dev.piecewise.core.bencode.BInteger;
import dev.piecewise.core.bencode.Bencode;
import dev.piecewise.core.bencode.BencodeValue;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** One message of {@code ut_metadata} (BEP 9). The info dictionary travels in blocks of 16 KiB, the last one shorter. */
sealed interface MetadataMessage {
    /** Length of all blocks but the last. */
    int BLOCK_BYTES = 16 * 1024;

    /** The block's index, as the peer says; not checked. */
    long block();

    record Request(long block) implements MetadataMessage {}

    /**
     * @param totalBytes of the whole info dictionary
     * @param bytes the block's, a view
     */
    record Data(long block, long totalBytes, ByteBuffer bytes) implements MetadataMessage {}

    record Reject(long block) implements MetadataMessage {}

    /**
     * Reads one.
     *
     * @return nothing for a type of message that BEP 9 does not know, which must be ignored
     * @throws PeerFault if it is none
     */
    static Optional<MetadataMessage> decode(byte[] bytes) {
        Bencode.Prefix prefix = Bencode.decodePrefix(bytes);
        if (!(prefix.value() instanceof BDictionary fields)) {
            throw new PeerFault(Kind.FAILED, "a metadata message that is no dictionary");
        }
        int type = (int) Math.min(need(fields, "msg_type"), 3);
        if (type > 2) {
            return Optional.empty();
        }
        long block = need(fields, "piece");
        int rest = bytes.length - prefix.encodedBytes();
        if (type != 1 && rest > 0) {
            throw new PeerFault(Kind.FAILED, rest + " bytes behind a metadata message that carries none");
        }
        return Optional.of(
                switch (type) {
                    case 0 -> new Request(block);
                    case 1 ->
                        new Data(
                                block,
                                need(fields, "total_size"),
                                ByteBuffer.wrap(bytes, prefix.encodedBytes(), rest)
                                        .slice());
                    default -> new Reject(block);
                });
    }

    private static long need(BDictionary fields, String key) {
        return fields.get(key, BInteger.class)
                .map(BInteger::value)
                .filter(value -> value >= 0)
                .orElseThrow(() -> new PeerFault(Kind.FAILED, "a metadata message without a usable " + key));
    }

    /** As a message numbered as the receiver wants. */
    default ExtensionMessage encode(int id) {
        Map<String, BencodeValue> fields = new HashMap<>();
        fields.put("piece", new BInteger(block()));
        ByteBuffer tail = ByteBuffer.allocate(0);
        if (this instanceof Data data) {
            fields.put("msg_type", new BInteger(1));
            fields.put("total_size", new BInteger(data.totalBytes()));
            tail = data.bytes();
        } else {
            fields.put("msg_type", new BInteger(this instanceof Request ? 0 : 2));
        }
        return new ExtensionMessage(id, ByteBuffer.wrap(Bencode.encode(BDictionary.of(fields))), tail);
    }
}
