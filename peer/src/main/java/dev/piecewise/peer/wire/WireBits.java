package dev.piecewise.peer.wire;

import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.util.BitSet;

/** Sets of pieces as {@code bitfield} carries them: the high bit of the first byte is piece 0 (BEP 3). */
final class WireBits {
    private WireBits() {}

    static byte[] encode(BitSet pieces, int pieceCount) {
        byte[] bits = new byte[length(pieceCount)];
        pieces.stream().forEach(piece -> bits[piece / 8] |= (byte) (0x80 >>> piece % 8));
        return bits;
    }

    /** @throws PeerFault unless the length fits; spare bits are ignored */
    static BitSet decode(byte[] bits, int pieceCount) {
        if (bits.length != length(pieceCount)) {
            throw new PeerFault(Kind.FAILED, "a bitfield of " + bits.length + " bytes for " + pieceCount + " pieces");
        }
        BitSet pieces = new BitSet(pieceCount);
        for (int piece = 0; piece < pieceCount; piece++) {
            pieces.set(piece, (bits[piece / 8] & 0x80 >>> piece % 8) != 0);
        }
        return pieces;
    }

    /** Bytes that so many pieces take. */
    static int length(int pieceCount) {
        return (pieceCount + 7) / 8;
    }
}
