package dev.piecewise.core;

import java.util.Arrays;
import java.util.HexFormat;

/** The SHA-1 of a torrent's bencoded info dictionary (BEP 3): 20 bytes that name a swarm. */
public final class InfoHash implements Comparable<InfoHash> {
    /** Length of an infohash in bytes. */
    public static final int BYTES = 20;

    private final byte[] bytes;

    private InfoHash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * @param bytes exactly {@value #BYTES} bytes, copied
     * @throws IllegalArgumentException for any other length
     */
    public static InfoHash of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("an infohash has " + BYTES + " bytes, not " + bytes.length);
        }
        return new InfoHash(bytes.clone());
    }

    /**
     * @param hex 40 hexadecimal digits of either case
     * @throws IllegalArgumentException for anything else
     */
    public static InfoHash fromHex(String hex) {
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
    public int compareTo(InfoHash other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InfoHash that && Arrays.equals(bytes, that.bytes);
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
