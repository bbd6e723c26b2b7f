package dev.piecewise.client;

import dev.piecewise.client.FetchProgress.Phase;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.cluster.Backoff;
import dev.piecewise.seeder.cluster.Entry;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublishedTorrent;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** What the tracker is asked for the sake of one {@link Ask}, and what its answers mean. */
final class Asking {
    private static final Duration ASK_FOR = Duration.ofSeconds(6);
    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration LAST_RETRY = Duration.ofSeconds(2);
    private static final Duration OTHERS_INTERVAL = Duration.ofSeconds(10);
    private static final Duration LONG_POLL = Duration.ofSeconds(1);

    private final Ask ask;
    private final Tracker tracker;
    private final Participant participant;
    private final Backoff backoff;
    private final Pause pause;
    private final LongSupplier nanoTime;

    /** Lets some time pass. */
    @FunctionalInterface
    interface Pause {
        /** Of the calling thread. */
        Pause SLEEP = length -> TimeUnit.NANOSECONDS.sleep(length.toNanos());

        void of(Duration length) throws InterruptedException;
    }

    /**
     * @param random spreads the nodes that ask a tracker again which was away from all of them
     * @param pause until then
     */
    Asking(
            Ask ask,
            Tracker tracker,
            Participant participant,
            RandomGenerator random,
            Pause pause,
            LongSupplier nanoTime) {
        this.ask = ask;
        this.tracker = tracker;
        this.participant = participant;
        this.backoff = new Backoff(FIRST_RETRY, LAST_RETRY, random);
        this.pause = pause;
        this.nanoTime = nanoTime;
    }

    /** Nothing is read any more, and no byte came for too long. */
    static final class Stall extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient FetchOutcome.Stalled outcome;

        Stall(FetchOutcome.Stalled outcome) {
            this.outcome = outcome;
        }

        FetchOutcome.Stalled outcome() {
            return outcome;
        }
    }

    /** The artifact, with all that it takes to begin. */
    Entry enter() throws InterruptedException {
        return reach(() -> participant.ask(request()));
    }

    /** Asks once more for what the tracker may have forgotten. */
    ArtifactStatus again() throws InterruptedException {
        return reach(() -> tracker.requestArtifact(request()));
    }

    /** What stands at the origin; nothing is read because of this question. */
    String version() throws InterruptedException {
        return reach(() -> tracker.preview(request())).version();
    }

    private ArtifactRequest request() {
        return ArtifactRequest.of(ask.source().text(), ask.pieceLength(), ask.profile(), ask.selection());
    }

    /** The tracker tells those of the whole prefix. */
    List<String> directories(ArtifactStatus status) {
        return PublishedTorrent.directories(status).stream()
                .filter(ask.selection()::selectsDirectory)
                .toList();
    }

    /** How it stands now. */
    ArtifactStatus look(ArtifactStatus before) {
        return tracker.artifact(new ArtifactId(before.id()), Duration.ZERO);
    }

    /** A tracker that cannot be reached is tried for some seconds, less and less often: it may just be starting. */
    private <T> T reach(Supplier<T> call) throws InterruptedException {
        long started = nanoTime.getAsLong();
        while (true) {
            try {
                T answer = call.get();
                backoff.reset();
                return answer;
            } catch (ProcessFault fault) {
                stopIfInterrupted();
                if (fault.kind() != Kind.FAILED || nanoTime.getAsLong() - started > ASK_FOR.toNanos()) {
                    throw fault;
                }
                pause.of(backoff.next());
            }
        }
    }

    /** @throws PiecewiseFault if it fails */
    ArtifactStatus awaitPublication(ArtifactStatus asked, AskListener listener) throws Stall, InterruptedException {
        StallWatch stall = new StallWatch(nanoTime);
        ArtifactStatus status = asked;
        long others = 0;
        long lookedNanos = nanoTime.getAsLong();
        while (status.state() == ArtifactState.READING) {
            participant.mustBeOpen();
            listener.progress(TrackedArtifact.progress(Phase.READING_ORIGIN, status, 0, 0, 0)
                    .withBytesFromOrigin(status.originBytes() - asked.originBytes()));
            if (stall.idle().compareTo(OTHERS_INTERVAL) > 0
                    && nanoTime.getAsLong() - lookedNanos > OTHERS_INTERVAL.toNanos()) {
                others = readOfOthers(status);
                lookedNanos = nanoTime.getAsLong();
            }
            stall.observe(status.piecesHashed() + status.originBytes() + others);
            if (stall.idle().compareTo(ask.stallTimeout()) >= 0) {
                throw new Stall(TrackedArtifact.notRead(status, 0, stall.idle()));
            }
            status = poll(status);
        }
        mustNotHaveFailed(status);
        return status;
    }

    /** A number that grows while other artifacts are read: perhaps this one waits for one with the same bytes. */
    long readOfOthers(ArtifactStatus status) throws InterruptedException {
        try {
            return tracker.artifacts().artifacts().stream()
                    .filter(other -> other.state() == ArtifactState.READING
                            && !other.id().equals(status.id()))
                    .mapToLong(ArtifactStatus::originBytes)
                    .sum();
        } catch (PiecewiseFault fault) {
            stopIfInterrupted();
            return 0;
        }
    }

    private ArtifactStatus poll(ArtifactStatus before) throws InterruptedException {
        try {
            ArtifactStatus now = tracker.artifact(new ArtifactId(before.id()), LONG_POLL);
            backoff.reset();
            return now;
        } catch (ProcessFault fault) {
            stopIfInterrupted();
            if (fault.kind() != Kind.FAILED) {
                throw fault;
            }
            pause.of(backoff.next());
            return before;
        } catch (PiecewiseFault fault) {
            stopIfInterrupted();
            if (fault.kind() == Kind.NOT_FOUND) {
                return again(); // the tracker lost its state meanwhile
            }
            throw fault;
        }
    }

    /** @throws ProcessFault if the artifact failed, of the kind that the tracker says */
    static void mustNotHaveFailed(ArtifactStatus status) {
        if (status.state() != ArtifactState.FAILED) {
            return;
        }
        Kind kind = Kind.FAILED;
        for (Kind known : Kind.values()) {
            if (known.name().equals(status.errorKind())) {
                kind = known;
            }
        }
        String error = status.error();
        throw new ProcessFault(kind, error == null ? status.uri() + " could not be read from the origin" : error);
    }

    static void stopIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
