package dev.piecewise.core;

import java.util.Arrays;
import java.util.HexFormat;

/** The value of a SHA-1, for the types that say of what; values of different types are never equal. */
abstract sealed class Sha1Value permits InfoHash, PieceHash {
    /** Length of a SHA-1 in bytes. */
    static final int SHA1_BYTES = 20;

    private final byte[] bytes;

    /**
     * @param what names the value in the message
     * @throws IllegalArgumentException unless there are exactly 20 bytes
     */
    Sha1Value(byte[] bytes, String what) {
        if (bytes.length != SHA1_BYTES) {
            throw new IllegalArgumentException(what + " has " + SHA1_BYTES + " bytes, not " + bytes.length);
        }
        this.bytes = bytes.clone();
    }

    /** A fresh copy of the 20 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** 40 lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    int compareBytes(Sha1Value other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public final boolean equals(Object other) {
        return other instanceof Sha1Value that && getClass() == that.getClass() && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public final int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return hex();
    }
}
