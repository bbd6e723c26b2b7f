package dev.piecewise.core;

import java.util.HexFormat;

/** The SHA-1 of a torrent's bencoded info dictionary (BEP 3): 20 bytes that name a swarm. */
public final class InfoHash extends Sha1Value implements Comparable<InfoHash> {
    /** Length in bytes. */
    public static final int BYTES = SHA1_BYTES;

    private InfoHash(byte[] bytes) {
        super(bytes, "an infohash");
    }

    /**
     * @param bytes exactly {@value #BYTES} bytes, copied
     * @throws IllegalArgumentException for any other length
     */
    public static InfoHash of(byte[] bytes) {
        return new InfoHash(bytes);
    }

    /**
     * @param hex 40 hexadecimal digits of either case
     * @throws IllegalArgumentException for anything else
     */
    public static InfoHash fromHex(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    @Override
    public int compareTo(InfoHash other) {
        return compareBytes(other);
    }
}
