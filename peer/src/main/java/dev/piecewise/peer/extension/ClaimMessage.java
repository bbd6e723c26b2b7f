package dev.piecewise.peer.extension;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * {@code pw_claim}, ours alone: the sender brings a piece from another zone into its own, or does so no longer. Four bytes of the
 * piece's index and one that is 1 or 0.
 *
 * @param piece not checked
 */
public record ClaimMessage(int piece, boolean claimed) {
    private static final int BYTES = 5;

    /** As an extension message of this number, which the receiver chose. */
    public ExtensionMessage encode(int id) {
        ByteBuffer body = ByteBuffer.allocate(BYTES)
                .putInt(piece)
                .put((byte) (claimed ? 1 : 0))
                .flip();
        return new ExtensionMessage(id, body, ByteBuffer.allocate(0));
    }

    /** Nothing if it is none: a later version may say more. */
    public static Optional<ClaimMessage> decode(ByteBuffer payload) {
        return payload.remaining() == BYTES
                ? Optional.of(new ClaimMessage(payload.getInt(), payload.get() == 1))
                : Optional.empty();
    }
}
