package dev.piecewise.tracker.state;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a tracker keeps on disk: {@code lock} (held while it runs), {@code secret} (mode 0600, 32 bytes in hexadecimal) and
 * {@code journal} (one JSON event a line).
 *
 * <p>An event is in the file before it is acknowledged, so the end of the process loses nothing; the file is synced only
 * when it is written anew, so the end of the machine may lose the last events. It is written anew aside, synced and
 * renamed: at the start, when it has grown to twice its size, and after a failed write. A torn last line is an event that
 * nobody was told of and is dropped.
 */
public final class StateDirectory implements Journal, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateDirectory.class);
    private static final int SECRET_BYTES = 32;
    private static final long MIN_REWRITE_BYTES = 16L * 1024 * 1024;

    private final Path directory;
    private final Path journal;
    private final FileChannel lock;
    private @Nullable FileChannel out;
    private @Nullable Supplier<List<Event>> snapshot;
    private long rewriteAtBytes = MIN_REWRITE_BYTES;
    private boolean broken;

    private StateDirectory(Path directory, FileChannel lock) {
        this.directory = directory;
        this.journal = directory.resolve("journal");
        this.lock = lock;
    }

    /**
     * Takes a directory into possession, creating it if absent.
     *
     * @throws ProcessFault if another tracker holds it, or it cannot be written
     */
    public static StateDirectory open(Path directory) {
        FileChannel lock = null;
        try {
            Files.createDirectories(directory);
            lock = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(lock)) {
                return new StateDirectory(directory, lock);
            }
            lock.close();
        } catch (IOException e) {
            closeQuietly(lock);
            throw unusable(directory, e);
        }
        throw new ProcessFault(
                Kind.FAILED,
                "state directory " + directory + " is in use by another tracker; stop it or choose another --state");
    }

    private static boolean tryLock(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // held within this process
        }
    }

    private static ProcessFault unusable(Path directory, IOException cause) {
        return new ProcessFault(
                Kind.FAILED,
                "cannot write the state directory " + directory + " ("
                        + cause.getClass().getSimpleName() + ": " + cause.getMessage()
                        + "); make it writable or choose another --state",
                cause);
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("closing a file of the state directory", e);
            }
        }
    }

    /** The tracker's secret, made from {@code random} the first time. */
    public byte[] secret(RandomGenerator random) {
        Path file = directory.resolve("secret");
        try {
            if (Files.exists(file)) {
                byte[] secret = HexFormat.of().parseHex(Files.readString(file).strip());
                if (secret.length == SECRET_BYTES) {
                    return secret;
                }
                throw new IllegalArgumentException(secret.length + " bytes");
            }
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            writeSecret(file, HexFormat.of().formatHex(secret));
            return secret;
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(
                    Kind.FAILED, file + " does not hold a tracker's secret; remove it, a new one will be made", e);
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    private void writeSecret(Path file, String hex) throws IOException {
        Path aside = directory.resolve("secret.new");
        Files.deleteIfExists(aside);
        Files.createFile(aside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
            writeFully(channel, (hex + "\n").getBytes(StandardCharsets.UTF_8));
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Reads the events of earlier runs, oldest first; call once, before {@link #begin}.
     *
     * @throws ProcessFault if a line other than the last is no event
     */
    public void replay(Consumer<Event> consumer) {
        if (!Files.exists(journal)) {
            return;
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(journal), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int number = 1;
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b != '\n') {
                    line.write(b);
                    continue;
                }
                consumer.accept(parse(line.toString(StandardCharsets.UTF_8), number));
                line.reset();
                number++;
            }
            if (line.size() > 0) {
                LOG.info("dropped the torn last line {} of {}", number, journal);
            }
        } catch (IOException e) {
            throw new ProcessFault(
                    Kind.FAILED, "cannot read " + journal + "; make it readable or choose another --state", e);
        }
    }

    private Event parse(String line, int number) {
        try {
            return EventJson.parse(line);
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(
                    Kind.FAILED,
                    journal + ", line " + number + " is damaged; restore the file, or move it away to start afresh",
                    e);
        }
    }

    @Override
    public void begin(Supplier<List<Event>> whole) {
        snapshot = whole;
        rewrite(whole);
    }

    private void rewrite(Supplier<List<Event>> whole) {
        Path aside = directory.resolve("journal.new");
        try {
            FileChannel fresh = FileChannel.open(
                    aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            try {
                for (Event event : whole.get()) {
                    writeFully(fresh, EventJson.line(event));
                }
                fresh.force(true);
                Files.move(aside, journal, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                rewriteAtBytes = Math.max(MIN_REWRITE_BYTES, 2 * fresh.position());
            } catch (IOException e) {
                closeQuietly(fresh);
                throw e;
            }
            closeQuietly(out);
            out = fresh;
            broken = false;
            syncDirectory();
        } catch (IOException e) {
            broken = true;
            throw unusable(directory, e);
        }
    }

    private void syncDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void append(Event event) {
        FileChannel channel = out;
        Supplier<List<Event>> whole = snapshot;
        if (whole == null) {
            throw new IllegalStateException("append before begin");
        }
        try {
            if (!broken && channel != null) {
                writeFully(channel, EventJson.line(event));
            }
            if (broken || channel == null || channel.position() > rewriteAtBytes) {
                rewrite(whole); // the event is in force, so the whole state has it
            }
        } catch (IOException e) {
            broken = true;
            throw unusable(directory, e);
        }
    }

    @Override
    public void check() {
        Supplier<List<Event>> whole = snapshot;
        if (broken && whole != null) {
            rewrite(whole);
        }
    }

    private static void writeFully(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() {
        closeQuietly(out);
        out = null;
        closeQuietly(lock);
    }
}
