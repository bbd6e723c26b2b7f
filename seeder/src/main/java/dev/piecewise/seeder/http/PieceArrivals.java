package dev.piecewise.seeder.http;

import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.trackerclient.api.WantedPieces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for pieces that this process does not hold. The tracker is told that somebody waits: what nobody holds is leased
 * next, to this process or another; what somebody holds comes through the swarm.
 */
final class PieceArrivals {
    private static final Logger LOG = LoggerFactory.getLogger(PieceArrivals.class);
    private static final int MAX_AHEAD = 8;
    private static final int RETRY_AFTER_SECONDS = 5;
    private static final Duration REPEAT = Duration.ofSeconds(5);
    private static final Duration SLICE = Duration.ofMillis(250); // to notice that the server closes

    private final Tracker tracker;
    private final Duration patience;
    private final LongSupplier nanoTime;
    private volatile boolean closed;

    PieceArrivals(Tracker tracker, Duration patience, LongSupplier nanoTime) {
        this.tracker = tracker;
        this.patience = patience;
        this.nanoTime = nanoTime;
    }

    /**
     * Returns when the piece is held.
     *
     * @param last the last piece that this request will need
     * @throws Unavailable if it did not come in time, or cannot
     */
    void await(StoredArtifact stored, int piece, int last) throws Unavailable, InterruptedException {
        if (stored.held().get(piece)) {
            return;
        }
        CountDownLatch arrived = new CountDownLatch(1);
        StoredArtifact.Subscription subscription = stored.subscribe(new Watch(piece, arrived));
        try {
            long deadline = nanoTime.getAsLong() + patience.toNanos();
            long nextWish = nanoTime.getAsLong();
            while (!stored.held().get(piece)) {
                long now = nanoTime.getAsLong();
                if (closed || now - deadline >= 0) {
                    throw new Unavailable(RETRY_AFTER_SECONDS, "piece " + piece + " did not come in time");
                }
                if (now - nextWish >= 0) {
                    wish(stored, piece, last);
                    nextWish = now + REPEAT.toNanos();
                }
                boolean unused = arrived.await(Math.min(SLICE.toNanos(), deadline - now), TimeUnit.NANOSECONDS);
            }
        } finally {
            subscription.close();
        }
    }

    private record Watch(int piece, CountDownLatch arrived) implements StoredArtifact.Listener {
        @Override
        public void held(int which) {
            if (which == piece) {
                arrived.countDown();
            }
        }
    }

    private void wish(StoredArtifact stored, int piece, int last) throws Unavailable, InterruptedException {
        BitSet held = stored.held();
        List<Integer> wanted = new ArrayList<>();
        for (int next = piece; next <= last && wanted.size() < MAX_AHEAD; next++) {
            if (!held.get(next)) {
                wanted.add(next);
            }
        }
        try {
            tracker.want(stored.id(), new WantedPieces(wanted));
        } catch (OriginFault fault) {
            throw new Unavailable(RETRY_AFTER_SECONDS, "piece " + piece + " cannot be had: " + fault.getMessage());
        } catch (PiecewiseFault fault) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            LOG.debug("the tracker does not hear that piece {} is waited for: {}", piece, fault.getMessage());
        }
    }

    /** Whoever waits gives up. */
    void close() {
        closed = true;
    }
}
