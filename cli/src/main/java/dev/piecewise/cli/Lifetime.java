package dev.piecewise.cli;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Ends what a command started, in reverse order, whichever way the process ends: the command returns or fails, Ctrl-C or
 * another signal arrives, or (for a child of the demo) standard input reaches its end. After a signal the thread that ran
 * the command goes no further, so that it reports no failure that only comes from the ending.
 */
final class Lifetime implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(12);
    private static final int HALTED = 1;

    private final Surroundings surroundings;
    private final Thread hook = new Thread(this::endBySignal, "piecewise-shutdown");
    private final CountDownLatch never = new CountDownLatch(1);
    private final Object turn = new Object();
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private volatile boolean ending;

    Lifetime(Surroundings surroundings) {
        this.surroundings = surroundings;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Closes {@code resource} at the end, before everything owned earlier. */
    <T extends AutoCloseable> T own(T resource) {
        synchronized (turn) {
            owned.push(resource);
        }
        return resource;
    }

    /** Ends the process when standard input ends: whoever held the other side of the pipe is gone. */
    void endWithStandardInput() {
        Thread watcher = new Thread(
                () -> {
                    drain(surroundings.in());
                    surroundings.exit().accept(0);
                },
                "piecewise-stdin");
        watcher.setDaemon(true);
        watcher.start();
    }

    private static void drain(InputStream in) {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // A pipe that broke has ended, too.
            return;
        }
    }

    /** Waits until a signal ends the process, or this thread is interrupted. */
    void awaitEnd() throws InterruptedException {
        never.await();
    }

    /**
     * The same, but ends with a fault when {@code failure} completes: a worker died.
     *
     * @throws ProcessFault which says what the worker died of
     */
    void awaitEnd(CompletionStage<Void> failure) throws InterruptedException {
        try {
            failure.toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new ProcessFault(Kind.FAILED, "a worker died: " + e.getCause() + "; start it again", e.getCause());
        }
        awaitEnd();
    }

    /** Whether the process is being ended from outside. */
    boolean ending() {
        return ending;
    }

    private void endBySignal() {
        ending = true;
        Thread halt = new Thread(this::haltAfterDeadline, "piecewise-shutdown-deadline");
        halt.setDaemon(true);
        halt.start();
        closeAll();
    }

    private void haltAfterDeadline() {
        try {
            TimeUnit.NANOSECONDS.sleep(DEADLINE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        surroundings.err().println("piecewise: gave up an orderly end after " + DEADLINE.toSeconds() + " s");
        surroundings.halt().accept(HALTED);
    }

    private void closeAll() {
        synchronized (turn) {
            while (!owned.isEmpty()) {
                AutoCloseable resource = owned.pop();
                try {
                    resource.close();
                } catch (Exception e) {
                    surroundings.err().println("piecewise: could not end " + resource + " cleanly: " + e.getMessage());
                    if (e instanceof InterruptedException) {
                        Thread.currentThread().interrupt();
                    }
                }
            }
        }
    }

    @Override
    public void close() {
        if (!ending) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The process is ending after all: the hook closes, or has closed, everything.
                ending = true;
            }
        }
        if (ending) {
            parkUntilTheProcessIsGone();
        }
        closeAll();
    }

    private void parkUntilTheProcessIsGone() {
        boolean gone = false;
        while (!gone) {
            try {
                never.await();
                gone = true;
            } catch (InterruptedException e) {
                // Nothing to clean up that the hook does not: keep waiting for the end of the process.
                gone = false;
            }
        }
    }
}
