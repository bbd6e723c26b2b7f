package dev.piecewise.peer.wire;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that touch disks and hash. Each has its own memory to work in. The queue holds each piece and each connection
 * once at most, which bounds it.
 */
final class Workers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final Duration PATIENCE = Duration.ofMillis(700);

    /** What a worker does; must not block but for a disk. */
    interface Task {
        void run(Bench bench);
    }

    /** A worker's own memory. */
    static final class Bench {
        static final int STAGING_BYTES = 256 * 1024;
        private static final int ARRAY_BYTES = 64 * 1024;

        private final ByteBuffer staging = ByteBuffer.allocateDirect(STAGING_BYTES);
        private final byte[] array = new byte[ARRAY_BYTES];

        ByteBuffer staging() {
            return staging.clear();
        }

        byte[] array() {
            return array;
        }
    }

    private static final Task END = bench -> {};

    private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    Workers(int count) {
        for (int i = 0; i < count; i++) {
            Thread thread = new Thread(this::work, "piecewise-worker-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    void execute(Task task) {
        tasks.add(task);
    }

    private void work() {
        Bench bench = new Bench();
        try {
            for (Task task = tasks.take(); task != END; task = tasks.take()) {
                try {
                    task.run(bench);
                } catch (RuntimeException e) {
                    LOG.error("a task of the peer engine stumbled", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends after what is queued. */
    @Override
    public void close() {
        threads.forEach(thread -> tasks.add(END));
        try {
            for (Thread thread : threads) {
                thread.join(PATIENCE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
