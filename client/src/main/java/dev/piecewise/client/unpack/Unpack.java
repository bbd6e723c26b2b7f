package dev.piecewise.client.unpack;

import java.util.Optional;

/**
 * That an archive is to be unpacked, and how.
 *
 * @param format absent: what its name says, else its first bytes
 * @param limits what is refused
 */
public record Unpack(Optional<ArchiveFormat> format, UnpackLimits limits) {
    private static final String AUTO = "auto";

    /** Whatever it is, within the default limits. */
    public static Unpack auto() {
        return new Unpack(Optional.empty(), UnpackLimits.defaults());
    }

    /** As that format, whatever name and content say. */
    public static Unpack as(ArchiveFormat format) {
        return new Unpack(Optional.of(format), UnpackLimits.defaults());
    }

    /**
     * Reads a method as users write it.
     *
     * @throws IllegalArgumentException naming it if it is none
     */
    public static Unpack parse(String method) {
        if (method.strip().equalsIgnoreCase(AUTO)) {
            return auto();
        }
        return as(ArchiveFormat.ofWord(method)
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + method + "' is not a method of unpacking; write auto, tar, tar.gz or zip")));
    }

    public Unpack withLimits(UnpackLimits other) {
        return new Unpack(format, other);
    }

    /** What {@link #parse} reads. */
    public String method() {
        return format.map(ArchiveFormat::word).orElse(AUTO);
    }
}
