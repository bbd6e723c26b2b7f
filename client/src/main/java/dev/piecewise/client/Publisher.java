package dev.piecewise.client;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Puts stored files where the user wants them, with this process's own rights. A file is linked or copied to a hidden
 * temporary name beside its destination and renamed: at the destination there is all of it or nothing. Published files are
 * read-only (mode 0444), linked or not.
 */
final class Publisher {
    private static final Set<PosixFilePermission> READ_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

    private static final long ALMOST_FULL_BYTES = 16L * 1024 * 1024;

    private final Destination destination;
    private final boolean replace;
    private final RandomGenerator random;

    Publisher(Destination destination, boolean replace, RandomGenerator random) {
        this.destination = destination;
        this.replace = replace;
        this.random = random;
    }

    /**
     * Finds out, before anything is downloaded, whether the destination can be written at all.
     *
     * @throws ProcessFault if not
     */
    void checkWritable() {
        Path target = destination.path();
        Path existing = goesInside() ? target : parent(target);
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            existing = parent(existing);
        }
        if (!Files.isDirectory(existing)) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "cannot write " + target + ": " + existing + " is not a directory; choose another DEST");
        }
        if (!Files.isWritable(existing)) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "cannot write " + target + ": no permission to write in " + existing + "; choose another DEST");
        }
    }

    /**
     * Finds out early whether a file of another size is in the way; of an object only.
     *
     * @throws ProcessFault if so, unless it is to be replaced
     */
    void checkSize(String name, long sizeBytes) {
        Path target = goesInside() ? destination.path().resolve(name) : destination.path();
        try {
            if (!replace && Files.isRegularFile(target) && Files.size(target) != sizeBytes) {
                throw inTheWay(target);
            }
        } catch (IOException e) {
            throw fault(target, e);
        }
    }

    /**
     * Publishes.
     *
     * @return where the files are, in torrent order
     * @throws ProcessFault if one cannot be; files already published stay
     */
    List<Path> publish(Acquired.Ready ready) {
        List<Path> targets = targets(ready);
        List<Boolean> done = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            done.add(isThere(targets.get(i), stored(ready, i)));
        }
        for (int i = 0; i < targets.size(); i++) {
            if (!done.get(i)) {
                place(targets.get(i), stored(ready, i));
            }
        }
        return targets;
    }

    /** What a file is made from. */
    private record Source(Path stored, boolean empty) {}

    private static Source stored(Acquired.Ready ready, int file) {
        boolean empty = ready.content().files().get(file).sizeBytes() == 0;
        return new Source(empty ? Path.of("") : ready.stored().get(file), empty);
    }

    private List<Path> targets(Acquired.Ready ready) {
        Path base = destination.path();
        if (!ready.content().singleFile()) {
            return ready.content().files().stream()
                    .map(file -> base.resolve(file.path()))
                    .toList();
        }
        return List.of(goesInside() ? base.resolve(ready.content().name()) : base);
    }

    private boolean goesInside() {
        return destination.directory() || Files.isDirectory(destination.path());
    }

    /** Whether equal content is there already; other content is a fault unless it is to be replaced. */
    private boolean isThere(Path target, Source source) {
        try {
            if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new ProcessFault(Kind.USAGE, target + " is a directory and is left alone; choose another DEST");
            }
            boolean equal = Files.isRegularFile(target)
                    && (source.empty()
                            ? Files.size(target) == 0
                            : Files.isSameFile(target, source.stored())
                                    || Files.mismatch(target, source.stored()) == -1);
            if (!equal && !replace) {
                throw inTheWay(target);
            }
            return equal;
        } catch (IOException e) {
            throw fault(target, e);
        }
    }

    private static ProcessFault inTheWay(Path target) {
        return new ProcessFault(
                Kind.USAGE,
                target + " has other content and is left alone; add --replace to replace it, or choose another DEST");
    }

    private void place(Path target, Source source) {
        Path directory = parent(target);
        Path temporary = directory.resolve(".piecewise-" + Long.toHexString(random.nextLong()));
        try {
            Files.createDirectories(directory);
            if (source.empty()) {
                Files.createFile(temporary);
            } else if (!link(source.stored(), temporary)) {
                Files.copy(source.stored(), temporary);
            }
            if (!isReadOnly(temporary)) {
                Files.setPosixFilePermissions(temporary, READ_ONLY);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            remove(temporary, e);
            throw fault(target, e);
        }
    }

    /** Whether it could be linked: not across file systems, nor where the owner of the store or the system forbids it. */
    private static boolean link(Path stored, Path temporary) throws IOException {
        try {
            Files.createLink(temporary, stored);
            if (!isReadOnly(temporary)) {
                Files.setPosixFilePermissions(temporary, READ_ONLY);
            }
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            Files.deleteIfExists(temporary);
            return false;
        }
    }

    private static boolean isReadOnly(Path file) throws IOException {
        return Files.getPosixFilePermissions(file).equals(READ_ONLY);
    }

    private static void remove(Path temporary, IOException because) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    private static ProcessFault fault(Path target, IOException e) {
        String reason;
        if (e instanceof AccessDeniedException) {
            reason = "no permission to write there; choose another DEST";
        } else if (e instanceof FileSystemException broken && broken.getReason() != null) {
            reason = broken.getReason() + free(target);
        } else if (e instanceof NoSuchFileException) {
            reason = "files cannot be created in " + target.getParent() + "; choose another DEST";
        } else {
            reason = String.valueOf(e.getMessage());
        }
        return new ProcessFault(Kind.FAILED, "cannot write " + target + ": " + reason, e);
    }

    private static String free(Path target) {
        try {
            boolean full = Files.getFileStore(parent(target)).getUsableSpace() < ALMOST_FULL_BYTES;
            return full ? "; free some space there and retry" : "";
        } catch (IOException e) {
            return "";
        }
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }
}
