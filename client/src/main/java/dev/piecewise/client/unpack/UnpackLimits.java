package dev.piecewise.client.unpack;

/**
 * Beyond what an archive is taken for an attack and refused.
 *
 * @param maxBytes all files' bytes together, as unpacked, of all archives that become one tree
 * @param maxRatio these bytes for each byte of the archive, of each archive; the first 64 MiB are always allowed
 * @param maxEntries files, directories and links, of all archives together
 */
public record UnpackLimits(long maxBytes, long maxRatio, long maxEntries) {
    /** @throws IllegalArgumentException unless each is at least 1 */
    public UnpackLimits {
        if (maxBytes < 1 || maxRatio < 1 || maxEntries < 1) {
            throw new IllegalArgumentException("limits of unpacking must be at least 1");
        }
    }

    /** 1 TiB, 200 to 1, ten million entries. */
    public static UnpackLimits defaults() {
        return new UnpackLimits(1L << 40, 200, 10_000_000);
    }

    public UnpackLimits withMaxBytes(long bytes) {
        return new UnpackLimits(bytes, maxRatio, maxEntries);
    }

    public UnpackLimits withMaxRatio(long ratio) {
        return new UnpackLimits(maxBytes, ratio, maxEntries);
    }

    public UnpackLimits withMaxEntries(long entries) {
        return new UnpackLimits(maxBytes, maxRatio, entries);
    }
}
