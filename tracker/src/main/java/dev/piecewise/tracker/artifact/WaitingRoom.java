package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.LeaseGrants;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/** Requests that wait. Guarded by the scheduler's lock; answers are completed outside it, on {@code worker}. */
final class WaitingRoom {
    private final List<ForLeases> forLeases = new ArrayList<>();
    private final List<ForArtifact> forArtifacts = new ArrayList<>();
    private final Executor worker;

    /** For work. */
    record ForLeases(
            String nodeId, int atMost, Links links, long deadlineNanos, CompletableFuture<LeaseGrants> answer) {}

    /** For an artifact to leave READING. */
    private record ForArtifact(Artifact artifact, long deadlineNanos, CompletableFuture<ArtifactId> answer) {}

    WaitingRoom(Executor worker) {
        this.worker = worker;
    }

    CompletableFuture<ArtifactId> forArtifact(Artifact artifact, long deadlineNanos) {
        CompletableFuture<ArtifactId> answer = new CompletableFuture<>();
        forArtifacts.add(new ForArtifact(artifact, deadlineNanos, answer));
        return answer;
    }

    /** Each node waits once: an older request of it is answered with nothing. */
    CompletableFuture<LeaseGrants> forLeases(String nodeId, int atMost, Links links, long deadlineNanos) {
        sendAway(nodeId);
        CompletableFuture<LeaseGrants> answer = new CompletableFuture<>();
        forLeases.add(new ForLeases(nodeId, atMost, links, deadlineNanos, answer));
        return answer;
    }

    /** A node's request for leases is answered with nothing. */
    void sendAway(String nodeId) {
        answerLeases(waiting -> waiting.nodeId().equals(nodeId));
    }

    /** Answers requests for artifacts that are no longer READING. */
    void wakeArtifacts() {
        answerArtifacts(waiting -> waiting.artifact().state() != ArtifactState.READING);
    }

    /** Answers what has waited long enough. */
    void answerLate(long nowNanos) {
        answerArtifacts(waiting -> nowNanos - waiting.deadlineNanos() >= 0);
        answerLeases(waiting -> nowNanos - waiting.deadlineNanos() >= 0);
    }

    /** Answers everybody. */
    void close() {
        answerArtifacts(waiting -> true);
        answerLeases(waiting -> true);
    }

    /** Offers work to those who wait, oldest first; {@code served} takes over the answer of those it returns true for. */
    void offer(Predicate<ForLeases> served) {
        forLeases.removeIf(served);
    }

    private void answerArtifacts(Predicate<ForArtifact> which) {
        forArtifacts.removeIf(waiting -> which.test(waiting) && complete(waiting.answer(), waiting.artifact().id));
    }

    private void answerLeases(Predicate<ForLeases> which) {
        forLeases.removeIf(waiting -> which.test(waiting) && complete(waiting.answer(), new LeaseGrants(List.of())));
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
