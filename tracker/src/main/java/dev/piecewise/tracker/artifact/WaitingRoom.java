package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.LeaseGrants;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Predicate;

/** Requests that wait. Guarded by the scheduler's lock; answers are completed outside it, on {@code worker}. */
final class WaitingRoom {
    /** By node, oldest first. */
    private final Map<String, ForLeases> forLeases = new LinkedHashMap<>();
    /** Likewise, of nodes that read only if they are told to. */
    private final Map<String, ForLeases> volunteers = new LinkedHashMap<>();

    private final Map<Artifact, List<ForArtifact>> forArtifacts = new LinkedHashMap<>();
    private final Executor worker;

    /** For work. */
    record ForLeases(
            String nodeId, int atMost, Links links, long deadlineNanos, CompletableFuture<LeaseGrants> answer) {}

    /** For an artifact to leave READING. */
    private record ForArtifact(long deadlineNanos, CompletableFuture<ArtifactId> answer) {}

    /** What became of an offer of work. */
    enum Offer {
        /** Somebody else will answer the request. */
        TAKEN,
        /** Not for this one, perhaps for the next. */
        PASSED,
        /** There is no work for anybody. */
        NONE
    }

    WaitingRoom(Executor worker) {
        this.worker = worker;
    }

    CompletableFuture<ArtifactId> forArtifact(Artifact artifact, long deadlineNanos) {
        CompletableFuture<ArtifactId> answer = new CompletableFuture<>();
        forArtifacts.computeIfAbsent(artifact, absent -> new ArrayList<>()).add(new ForArtifact(deadlineNanos, answer));
        return answer;
    }

    /** Each node waits once: an older request of it is answered with nothing. */
    CompletableFuture<LeaseGrants> forLeases(String nodeId, int atMost, Links links, long deadlineNanos) {
        sendAway(nodeId);
        CompletableFuture<LeaseGrants> answer = new CompletableFuture<>();
        forLeases.put(nodeId, new ForLeases(nodeId, atMost, links, deadlineNanos, answer));
        return answer;
    }

    /** The same for a node that is offered nothing but by its name. */
    CompletableFuture<LeaseGrants> forLeasesIfChosen(String nodeId, int atMost, Links links, long deadlineNanos) {
        sendAway(nodeId);
        CompletableFuture<LeaseGrants> answer = new CompletableFuture<>();
        volunteers.put(nodeId, new ForLeases(nodeId, atMost, links, deadlineNanos, answer));
        return answer;
    }

    /** A node's request for leases, if one waits, is answered with nothing. */
    void sendAway(String nodeId) {
        for (Map<String, ForLeases> requests : List.of(forLeases, volunteers)) {
            ForLeases waiting = requests.remove(nodeId);
            if (waiting != null) {
                complete(waiting.answer(), new LeaseGrants(List.of()));
            }
        }
    }

    /** The nodes that wait and are offered nothing but by their names; a view. */
    Set<String> volunteers() {
        return Collections.unmodifiableSet(volunteers.keySet());
    }

    /** Answers requests for artifacts that are no longer READING. */
    void wakeArtifacts() {
        answerArtifacts(artifact -> artifact.state() != ArtifactState.READING, waiting -> true);
    }

    /** Answers what has waited long enough. */
    void answerLate(long nowNanos) {
        answerArtifacts(artifact -> true, waiting -> nowNanos - waiting.deadlineNanos() >= 0);
        answerLeases(waiting -> nowNanos - waiting.deadlineNanos() >= 0);
    }

    /** Answers everybody. */
    void close() {
        answerArtifacts(artifact -> true, waiting -> true);
        answerLeases(waiting -> true);
    }

    /** Offers work to those who wait, oldest first, until there is none. */
    void offer(Function<ForLeases, Offer> work) {
        Iterator<ForLeases> oldestFirst = forLeases.values().iterator();
        while (oldestFirst.hasNext()) {
            switch (work.apply(oldestFirst.next())) {
                case TAKEN -> oldestFirst.remove();
                case PASSED -> {}
                case NONE -> {
                    return;
                }
            }
        }
    }

    /** Offers work to one that is offered nothing else. */
    void offer(String nodeId, Function<ForLeases, Offer> work) {
        ForLeases waiting = volunteers.get(nodeId);
        if (waiting != null && work.apply(waiting) == Offer.TAKEN) {
            volunteers.remove(nodeId, waiting);
        }
    }

    private void answerArtifacts(Predicate<Artifact> which, Predicate<ForArtifact> whom) {
        forArtifacts.entrySet().removeIf(entry -> {
            Artifact artifact = entry.getKey();
            List<ForArtifact> waiting = entry.getValue();
            return which.test(artifact)
                    && waiting.removeIf(one -> whom.test(one) && complete(one.answer(), artifact.id))
                    && waiting.isEmpty();
        });
    }

    private void answerLeases(Predicate<ForLeases> which) {
        for (Map<String, ForLeases> requests : List.of(forLeases, volunteers)) {
            requests.values()
                    .removeIf(waiting -> which.test(waiting) && complete(waiting.answer(), new LeaseGrants(List.of())));
        }
    }

    private <T> boolean complete(CompletableFuture<T> answer, T value) {
        try {
            worker.execute(() -> answer.complete(value));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(e);
        }
        return true;
    }
}
