package dev.piecewise.core;

import java.util.Arrays;
import java.util.HexFormat;

/** The SHA-1 of one piece (BEP 3, {@code pieces}). */
public final class PieceHash implements Comparable<PieceHash> {
    /** Length of a piece hash in bytes. */
    public static final int BYTES = 20;

    private final byte[] bytes;

    private PieceHash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param bytes exactly {@value #BYTES} bytes, copied
     * @throws IllegalArgumentException for any other length
     */
    public static PieceHash of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a piece hash has " + BYTES + " bytes, not " + bytes.length);
        }
        return new PieceHash(bytes.clone());
    }

    /**
     * @param hex 40 hexadecimal digits of either case
     * @throws IllegalArgumentException for anything else
     */
    public static PieceHash fromHex(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    /** A fresh copy of the 20 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** 40 lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public int compareTo(PieceHash other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PieceHash that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return hex();
    }
}
