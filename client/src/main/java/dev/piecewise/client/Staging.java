package dev.piecewise.client;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A hidden directory, for this user only, in which files are made whole before a rename shows them. Closing removes it with
 * what is left in it. One that a killed process left is removed by the next that works in the same place: the living hold a
 * lock in theirs.
 */
final class Staging implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
    private static final String PREFIX = ".piecewise-";
    private static final String LOCK = "lock";
    private static final int ATTEMPTS = 10;

    /** Locks are the process's: within it, opening and closing a lock file a second time would give up the first lock. */
    private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel lockFile;

    private Staging(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /** Makes one in {@code directory}, and removes there those of the dead. */
    static Staging in(Path directory, RandomGenerator random) throws IOException {
        Path real = directory.toRealPath();
        removeAbandoned(real);
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            Path path = real.resolve(PREFIX + Long.toHexString(random.nextLong()));
            OPEN_HERE.add(path);
            boolean made = false;
            try {
                Files.createDirectory(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
                FileChannel lockFile =
                        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                made = lock(lockFile) && Files.exists(path.resolve(LOCK));
                if (made) {
                    return new Staging(path, lockFile);
                }
                lockFile.close(); // someone took it for abandoned
            } catch (NoSuchFileException e) {
                LOG.debug("{} was taken for abandoned", path);
            } finally {
                if (!made) {
                    OPEN_HERE.remove(path);
                }
            }
        }
        throw new IOException("no temporary directory can be kept there");
    }

    /** Where no locks are to be had (some network file systems), nobody can take this one for abandoned either. */
    private static boolean lock(FileChannel lockFile) {
        try {
            return lockFile.tryLock() != null;
        } catch (IOException e) {
            LOG.debug("no lock: {}", e.getMessage());
            return true;
        }
    }

    private static void removeAbandoned(Path directory) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, Staging::isStaging)) {
            for (Path path : found) {
                if (!OPEN_HERE.contains(path)) {
                    removeIfAbandoned(path);
                }
            }
        } catch (IOException e) {
            LOG.debug("cannot look for abandoned files in {}: {}", directory, e.getMessage());
        }
    }

    private static boolean isStaging(Path path) {
        return path.getFileName().toString().matches("\\.piecewise-[0-9a-f]{1,16}")
                && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static void removeIfAbandoned(Path path) {
        try (FileChannel lockFile =
                        FileChannel.open(path.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = lockFile.tryLock()) {
            if (lock != null) {
                remove(path);
                LOG.debug("removed {}, which a dead process left", path);
            }
        } catch (NoSuchFileException e) {
            removeIfEmpty(path); // its maker died, or notices and makes another
        } catch (IOException | OverlappingFileLockException e) {
            LOG.debug("{} is left alone: {}", path, e.getMessage());
        }
    }

    private static void removeIfEmpty(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (DirectoryNotEmptyException e) {
            LOG.debug("{} is not empty and left alone", path);
        } catch (IOException e) {
            LOG.debug("{} is left alone: {}", path, e.getMessage());
        }
    }

    /** A name in it. */
    Path resolve(String name) {
        return path.resolve("made-" + name);
    }

    /** Also what was unpacked there, whose directories may forbid it. */
    private static void remove(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) throws IOException {
                if (!Files.isWritable(visited)) {
                    Files.setPosixFilePermissions(visited, PosixFilePermissions.fromString("rwx------"));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path failed, IOException e) throws IOException {
                if (e instanceof AccessDeniedException && Files.isDirectory(failed, LinkOption.NOFOLLOW_LINKS)) {
                    Files.setPosixFilePermissions(failed, PosixFilePermissions.fromString("rwx------"));
                    remove(failed);
                } else if (!(e instanceof NoSuchFileException)) {
                    throw e;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        try (lockFile) {
            remove(path);
        } finally {
            OPEN_HERE.remove(path);
        }
    }
}
