package dev.piecewise.client;

import dev.piecewise.client.FetchProgress.Phase;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Waits in a swarm until the last piece is here, or nothing moves any more. */
final class Download {
    private static final Duration TICK = Duration.ofMillis(400);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(3);

    private final ArtifactContent content;
    private final Swarm swarm;
    private final Credits.Share share;
    private final StoredArtifact stored;
    private final Surroundings surroundings;
    private final LongSupplier nanoTime;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final CompletableFuture<?> firstOrLast;

    /** What else is known of the artifact, outside its swarm. */
    interface Surroundings {
        FetchProgress progress(Phase phase, int held, long bytesFromPeers, int peers);

        /** Of the torrent, hexadecimal; empty until it is known. */
        Optional<String> infoHash();

        /** Completes when {@link #infoHash} is known. */
        default CompletionStage<?> named() {
            return CompletableFuture.completedStage(null);
        }

        /**
         * Asked a few times a second.
         *
         * @return whether there may be a reason not to go on, which {@link #look} finds
         * @throws PiecewiseFault if this is the end
         */
        boolean isInTrouble();

        /** A number that grows while others get on. */
        default long movement() {
            return 0;
        }

        /**
         * Nothing has arrived for a while: perhaps there is a reason.
         *
         * @throws PiecewiseFault if that is the end
         */
        default void look() throws InterruptedException {}

        FetchOutcome.Stalled stalled(int held, int peers, Duration idle);
    }

    Download(
            ArtifactContent content,
            Swarm swarm,
            Credits.Share share,
            StoredArtifact stored,
            Surroundings surroundings,
            LongSupplier nanoTime) {
        this.content = content;
        this.swarm = swarm;
        this.share = share;
        this.stored = stored;
        this.surroundings = surroundings;
        this.nanoTime = nanoTime;
        this.firstOrLast = CompletableFuture.anyOf(begun, stored.completion().toCompletableFuture());
    }

    /**
     * The listener is told of the first piece at once, of what follows a few times a second.
     *
     * @param version for {@link Acquired.Ready}, as all that follow
     * @param directories for {@link Acquired.Ready}
     */
    Acquired await(Duration stallTimeout, String version, List<String> directories, AskListener listener)
            throws InterruptedException {
        StoredArtifact.Subscription first = stored.subscribe(piece -> begun.complete(null));
        try {
            return awaitAll(stallTimeout, version, directories, listener);
        } finally {
            first.close();
        }
    }

    private Acquired awaitAll(Duration stallTimeout, String version, List<String> directories, AskListener listener)
            throws InterruptedException {
        StallWatch stall = new StallWatch(nanoTime);
        long looked = nanoTime.getAsLong();
        while (true) {
            if (stored.isComplete()) {
                // A file that someone changed meanwhile loses its bad pieces here, and they are fetched again.
                stored.verifyStamps();
            }
            BitSet pieces = stored.held();
            int held = pieces.cardinality();
            boolean complete = stored.isComplete();
            Swarm.Stats stats = swarm.stats();
            Received received = share.received(); // of what is complete, all
            listener.progress(surroundings
                    .progress(
                            complete ? Phase.PUBLISHING : Phase.DOWNLOADING, held, received.fromPeers(), stats.peers())
                    .withFilesHeld(filesHeld(pieces)));
            Optional<String> infoHash = surroundings.infoHash();
            if (complete && infoHash.isPresent()) {
                return new Acquired.Ready(version, content, directories, stored.files(), infoHash.get(), received);
            }
            stall.observe(stats.downloadedBytes() + held + surroundings.movement());
            if (stall.idle().compareTo(stallTimeout) >= 0) {
                return new Acquired.Ended(surroundings.stalled(held, stats.peers(), stall.idle()));
            }
            boolean idle = stall.idle().compareTo(LOOK_INTERVAL) > 0
                    && nanoTime.getAsLong() - looked > LOOK_INTERVAL.toNanos();
            if (idle || surroundings.isInTrouble()) {
                surroundings.look();
                looked = nanoTime.getAsLong();
            }
            awaitPiece();
        }
    }

    private int filesHeld(BitSet held) {
        PieceLayout layout = content.layout();
        int files = 0;
        long offset = 0;
        for (FileEntry file : content.files()) {
            long end = offset + file.sizeBytes();
            if (offset == end || held.nextClearBit(layout.pieceAt(offset)) > layout.pieceAt(end - 1)) {
                files++;
            }
            offset = end;
        }
        return files;
    }

    private void awaitPiece() throws InterruptedException {
        if (swarm.failure().toCompletableFuture().isCompletedExceptionally()) {
            throw failure();
        }
        try {
            CompletableFuture<?> completion = stored.completion().toCompletableFuture();
            boolean wasComplete = completion.isDone();
            if (stored.isComplete()) {
                surroundings.named().toCompletableFuture().get(TICK.toMillis(), TimeUnit.MILLISECONDS);
            } else if (wasComplete) {
                Thread.sleep(TICK.toMillis()); // someone changed a file, and a piece was lost
            } else {
                (begun.isDone() ? completion : firstOrLast).get(TICK.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException e) {
            return;
        } catch (ExecutionException e) {
            throw asFault(e.getCause());
        }
    }

    private PiecewiseFault failure() throws InterruptedException {
        try {
            swarm.failure().toCompletableFuture().get();
            return new ProcessFault(Kind.FAILED, "the swarm ended");
        } catch (ExecutionException e) {
            return asFault(e.getCause());
        }
    }

    private static PiecewiseFault asFault(@Nullable Throwable cause) {
        return cause instanceof PiecewiseFault fault
                ? fault
                : new ProcessFault(Kind.FAILED, "the download broke: " + cause, cause);
    }
}
