package dev.piecewise.core.announce;

import java.util.Arrays;
import java.util.HexFormat;

/** The 20 bytes by which a BitTorrent client names itself (BEP 3, BEP 20). */
public final class PeerId {
    /** Length of a peer id in bytes. */
    public static final int BYTES = 20;

    private final byte[] bytes;

    private PeerId(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException unless there are exactly {@value #BYTES} bytes */
    public static PeerId of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a peer id has " + BYTES + " bytes, not " + bytes.length);
        }
        return new PeerId(bytes.clone());
    }

    /** A fresh copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeerId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
