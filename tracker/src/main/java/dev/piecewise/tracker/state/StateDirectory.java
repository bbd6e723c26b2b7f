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
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
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
 * renamed: at the start, after a failed write, and when it has grown to twice its size; then by another thread, while events are
 * appended to the old one, from which they follow. A torn last line is an event that nobody was told of and is dropped.
 */
public final class StateDirectory implements Journal, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StateDirectory.class);
    private static final int SECRET_BYTES = 32;
    private static final long MIN_REWRITE_BYTES = 16L * 1024 * 1024;

    private final Path directory;
    private final Path journal;
    private final FileChannel lock;
    private final Executor rewriter;
    private final long minRewriteBytes;
    private @Nullable FileChannel out;
    private @Nullable Supplier<List<Event>> snapshot;
    private @Nullable Rewriting rewriting;
    private long rewriteAtBytes;
    private boolean broken;

    private StateDirectory(Path directory, FileChannel lock, Executor rewriter, long minRewriteBytes) {
        this.directory = directory;
        this.journal = directory.resolve("journal");
        this.lock = lock;
        this.rewriter = rewriter;
        this.minRewriteBytes = minRewriteBytes;
        this.rewriteAtBytes = minRewriteBytes;
    }

    /**
     * Takes a directory into possession, creating it if absent.
     *
     * @param rewriter writes a grown journal anew; ended before this is closed
     * @throws ProcessFault if another tracker holds it, or it cannot be written
     */
    public static StateDirectory open(Path directory, Executor rewriter) {
        return open(directory, rewriter, MIN_REWRITE_BYTES);
    }

    /** @param minRewriteBytes a smaller journal is not written anew */
    static StateDirectory open(Path directory, Executor rewriter, long minRewriteBytes) {
        FileChannel lock = null;
        try {
            Files.createDirectories(directory);
            lock = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (tryLock(lock)) {
                return new StateDirectory(directory, lock, rewriter, minRewriteBytes);
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

    static void closeQuietly(@Nullable FileChannel channel) {
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

    /** At once: nothing can be appended before. */
    private void rewrite(Supplier<List<Event>> whole) {
        abandonRewriting();
        Path aside = directory.resolve("journal.new");
        try {
            FileChannel fresh = Rewriting.create(aside);
            try {
                for (Event event : whole.get()) {
                    writeFully(fresh, EventJson.line(event));
                }
                fresh.force(true);
                replace(aside, fresh);
            } catch (IOException e) {
                closeQuietly(fresh);
                throw e;
            }
            broken = false;
            syncDirectory();
        } catch (IOException e) {
            broken = true;
            throw unusable(directory, e);
        }
    }

    private void replace(Path aside, FileChannel fresh) throws IOException {
        rewriteAtBytes = Math.max(minRewriteBytes, 2 * fresh.position());
        Files.move(aside, journal, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        closeQuietly(out);
        out = fresh;
    }

    private void abandonRewriting() {
        if (rewriting != null) {
            rewriting.abandon();
            rewriting = null;
        }
    }

    /** Begins to write a journal anew that has grown, or puts in its place what was written. */
    private void tend(FileChannel channel, Supplier<List<Event>> whole) throws IOException {
        Rewriting begun = rewriting;
        if (begun != null && begun.isEnded()) {
            rewriting = null;
            succeed(channel, begun);
        } else if (begun == null && channel.position() > rewriteAtBytes) {
            begun = new Rewriting(directory.resolve("journal.next"), whole.get(), channel.position());
            try {
                rewriter.execute(begun);
                rewriting = begun;
            } catch (RejectedExecutionException e) {
                LOG.debug("{} is not written anew now", journal, e);
                rewriteAtBytes = channel.position() + minRewriteBytes;
            }
        }
    }

    /** If that fails the old journal goes on: it has everything. */
    private void succeed(FileChannel old, Rewriting begun) throws IOException {
        long end = old.position();
        rewriteAtBytes = 2 * end;
        FileChannel fresh = begun.take();
        if (fresh == null) {
            return;
        }
        try {
            for (long from = begun.journalBytes(); from < end; ) {
                from += old.transferTo(from, end - from, fresh);
            }
            replace(begun.file(), fresh);
            rewriter.execute(this::syncDirectoryQuietly);
        } catch (IOException e) {
            LOG.warn("cannot put {} in the place of {}, which goes on to grow", begun.file(), journal, e);
            closeQuietly(fresh);
            rewriteAtBytes = 2 * end;
        } catch (RejectedExecutionException e) {
            LOG.debug("{} is not synced", directory, e);
        }
    }

    private void syncDirectoryQuietly() {
        try {
            syncDirectory();
        } catch (IOException e) {
            LOG.warn("cannot sync {}", directory, e);
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
            if (broken || channel == null) {
                rewrite(whole); // the event is in force, so the whole state has it
            } else {
                writeFully(channel, EventJson.line(event));
                tend(channel, whole);
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

    static void writeFully(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    @Override
    public void close() {
        abandonRewriting();
        closeQuietly(out);
        out = null;
        closeQuietly(lock);
    }
}
