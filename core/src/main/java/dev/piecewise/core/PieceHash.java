package dev.piecewise.core;

import java.util.HexFormat;

/** The SHA-1 of one piece (BEP 3, {@code pieces}). */
public final class PieceHash extends Sha1Value implements Comparable<PieceHash> {
    /** Length in bytes. */
    public static final int BYTES = SHA1_BYTES;

    private PieceHash(byte[] bytes) {
        super(bytes, "a piece hash");
    }

    /**
     * @param bytes exactly {@value #BYTES} bytes, copied
     * @throws IllegalArgumentException for any other length
     */
    public static PieceHash of(byte[] bytes) {
        return new PieceHash(bytes);
    }

    /**
     * @param hex 40 hexadecimal digits of either case
     * @throws IllegalArgumentException for anything else
     */
    public static PieceHash fromHex(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    @Override
    public int compareTo(PieceHash other) {
        return compareBytes(other);
    }
}
