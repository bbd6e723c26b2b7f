package dev.piecewise.tracker.announce;

import dev.piecewise.core.InfoHash;
import dev.piecewise.trackerclient.api.PeerNews;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells nodes of peers that join their swarms, by one request of each node that is held until there is something to tell, however
 * many swarms it is in. {@link #tick} answers, and only so many at a time: what came since the last tick is one answer, and the
 * tracker's work has a bound. Thread-safe; each node's box has a lock of its own.
 */
public final class Introductions {
    private static final int MOST_KEPT = 256;
    private static final int ANSWERS_PER_TICK = 1_000;
    /** A node that has not asked for so long is gone, or never asks. */
    private static final Duration UNCLAIMED = Duration.ofMinutes(2);

    private final Map<String, Box> boxes = new ConcurrentHashMap<>();
    private final Queue<Box> withNews = new ConcurrentLinkedQueue<>();
    private final long run;
    private final LongSupplier nanoClock;
    private final Executor worker;
    private long sweptNanos;
    private volatile boolean closed;

    private record Entry(long number, PeerNews.Newcomer newcomer) {}

    /** What one node is to be told. */
    private final class Box {
        private final Deque<Entry> entries = new ArrayDeque<>();
        private long numbers;
        private @Nullable CompletableFuture<PeerNews> waiting;
        private long deadlineNanos;
        private long askedNanos = nanoClock.getAsLong();
        private boolean queued;

        synchronized void add(PeerNews.Newcomer newcomer) {
            entries.removeIf(entry -> entry.newcomer.equals(newcomer));
            if (entries.size() >= MOST_KEPT) {
                entries.remove();
            }
            entries.add(new Entry(++numbers, newcomer));
            queue();
        }

        private void queue() {
            if (!queued && waiting != null) {
                queued = true;
                withNews.add(this);
            }
        }

        /** Each node waits once: an older request of it is answered with nothing. */
        synchronized CompletableFuture<PeerNews> ask(long told, Duration wait) {
            answer(new PeerNews("", List.of()));
            askedNanos = nanoClock.getAsLong();
            entries.removeIf(entry -> entry.number <= told);
            CompletableFuture<PeerNews> asking = new CompletableFuture<>();
            waiting = asking;
            deadlineNanos = askedNanos + wait.toNanos();
            if (wait.isZero() || closed) {
                answerNow();
            } else if (!entries.isEmpty()) {
                queue();
            }
            return asking;
        }

        synchronized void answerNow() {
            queued = false;
            answer(news(numbers, entries.stream().map(Entry::newcomer).toList()));
        }

        synchronized void answerLate(long nowNanos) {
            if (waiting != null && nowNanos - deadlineNanos >= 0) {
                answerNow();
            }
        }

        private void answer(PeerNews news) {
            CompletableFuture<PeerNews> asking = waiting;
            if (asking != null) {
                waiting = null;
                askedNanos = nanoClock.getAsLong();
                try {
                    worker.execute(() -> asking.complete(news));
                } catch (RejectedExecutionException e) {
                    asking.completeExceptionally(e);
                }
            }
        }

        synchronized void claim() {
            askedNanos = nanoClock.getAsLong();
        }

        synchronized boolean isUnclaimed(long nowNanos) {
            return waiting == null && nowNanos - askedNanos > UNCLAIMED.toNanos();
        }
    }

    /**
     * @param run a number that no other run of this tracker had
     * @param nanoClock monotonic
     * @param worker completes what waited
     */
    public Introductions(long run, LongSupplier nanoClock, Executor worker) {
        this.run = run;
        this.nanoClock = nanoClock;
        this.worker = worker;
        this.sweptNanos = nanoClock.getAsLong();
    }

    private PeerNews news(long number, List<PeerNews.Newcomer> newcomers) {
        return new PeerNews(run + "-" + number, newcomers);
    }

    /**
     * Completes when there is something to tell a registered node, or after {@code wait}.
     *
     * @param cursor of the last answer that arrived; with any other text all is told that is still kept
     */
    public CompletableFuture<PeerNews> ask(String nodeId, String cursor, Duration wait) {
        return boxes.compute(nodeId, (id, known) -> asked(known == null ? new Box() : known))
                .ask(place(cursor), wait);
    }

    /** It is not swept for some time. */
    private static Box asked(Box box) {
        box.claim();
        return box;
    }

    private long place(String cursor) {
        String ours = run + "-";
        try {
            return cursor.startsWith(ours) ? Long.parseLong(cursor.substring(ours.length())) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private Box box(String nodeId) {
        Box box = boxes.get(nodeId);
        return box == null ? boxes.computeIfAbsent(nodeId, absent -> new Box()) : box;
    }

    /** A peer joined a swarm; those of its neighbours that are nodes hear of it within a tick. */
    void introduce(InfoHash swarm, SwarmPeer newcomer, List<SwarmPeer> neighbours) {
        PeerNews.Newcomer told = new PeerNews.Newcomer(
                swarm.hex(),
                newcomer.address().getAddress().getHostAddress(),
                newcomer.address().getPort());
        for (SwarmPeer neighbour : neighbours) {
            neighbour.nodeId().ifPresent(nodeId -> box(nodeId).add(told));
        }
    }

    /** Answers who has news, oldest first, and who waited long enough; call ten times a second, on one thread. */
    public void tick() {
        for (int i = 0; i < ANSWERS_PER_TICK; i++) {
            Box next = withNews.poll();
            if (next == null) {
                break;
            }
            next.answerNow();
        }
        long now = nanoClock.getAsLong();
        if (now - sweptNanos >= Duration.ofSeconds(1).toNanos()) {
            sweptNanos = now;
            boxes.values().forEach(box -> box.answerLate(now));
            boxes.keySet()
                    .forEach(node -> boxes.computeIfPresent(node, (id, box) -> box.isUnclaimed(now) ? null : box));
        }
    }

    /** Answers everybody. */
    public void close() {
        closed = true;
        new ArrayList<>(boxes.values()).forEach(Box::answerNow);
    }
}
