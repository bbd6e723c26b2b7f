package dev.piecewise.core;

/**
 * A piece length that Piecewise accepts: a multiple of 16 KiB from 16 KiB to 512 MiB. Users of other tools call it chunk
 * size.
 *
 * @param bytes the length
 */
public record PieceLength(int bytes) {
    /** The request unit of BitTorrent; every piece length is a multiple of it. */
    public static final int BLOCK_BYTES = 16 * 1024;

    /** The largest accepted piece length. */
    public static final int MAX_BYTES = 512 * 1024 * 1024;

    private static final int AUTO_MIN_BYTES = 256 * 1024;
    private static final int AUTO_MAX_BYTES = 16 * 1024 * 1024;
    private static final int AUTO_PIECES = 400;

    /** @throws IllegalArgumentException with a message for the user when the length is not acceptable */
    public PieceLength {
        if (bytes < BLOCK_BYTES || bytes > MAX_BYTES || bytes % BLOCK_BYTES != 0) {
            throw new IllegalArgumentException("piece size " + bytes
                    + " bytes is not a multiple of 16 KiB between 16 KiB and 512 MiB; try 1MiB, or leave it out");
        }
    }

    /** The smallest power of two of at least {@code totalBytes / 400}, clamped to 256 KiB .. 16 MiB. */
    public static PieceLength auto(long totalBytes) {
        int length = AUTO_MIN_BYTES;
        while (length < AUTO_MAX_BYTES && (long) length * AUTO_PIECES < totalBytes) {
            length *= 2;
        }
        return new PieceLength(length);
    }

    /**
     * Reads {@code "16MiB"}, {@code "1048576"}, ... as {@link ByteSize#parse}; the word {@code auto} is the caller's.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static PieceLength parse(String text) {
        long bytes = ByteSize.parse(text);
        return new PieceLength((int) Math.min(bytes, Integer.MAX_VALUE));
    }
}
