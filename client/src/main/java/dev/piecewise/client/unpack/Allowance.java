package dev.piecewise.client.unpack;

import dev.piecewise.core.ByteSize;

/** What one archive has used of its {@link UnpackLimits}. */
final class Allowance {
    private static final long ALWAYS_ALLOWED_BYTES = 64L * 1024 * 1024;

    private final UnpackLimits limits;
    private final long archiveBytes;
    private final long bytesBefore;
    private final long entriesBefore;
    private long bytes;
    private long entries;

    /**
     * @param bytesBefore what others took, with which this archive becomes one tree
     * @param entriesBefore likewise
     */
    Allowance(UnpackLimits limits, long archiveBytes, long bytesBefore, long entriesBefore) {
        this.limits = limits;
        this.archiveBytes = archiveBytes;
        this.bytesBefore = bytesBefore;
        this.entriesBefore = entriesBefore;
    }

    long bytes() {
        return bytes;
    }

    long entries() {
        return entries;
    }

    /** @param entry the one that is unpacked, for the message */
    void takeBytes(String entry, long more) throws ArchiveRefused {
        bytes += more;
        if (bytesBefore + bytes > limits.maxBytes()) {
            throw ArchiveRefused.entry(
                    entry, "brings what is unpacked to more than " + ByteSize.format(limits.maxBytes()));
        } else if (bytes > ALWAYS_ALLOWED_BYTES && bytes / limits.maxRatio() >= archiveBytes) {
            throw ArchiveRefused.entry(
                    entry,
                    "brings what is unpacked to " + ByteSize.format(bytes) + ", more than " + limits.maxRatio()
                            + " times the archive's " + ByteSize.format(archiveBytes));
        }
    }

    /** @param entry as above */
    void takeEntry(String entry) throws ArchiveRefused {
        entries++;
        if (entriesBefore + entries > limits.maxEntries()) {
            throw ArchiveRefused.entry(entry, "is one more than the " + limits.maxEntries() + " that are allowed");
        }
    }
}
