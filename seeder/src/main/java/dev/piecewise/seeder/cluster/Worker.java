package dev.piecewise.seeder.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A named daemon thread that runs until closed; if it dies of a bug before, that is told, with its name. */
public final class Worker implements AutoCloseable {
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);

    private final Thread thread;

    /** What it does; an {@link InterruptedException} is how it ends. */
    @FunctionalInterface
    public interface Body {
        void run() throws InterruptedException;
    }

    private Worker(Thread thread) {
        this.thread = thread;
    }

    /**
     * Starts it.
     *
     * @param failure completed exceptionally if {@code body} throws anything but an interrupt
     */
    public static Worker start(String name, CompletableFuture<Void> failure, Body body) {
        Thread thread = new Thread(() -> run(name, failure, body), name);
        thread.setDaemon(true);
        thread.start();
        return new Worker(thread);
    }

    private static void run(String name, CompletableFuture<Void> failure, Body body) {
        try {
            body.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            failure.completeExceptionally(new IllegalStateException("thread " + name + " died: " + e, e));
        }
    }

    /** Interrupts it. */
    void stop() {
        thread.interrupt();
    }

    /** Interrupts it and waits for its end, some seconds at most. */
    @Override
    public void close() {
        stop();
        try {
            thread.join(CLOSE_DEADLINE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
