package dev.piecewise.peer.extension;

import java.nio.ByteBuffer;

/**
 * An extension message to send: on the wire {@value #WIRE_ID}, {@code id}, {@code head}, {@code tail} (BEP 10).
 *
 * @param id what the receiver called this kind of message; 0 is the extension handshake
 * @param head a bencoded dictionary
 * @param tail bytes behind it, possibly none; a view, so that a queued message costs next to nothing
 */
public record ExtensionMessage(int id, ByteBuffer head, ByteBuffer tail) {
    /** The number of extension messages among BitTorrent's. */
    public static final int WIRE_ID = 20;

    /** Which of the 64 reserved bits of a handshake says that its sender speaks this protocol; 0 is the first one sent. */
    public static final int HANDSHAKE_BIT = 43;

    /** Bytes of the payload: all but the message's length and number. */
    public int payloadBytes() {
        return 1 + head.remaining() + tail.remaining();
    }

    /** Appends the payload. */
    public void writeTo(ByteBuffer out) {
        out.put((byte) id).put(head.duplicate()).put(tail.duplicate());
    }
}
