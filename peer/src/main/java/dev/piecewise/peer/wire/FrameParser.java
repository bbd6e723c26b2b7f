package dev.piecewise.peer.wire;

import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a peer sends into messages (BEP 3), however it was cut on the way. The bytes of blocks are passed on where they
 * lie, as soon as they come; all other messages are short and gathered whole.
 */
final class FrameParser {
    /** The largest block that can be agreed on. */
    static final int MAX_BLOCK_BYTES = 1 << 20;

    static final int BLOCK_HEADER_BYTES = 13;
    static final int BLOCK_ID = 7;
    private static final int PREFIX_BYTES = 4;
    private static final int SMALL_BYTES = 64;

    /** Who is told. */
    interface Sink {
        /**
         * A message that is no block.
         *
         * @param frame length prefix, id and payload, to be used before returning
         * @param length of the whole frame
         */
        void message(byte[] frame, int length);

        void keepAlive();

        void blockBegins(int piece, int offset, int length);

        /**
         * The next bytes of the block that began.
         *
         * @param buffer where they lie, if that can be held; else they are gone when this returns
         */
        void blockBytes(@Nullable SharedBuffer buffer, ByteBuffer bytes, int from, int length);
    }

    private final Sink sink;
    private final int maxFrameBytes;
    private byte[] frame = new byte[SMALL_BYTES];
    private int have;
    private int need = PREFIX_BYTES;
    private int blockBytesLeft;

    /** @param maxMessageBytes of the longest message that is no block */
    FrameParser(Sink sink, int maxMessageBytes) {
        this.sink = sink;
        this.maxFrameBytes = PREFIX_BYTES + maxMessageBytes;
    }

    /** Whether a block is on its way. */
    boolean isInBlock() {
        return blockBytesLeft > 0;
    }

    /** @throws PeerFault if this is not BitTorrent */
    void accept(@Nullable SharedBuffer buffer, ByteBuffer bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (blockBytesLeft > 0) {
                int length = Math.min(blockBytesLeft, to - at);
                blockBytesLeft -= length;
                sink.blockBytes(buffer, bytes, at, length);
                at += length;
            } else {
                int length = Math.min(need - have, to - at);
                bytes.get(at, frame, have, length);
                have += length;
                at += length;
                if (have == need) {
                    advance();
                }
            }
        }
    }

    /** As many bytes as were wanted are there: either a message is whole or it is known how many more it needs. */
    private void advance() {
        int length = ByteBuffer.wrap(frame).getInt(0);
        boolean block = have > PREFIX_BYTES && frame[PREFIX_BYTES] == BLOCK_ID;
        if (have == PREFIX_BYTES && length == 0) {
            have = 0;
            sink.keepAlive();
        } else if (have == PREFIX_BYTES) {
            if (length < 0 || length > Math.max(maxFrameBytes, MAX_BLOCK_BYTES + BLOCK_HEADER_BYTES)) {
                throw new PeerFault(Kind.FAILED, "a message of " + length + " bytes");
            }
            need = PREFIX_BYTES + 1;
        } else if (block && have < BLOCK_HEADER_BYTES) {
            if (length <= BLOCK_HEADER_BYTES - PREFIX_BYTES) {
                throw new PeerFault(Kind.FAILED, "an empty block");
            }
            need = BLOCK_HEADER_BYTES;
        } else if (block) {
            ByteBuffer header = ByteBuffer.wrap(frame);
            reset();
            blockBytesLeft = length - (BLOCK_HEADER_BYTES - PREFIX_BYTES);
            sink.blockBegins(header.getInt(PREFIX_BYTES + 1), header.getInt(PREFIX_BYTES + 5), blockBytesLeft);
        } else if (have < PREFIX_BYTES + length) {
            if (PREFIX_BYTES + length > maxFrameBytes) {
                throw new PeerFault(Kind.FAILED, "a message of " + length + " bytes");
            }
            need = PREFIX_BYTES + length;
            if (frame.length < need) {
                frame = Arrays.copyOf(frame, need);
            }
        } else {
            byte[] whole = frame;
            int size = have;
            reset();
            sink.message(whole, size);
        }
    }

    private void reset() {
        have = 0;
        need = PREFIX_BYTES;
        if (frame.length > SMALL_BYTES) {
            frame = new byte[SMALL_BYTES];
        }
    }
}
