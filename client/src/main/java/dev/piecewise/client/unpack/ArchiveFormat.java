package dev.piecewise.client.unpack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarUtils;

/** A kind of archive that can be unpacked. */
public enum ArchiveFormat {
    /** POSIX tar with the extensions of GNU tar and pax. */
    TAR("tar", "tar"),
    /** The same in gzip (RFC 1952), of one member or several. */
    TAR_GZ("tar.gz", "tgz"),
    /** Zip with a central directory, stored or deflated (PKWARE APPNOTE). */
    ZIP("zip", "zip");

    private static final int TAR_HEADER_BYTES = 512;

    private final String word;
    private final String alias;

    ArchiveFormat(String word, String alias) {
        this.word = word;
        this.alias = alias;
    }

    /** How users name it. */
    public String word() {
        return word;
    }

    /** The format of that {@link #word()}, in any case; {@code tgz} is {@code tar.gz}. */
    public static Optional<ArchiveFormat> ofWord(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> lower.equals(format.word) || lower.equals(format.alias))
                .findFirst();
    }

    /** What a file's name says, in any case. */
    public static Optional<ArchiveFormat> ofName(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Arrays.stream(values())
                .filter(format -> lower.endsWith("." + format.word) || lower.endsWith("." + format.alias))
                .findFirst();
    }

    /** A name, or the path of a file, without the ending by which {@link #ofName} knows it, unless no name would be left. */
    static String withoutEnding(String path) {
        String lower = path.toLowerCase(Locale.ROOT);
        for (ArchiveFormat format : values()) {
            for (String ending : List.of("." + format.word, "." + format.alias)) {
                if (lower.endsWith(ending)) {
                    String stem = path.substring(0, path.length() - ending.length());
                    String name = stem.substring(stem.lastIndexOf('/') + 1);
                    return name.isEmpty() || name.equals(".") || name.equals("..") ? path : stem;
                }
            }
        }
        return path;
    }

    /** What a file's first bytes say. */
    public static Optional<ArchiveFormat> ofContent(Path file) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(TAR_HEADER_BYTES);
        }
        if (startsWith(head, 0x1f, 0x8b)) {
            return Optional.of(TAR_GZ);
        } else if (startsWith(head, 'P', 'K', 3, 4) || startsWith(head, 'P', 'K', 5, 6)) {
            return Optional.of(ZIP);
        } else if (isTarHeader(head)) {
            return Optional.of(TAR);
        }
        return Optional.empty();
    }

    private static boolean isTarHeader(byte[] head) {
        try {
            return head.length == TAR_HEADER_BYTES && TarUtils.verifyCheckSum(head);
        } catch (IllegalArgumentException e) {
            return false; // where the sum should be there is no number
        }
    }

    private static boolean startsWith(byte[] head, int... magic) {
        boolean equal = head.length >= magic.length;
        for (int i = 0; equal && i < magic.length; i++) {
            equal = (head[i] & 0xff) == magic[i];
        }
        return equal;
    }
}
