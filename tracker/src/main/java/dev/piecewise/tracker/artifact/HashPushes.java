package dev.piecewise.tracker.artifact;

import dev.piecewise.tracker.ledger.KnownHashes;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.HashList;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells nodes the hashes of artifacts that are being read, as they come in. All who wait for an artifact are answered together, and
 * then not before a while that grows with their number, and at its end, not at the next tick: so from the report of a hash to its answers it takes
 * at most 0.15 s, or more where more than 3,000 wait, and the tracker's work has a bound. The last one takes no time: nobody asks again. Guarded by the scheduler's lock; answers are completed outside it, on {@code worker}.
 */
final class HashPushes {
    private static final int MOST_HASHES = 16_384;
    private static final Duration LEAST_PAUSE = Duration.ofMillis(150);
    private static final Duration PAUSE_PER_ANSWER = Duration.ofNanos(50_000);
    private static final Pattern CURSOR = Pattern.compile("(\\d{1,18})-(\\d{1,9})-(\\d{1,9})");

    private final Map<Artifact, Waiting> waiting = new LinkedHashMap<>();
    private final long run;
    private final Executor worker;
    private final BiConsumer<Artifact, Duration> wakeUps;

    private static final class Waiting {
        final List<Request> requests = new ArrayList<>();
        long notBeforeNanos;
        /** Somebody will be asked to answer when that is over. */
        boolean wakes;

        Waiting(long nowNanos) {
            notBeforeNanos = nowNanos;
        }
    }

    private record Request(int place, long deadlineNanos, CompletableFuture<HashList> answer) {}

    /**
     * @param run a number that no other run of this tracker had: hashes come in another order after a restart
     * @param wakeUps see to it that {@link #due} is called for an artifact after a while
     */
    HashPushes(long run, Executor worker, BiConsumer<Artifact, Duration> wakeUps) {
        this.run = run;
        this.worker = worker;
        this.wakeUps = wakeUps;
    }

    /** Completes with what follows a cursor. One of another run, and anything that is none, is taken for the beginning. */
    CompletableFuture<HashList> ask(Artifact artifact, String cursor, long nowNanos, Duration wait) {
        int place = place(artifact.ledger.known(), cursor);
        Waiting others = waiting.get(artifact);
        boolean early = others != null && isEarly(artifact, others, nowNanos) && place > 0;
        if (wait.isZero() || (hasNews(artifact, place) && !early)) {
            return CompletableFuture.completedFuture(list(artifact, place));
        }
        CompletableFuture<HashList> answer = new CompletableFuture<>();
        Waiting of = waiting.computeIfAbsent(artifact, absent -> new Waiting(nowNanos));
        of.requests.add(new Request(place, nowNanos + wait.toNanos(), answer));
        if (early && hasNews(artifact, place)) {
            wake(artifact, of, nowNanos);
        }
        return answer;
    }

    /** Nobody asks again after the last answer, so that one is never put off. */
    private static boolean isEarly(Artifact artifact, Waiting others, long nowNanos) {
        return artifact.state() == ArtifactState.READING && nowNanos - others.notBeforeNanos < 0;
    }

    private int place(KnownHashes known, String cursor) {
        Matcher parts = CURSOR.matcher(cursor);
        boolean ours = parts.matches()
                && Long.parseLong(parts.group(1)) == run
                && Integer.parseInt(parts.group(2)) == known.generation();
        return ours ? Math.min(Integer.parseInt(parts.group(3)), known.count()) : 0;
    }

    private static boolean hasNews(Artifact artifact, int place) {
        return artifact.ledger.known().count() > place || artifact.state() != ArtifactState.READING;
    }

    /** The first hashes, at once. */
    HashList first(Artifact artifact, int atMost) {
        return list(artifact, 0, atMost);
    }

    private HashList list(Artifact artifact, int place) {
        return list(artifact, place, MOST_HASHES);
    }

    private HashList list(Artifact artifact, int place, int atMost) {
        KnownHashes known = artifact.ledger.known();
        int from = Math.min(place, known.count());
        // With the last hash of what proved wrong a node would have a torrent.
        int to = artifact.isRefuted() ? from : Math.min(known.count(), from + atMost);
        List<HashList.Entry> entries = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            entries.add(new HashList.Entry(known.pieceAt(i), known.hashAt(i)));
        }
        return new HashList(
                artifact.state(),
                artifact.infoHash().map(Object::toString).orElse(null),
                artifact.provisionalId.hex(),
                run + "-" + known.generation() + "-" + to,
                HashList.pack(entries));
    }

    /** Hashes of this artifact came in, or it is READING no longer. */
    void grew(Artifact artifact, long nowNanos) {
        Optional.ofNullable(waiting.get(artifact)).ifPresent(of -> answer(artifact, of, nowNanos));
    }

    private void wake(Artifact artifact, Waiting of, long nowNanos) {
        if (!of.wakes) {
            of.wakes = true;
            wakeUps.accept(artifact, Duration.ofNanos(of.notBeforeNanos - nowNanos));
        }
    }

    /** Answers what was put off until now. */
    void due(Artifact artifact, long nowNanos) {
        Optional.ofNullable(waiting.get(artifact)).ifPresent(of -> {
            of.wakes = false;
            answer(artifact, of, nowNanos);
        });
    }

    /** Answers what has waited long enough. */
    void tick(long nowNanos) {
        Iterator<Map.Entry<Artifact, Waiting>> all = waiting.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Artifact, Waiting> entry = all.next();
            answer(entry.getKey(), entry.getValue(), nowNanos);
            if (entry.getValue().requests.isEmpty() && nowNanos - entry.getValue().notBeforeNanos >= 0) {
                all.remove();
            }
        }
    }

    private void answer(Artifact artifact, Waiting of, long nowNanos) {
        boolean early = isEarly(artifact, of, nowNanos);
        List<Request> due = new ArrayList<>();
        of.requests.removeIf(request -> {
            boolean now = (!early && hasNews(artifact, request.place())) || nowNanos - request.deadlineNanos() >= 0;
            return now && due.add(request);
        });
        if (early && of.requests.stream().anyMatch(request -> hasNews(artifact, request.place()))) {
            wake(artifact, of, nowNanos);
        }
        if (!due.isEmpty()) {
            Duration pause = PAUSE_PER_ANSWER.multipliedBy(due.size());
            of.notBeforeNanos = nowNanos + Math.max(pause.toNanos(), LEAST_PAUSE.toNanos());
            complete(artifact, due);
        }
    }

    /** Most ask for the same, which is made once. */
    private void complete(Artifact artifact, List<Request> due) {
        Map<Integer, HashList> lists = new HashMap<>();
        due.forEach(request -> lists.computeIfAbsent(request.place(), place -> list(artifact, place)));
        try {
            worker.execute(() -> due.forEach(request -> request.answer().complete(lists.get(request.place()))));
        } catch (RejectedExecutionException e) {
            due.forEach(request -> request.answer().completeExceptionally(e));
        }
    }

    /** Answers everybody. */
    void close() {
        waiting.forEach((artifact, of) -> complete(artifact, of.requests));
        waiting.clear();
    }
}
