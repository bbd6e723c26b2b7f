package dev.piecewise.cli.demo;

import dev.piecewise.cli.progress.ProgressLines;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks all nodes at once, and shows how they get on, one a line. */
final class Asking {
    private static final long POLL_MILLIS = 150;

    private Asking() {}

    /** A node that can be asked. */
    interface Asked {
        /** Asks for everything; completes when all outcomes are known. */
        CompletableFuture<Void> ask(ExecutorService threads);

        /** How it gets on; for one thread. */
        String line();
    }

    /**
     * Returns when all outcomes are known.
     *
     * @param cluster looked at meanwhile: a process that ended is a fault
     */
    static void all(DemoCluster cluster, List<? extends Asked> nodes, ProgressLines progress)
            throws InterruptedException {
        AtomicInteger number = new AtomicInteger();
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "demo-ask-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        try {
            CompletableFuture<Void> all = CompletableFuture.allOf(
                    nodes.stream().map(node -> node.ask(threads)).toArray(CompletableFuture<?>[]::new));
            while (!finished(all)) {
                progress.show(nodes.stream().map(Asked::line).toList());
                cluster.checkAlive();
            }
            progress.finish(nodes.stream().map(Asked::line).toList());
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean finished(CompletableFuture<Void> all) throws InterruptedException {
        try {
            all.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw new IllegalStateException("a node could not be asked", e.getCause());
        }
    }
}
