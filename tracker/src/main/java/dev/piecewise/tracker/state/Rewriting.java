package dev.piecewise.tracker.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole state, written to a file beside the journal while events are appended to that one: {@link #run} takes a second or more for
 * thousands of artifacts, and nobody is to wait for it. Thread-safe.
 */
final class Rewriting implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Rewriting.class);

    private final Path file;
    private final long journalBytes;
    private List<Event> events;
    private @Nullable FileChannel written;
    private boolean ended;
    private boolean abandoned;

    /**
     * @param events the whole state
     * @param journalBytes of the journal that the state is made of; what follows in it is not in the file
     */
    Rewriting(Path file, List<Event> events, long journalBytes) {
        this.file = file;
        this.events = events;
        this.journalBytes = journalBytes;
    }

    long journalBytes() {
        return journalBytes;
    }

    Path file() {
        return file;
    }

    @Override
    public void run() {
        FileChannel channel = null;
        try {
            channel = create(file);
            for (Event event : events) {
                if (isAbandoned()) {
                    break;
                }
                StateDirectory.writeFully(channel, EventJson.line(event));
            }
            if (!isAbandoned()) {
                channel.force(true);
            }
            end(channel);
        } catch (IOException | RuntimeException e) {
            LOG.warn("cannot write {} anew, it goes on to grow", file, e);
            abandon();
            end(channel);
        }
    }

    /** An empty file that can be read, too. */
    static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE,
                StandardOpenOption.READ);
    }

    private synchronized boolean isAbandoned() {
        return abandoned;
    }

    private synchronized void end(@Nullable FileChannel channel) {
        ended = true;
        written = channel;
        events = List.of();
        if (abandoned) {
            discard();
        }
    }

    /** Whether {@link #run} has returned. */
    synchronized boolean isEnded() {
        return ended;
    }

    /** The file, written and synced, now the caller's; nothing if it is not, or not yet. */
    synchronized @Nullable FileChannel take() {
        FileChannel taken = written;
        written = null;
        return taken;
    }

    /** Nobody wants it any more: the file is removed, if need be by {@link #run} when it notices. */
    synchronized void abandon() {
        abandoned = true;
        if (ended) {
            discard();
        }
    }

    private void discard() {
        StateDirectory.closeQuietly(take());
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debug("removing {}", file, e);
        }
    }
}
