package dev.piecewise.cli.progress;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.FetchProgress.Phase;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Where one of many requests stands, with its rates. Guarded by its {@link RequestsView}. */
final class RequestProgress {
    private final String name;
    private final RecentRate fromPeers = new RecentRate();
    private final RecentRate fromOrigin = new RecentRate();
    private final RecentRate unpacking = new RecentRate();
    private @Nullable FetchProgress last;
    private @Nullable FetchOutcome outcome;

    /** How far a request is, in the order in which they are shown. */
    enum State {
        FAILED("failed"),
        UNPACKING("unpacking"),
        PUBLISHING("publishing"),
        DOWNLOADING("downloading"),
        READING("S3 is read"),
        ASKING("asking"),
        WAITING("waiting"),
        READY("ready");

        private final String word;

        State(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    RequestProgress(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    void progress(FetchProgress progress, long nowNanos) {
        last = progress;
        fromPeers.sample(nowNanos, progress.bytesFromPeers());
        fromOrigin.sample(nowNanos, progress.bytesFromOrigin());
        unpacking.sample(nowNanos, progress.bytesUnpacked());
    }

    void ended(FetchOutcome how) {
        outcome = how;
    }

    @Nullable
    FetchProgress last() {
        return last;
    }

    @Nullable
    FetchOutcome outcome() {
        return outcome;
    }

    State state() {
        FetchProgress now = last;
        if (outcome != null) {
            return outcome instanceof FetchOutcome.Complete ? State.READY : State.FAILED;
        } else if (now == null) {
            return State.WAITING;
        }
        return switch (now.phase()) {
            case ASKING, METADATA -> State.ASKING;
            case READING_ORIGIN -> State.READING;
            case DOWNLOADING -> State.DOWNLOADING;
            case PUBLISHING -> State.PUBLISHING;
            case UNPACKING -> State.UNPACKING;
        };
    }

    /** Bytes that are here, or are unpacked. */
    long doneBytes() {
        FetchProgress now = last;
        if (outcome instanceof FetchOutcome.Complete complete) {
            return complete.totalBytes();
        } else if (now == null) {
            return 0;
        }
        return switch (now.phase()) {
            case ASKING, METADATA, READING_ORIGIN, DOWNLOADING -> part(now, now.piecesHeld());
            case PUBLISHING -> now.totalBytes();
            case UNPACKING -> now.bytesUnpacked();
        };
    }

    /** Of the artifact; 0 until it is known. */
    long totalBytes() {
        FetchProgress now = last;
        return outcome instanceof FetchOutcome.Complete complete
                ? complete.totalBytes()
                : now == null ? 0 : now.totalBytes();
    }

    private static long part(FetchProgress progress, int pieces) {
        return progress.pieceCount() == 0
                ? 0
                : (long) ((double) progress.totalBytes() * pieces / progress.pieceCount());
    }

    /** Of what goes on now; empty if it cannot be told. */
    OptionalLong bytesPerSecond(long nowNanos) {
        return switch (state()) {
            case DOWNLOADING -> fromPeers.perSecond(nowNanos);
            case READING -> fromOrigin.perSecond(nowNanos);
            case UNPACKING -> unpacking.perSecond(nowNanos);
            case FAILED, PUBLISHING, ASKING, WAITING, READY -> OptionalLong.empty();
        };
    }

    /** Until what goes on now is over, at its present rate. */
    OptionalLong secondsLeft(long nowNanos) {
        FetchProgress now = last;
        OptionalLong rate = bytesPerSecond(nowNanos);
        if (now == null || rate.orElse(0) == 0) {
            return OptionalLong.empty();
        }
        long left = now.phase() == Phase.READING_ORIGIN
                ? part(now, now.pieceCount() - now.piecesHashed())
                : now.totalBytes() - doneBytes();
        return OptionalLong.of(Math.max(0, left) / rate.getAsLong());
    }
}
