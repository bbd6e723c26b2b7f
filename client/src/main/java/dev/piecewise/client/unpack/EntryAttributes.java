package dev.piecewise.client.unpack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What is kept of an entry beside its content.
 *
 * @param mode absent: left as the system made it; of it only the nine permissions are used, never setuid, setgid and sticky
 * @param modified when it was changed last
 */
record EntryAttributes(OptionalInt mode, Optional<FileTime> modified) {
    private static final PosixFilePermission[] BITS = {
        PosixFilePermission.OTHERS_EXECUTE,
        PosixFilePermission.OTHERS_WRITE,
        PosixFilePermission.OTHERS_READ,
        PosixFilePermission.GROUP_EXECUTE,
        PosixFilePermission.GROUP_WRITE,
        PosixFilePermission.GROUP_READ,
        PosixFilePermission.OWNER_EXECUTE,
        PosixFilePermission.OWNER_WRITE,
        PosixFilePermission.OWNER_READ
    };
    private static final FileTime FIRST = FileTime.from(Instant.parse("1901-12-14T00:00:00Z")); // of signed 32 bits
    private static final FileTime LAST = FileTime.from(Instant.parse("2446-05-10T00:00:00Z")); // of ext4

    /** To a file or a directory; a link there would be followed. */
    void apply(Path path) throws IOException {
        if (modified.isPresent()) {
            Files.setLastModifiedTime(path, possible(modified.get()));
        }
        if (mode.isPresent()) {
            Files.setPosixFilePermissions(path, permissions(mode.getAsInt()));
        }
    }

    /** The time of a symbolic link itself, which has no permissions. */
    void applyToLink(Path link) throws IOException {
        if (modified.isPresent()) {
            Files.getFileAttributeView(link, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setTimes(possible(modified.get()), null, null);
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < BITS.length; bit++) {
            if ((mode & 1 << bit) != 0) {
                permissions.add(BITS[bit]);
            }
        }
        return permissions;
    }

    private static FileTime possible(FileTime time) {
        return time.compareTo(FIRST) < 0 ? FIRST : time.compareTo(LAST) > 0 ? LAST : time;
    }
}
