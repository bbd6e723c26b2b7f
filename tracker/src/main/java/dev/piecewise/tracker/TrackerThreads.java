package dev.piecewise.tracker;

import dev.piecewise.tracker.artifact.ChecksumLookups;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A tracker's own threads; those of the HTTP server are its own. */
final class TrackerThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerThreads.class);
    private static final Duration TICK = Duration.ofMillis(100);
    private static final Duration STOP = Duration.ofSeconds(3);

    private final Set<Thread> started = ConcurrentHashMap.newKeySet();
    private final ThreadPoolExecutor worker = pool("tracker-worker-", 4, 10_000);
    private final ThreadPoolExecutor blocking = pool("tracker-origin-", 8, 1_000);
    private final ThreadPoolExecutor checksums =
            pool("tracker-checksum-", ChecksumLookups.AT_ONCE, ChecksumLookups.AT_ONCE);
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(1, named("tracker-clock-"));

    TrackerThreads() {
        clock.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Signs reads and completes waiting requests. */
    ExecutorService worker() {
        return worker;
    }

    /** Waits for origins and name servers. */
    ExecutorService blocking() {
        return blocking;
    }

    /** Asks origins for checksums. */
    ExecutorService checksums() {
        return checksums;
    }

    /**
     * Runs ten times a second from now on.
     *
     * @param died told when it fails, which is a bug
     */
    void everyTick(Runnable tick, Consumer<Throwable> died) {
        ScheduledFuture<?> unused = clock.scheduleWithFixedDelay(
                () -> {
                    try {
                        tick.run();
                    } catch (Throwable failure) {
                        died.accept(failure);
                    }
                },
                TICK.toMillis(),
                TICK.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Runs something on the clock's thread; not if that has ended before. */
    void after(Duration delay, Runnable task) {
        try {
            ScheduledFuture<?> unused = clock.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (Throwable failure) {
                            LOG.error("tracker-clock failed", failure);
                        }
                    },
                    delay.toNanos(),
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("nothing is begun any more", e);
        }
    }

    private ThreadPoolExecutor pool(String name, int threads, int queued) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queued), named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger(1);
        return task -> {
            Thread thread = new Thread(task, name + number.getAndIncrement());
            thread.setDaemon(true);
            started.removeIf(earlier -> earlier.getState() == Thread.State.TERMINATED);
            started.add(thread);
            return thread;
        };
    }

    /** Ends the clock; the others go on until {@link #close}. */
    void stopClock() {
        stop(clock);
    }

    @Override
    public void close() {
        stop(clock);
        stop(worker);
        // These wait for others' servers, which nobody needs any more.
        checksums.shutdownNow();
        blocking.shutdownNow();
        stop(checksums);
        stop(blocking);
        join();
    }

    /** A pool is terminated a moment before its last thread has ended; who closes us may count threads. */
    private void join() {
        long deadline = System.nanoTime() + STOP.toNanos();
        for (Thread thread : started) {
            try {
                thread.join(Math.max(
                        1, Duration.ofNanos(deadline - System.nanoTime()).toMillis()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void stop(ExecutorService executor) {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                executor.shutdownNow();
                LOG.warn("a thread of the tracker did not end in {}", STOP);
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
