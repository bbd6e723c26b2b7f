package dev.piecewise.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that a process goes through once before it is asked for it, on a thread of its own and in a directory of its own, which
 * is removed. Nothing depends on how it ends.
 */
final class Rehearsal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
    private static final Duration CLOSING = Duration.ofSeconds(8);

    private final Path directory;
    private final Script script;
    private final Thread thread;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean complete;

    /** What is done; an interrupt ends it. */
    @FunctionalInterface
    interface Script {
        /** @param directory empty */
        void run(Path directory) throws IOException, InterruptedException;
    }

    private Rehearsal(Path directory, Script script) {
        this.directory = directory;
        this.script = script;
        this.thread = new Thread(this::run, "rehearsal");
        this.thread.setDaemon(true);
    }

    /** @param parent belongs to this process alone; what a killed predecessor left of a rehearsal in it is removed */
    static Rehearsal start(Path parent, Script script) {
        Rehearsal started = new Rehearsal(parent.resolve("rehearsal"), script);
        started.thread.start();
        return started;
    }

    /** Waits for its end, not for longer than that; gives whether it went well. */
    boolean await(Duration atMost) throws InterruptedException {
        return over.await(atMost.toMillis(), TimeUnit.MILLISECONDS) && complete;
    }

    private void run() {
        try {
            delete(directory);
            Files.createDirectories(directory);
            script.run(directory);
            complete = true;
        } catch (InterruptedException e) {
            LOG.debug("the rehearsal was broken off");
        } catch (IOException | RuntimeException e) {
            LOG.debug("the rehearsal failed", e);
        } finally {
            Thread.interrupted(); // what is left to do here is to be done
            deleteAtTheEnd();
            over.countDown();
        }
    }

    private void deleteAtTheEnd() {
        try {
            delete(directory);
        } catch (IOException e) {
            LOG.debug("{} stays until the next rehearsal", directory, e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            LOG.trace("{} is not there", directory);
        }
    }

    /** Breaks it off, if it is not over yet. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(CLOSING.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
