package dev.piecewise.client;

import dev.piecewise.client.request.DownloadPlan;
import dev.piecewise.client.request.DownloadRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests under way, see {@link Piecewise#fetch(DownloadPlan, DownloadOptions, DownloadListener)}. They are carried out side
 * by side, and none is stopped because another failed. Thread-safe.
 */
public final class Downloads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Downloads.class);
    private static final Duration ENDS = Duration.ofSeconds(10);

    private final DownloadPlan plan;
    private final RequestRunner runner;
    private final DownloadListener listener;
    private final AtomicReferenceArray<FetchProgress> progress;
    private final AtomicReferenceArray<FetchOutcome> outcomes;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final ExecutorService threads;
    private volatile boolean cancelled;

    /**
     * Where a request stands.
     *
     * @param progress absent before it begins
     * @param outcome absent until it ends
     */
    public record State(DownloadRequest request, Optional<FetchProgress> progress, Optional<FetchOutcome> outcome) {}

    private Downloads(DownloadPlan plan, int parallel, RequestRunner runner, DownloadListener listener) {
        int count = plan.requests().size();
        this.plan = plan;
        this.runner = runner;
        this.listener = listener;
        this.progress = new AtomicReferenceArray<>(count);
        this.outcomes = new AtomicReferenceArray<>(count);
        this.left = new CountDownLatch(count);
        AtomicInteger number = new AtomicInteger();
        this.threads = Executors.newFixedThreadPool(Math.max(1, Math.min(parallel, count)), run -> {
            Thread thread = new Thread(run, "download-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    static Downloads start(DownloadPlan plan, int parallel, RequestRunner runner, DownloadListener listener) {
        Downloads downloads = new Downloads(plan, parallel, runner, listener);
        plan.requests().forEach(request -> downloads.threads.execute(downloads::runNext));
        downloads.threads.shutdown();
        return downloads;
    }

    private void runNext() {
        int index = next.getAndIncrement();
        DownloadRequest request = plan.requests().get(index);
        FetchOutcome outcome = new FetchOutcome.Failed(request.uri() + ": cancelled before it began");
        try {
            if (!cancelled) {
                outcome = runner.run(request, now -> told(index, now));
            }
        } catch (RuntimeException e) {
            LOG.error("a bug ended the request for {}", request.uri(), e);
            outcome = new FetchOutcome.Failed(request.uri() + ": internal error, " + e);
        } finally {
            outcomes.set(index, outcome);
            try {
                listener.ended(index, outcome);
            } finally {
                left.countDown();
            }
        }
    }

    private void told(int index, FetchProgress now) {
        progress.set(index, now);
        listener.progress(index, now);
    }

    /** What was asked for; everything is told in its order. */
    public DownloadPlan plan() {
        return plan;
    }

    /** Where each request stands now. */
    public List<State> states() {
        List<State> states = new ArrayList<>();
        for (int i = 0; i < outcomes.length(); i++) {
            states.add(new State(
                    plan.requests().get(i),
                    Optional.ofNullable(progress.get(i)),
                    Optional.ofNullable(outcomes.get(i))));
        }
        return states;
    }

    /** Whether every request has ended, well or not. */
    public boolean isComplete() {
        return left.getCount() == 0;
    }

    /** Waits until every request has ended. An interrupt ends the waiting, not the requests. */
    public List<DownloadResult> await() throws InterruptedException {
        left.await();
        List<DownloadResult> results = new ArrayList<>();
        for (int i = 0; i < outcomes.length(); i++) {
            results.add(new DownloadResult(plan.requests().get(i), outcomes.get(i)));
        }
        return results;
    }

    /** The same, but no longer than this; whether every request has ended. */
    public boolean await(Duration atMost) throws InterruptedException {
        return left.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Ends what has not ended, as {@link FetchOutcome.Failed}; what is verified stays in the data directory, so that the next
     * fetch goes on from there.
     */
    public void cancel() {
        cancelled = true;
        // Also starts what waits, so that it can say that it was cancelled.
        threads.shutdownNow().forEach(Runnable::run);
    }

    /** Cancels, and waits for the end of it. */
    @Override
    public void close() {
        cancel();
        try {
            if (!threads.awaitTermination(ENDS.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.warn("requests were still under way after {} s", ENDS.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
