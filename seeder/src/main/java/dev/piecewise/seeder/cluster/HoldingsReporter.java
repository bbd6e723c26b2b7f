package dev.piecewise.seeder.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.Holdings;
import dev.piecewise.trackerclient.api.HoldingsReport;
import dev.piecewise.trackerclient.api.HoldingsTaken;
import dev.piecewise.trackerclient.api.TransferReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the tracker which pieces are held here: of every artifact first a bitfield, then changes, those of all artifacts together and
 * gathered for as long as the tracker says.
 * After anything that may have been lost on the way the bitfield is sent again.
 *
 * <p>A bitfield replaces what the tracker knows. So that it never takes back a piece whose hash the tracker has just
 * acknowledged, {@link #acknowledging} excludes sending one from before the report until the piece is marked.
 */
final class HoldingsReporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HoldingsReporter.class);
    private static final Duration GATHER = Duration.ofMillis(200);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int MOST_AT_ONCE = 64;

    private final Tracker tracker;
    private final String nodeId;
    private final Membership membership;
    private final Transfers transfers;
    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private final Map<ArtifactId, Reported> all = new LinkedHashMap<>();

    @GuardedBy("this")
    private boolean changed;

    @GuardedBy("this")
    private boolean urgent;

    @GuardedBy("this")
    private long notBeforeNanos;

    private @Nullable Worker worker;

    private static final class Reported {
        private final StoredArtifact artifact;
        private final ReentrantReadWriteLock reporting = new ReentrantReadWriteLock();
        private final BitSet added = new BitSet();
        private final BitSet dropped = new BitSet();
        private volatile StoredArtifact.@Nullable Subscription subscription;
        private boolean whole = true;
        private boolean withdrawn;
        private boolean withdrawalTaken;

        Reported(StoredArtifact artifact) {
            this.artifact = artifact;
        }

        boolean isChanged() {
            return whole || !added.isEmpty() || !dropped.isEmpty();
        }
    }

    /** @param nanoTime monotonic clock */
    HoldingsReporter(
            Tracker tracker, String nodeId, Membership membership, Transfers transfers, LongSupplier nanoTime) {
        this.tracker = tracker;
        this.nodeId = nodeId;
        this.membership = membership;
        this.transfers = transfers;
        this.nanoTime = nanoTime;
        this.notBeforeNanos = nanoTime.getAsLong();
    }

    void start(CompletableFuture<Void> failure) {
        worker = Worker.start("holdings", failure, this::run);
    }

    /** Reports this artifact from now on; again is no change. */
    void add(StoredArtifact artifact) {
        Reported reported = new Reported(artifact);
        synchronized (this) {
            Reported former = all.get(artifact.id());
            if (former != null && !former.withdrawn) {
                return;
            }
            all.put(artifact.id(), reported);
            change(true);
        }
        reported.subscription = artifact.subscribe(new StoredArtifact.Listener() {
            @Override
            public void held(int piece) {
                changed(reported, piece, true);
            }

            @Override
            public void dropped(int piece) {
                changed(reported, piece, false);
            }
        });
    }

    private synchronized void changed(Reported reported, int piece, boolean held) {
        reported.added.set(piece, held);
        reported.dropped.set(piece, !held);
        change(false);
    }

    @GuardedBy("this")
    private void change(boolean atOnce) {
        changed = true;
        urgent |= atOnce;
        notifyAll();
    }

    /** Tells the tracker that nothing of it is offered any more. */
    void withdraw(ArtifactId id) {
        Reported reported;
        synchronized (this) {
            reported = all.get(id);
            if (reported == null) {
                return;
            }
            reported.withdrawn = true;
            reported.whole = true;
            change(true);
        }
        unsubscribe(reported);
    }

    /** Whether the tracker hears of it. */
    synchronized boolean reports(ArtifactId id) {
        Reported reported = all.get(id);
        return reported != null && !reported.withdrawn;
    }

    /** Sends the bitfield again; of an artifact that is not reported does nothing. */
    synchronized void resend(ArtifactId id) {
        Reported reported = all.get(id);
        if (reported != null) {
            reported.whole = true;
            change(true);
        }
    }

    /** Sends all bitfields again. */
    synchronized void resendAll() {
        all.values().forEach(reported -> reported.whole = true);
        change(true);
    }

    /** To hold from before pieces are reported to the tracker until they are marked as held. */
    Lock acknowledging(ArtifactId id) {
        synchronized (this) {
            Reported reported = all.get(id);
            if (reported == null) {
                throw new IllegalStateException("artifact " + id + " is not shared");
            }
            return reported.reporting.readLock();
        }
    }

    private void run() throws InterruptedException {
        while (true) {
            awaitTurn();
            long generation = membership.awaitRegistered();
            List<Reported> dirty = takeChanged();
            if (!dirty.isEmpty() && !send(dirty, generation)) {
                Thread.sleep(RETRY.toMillis());
            }
        }
    }

    /** Waits until something changed, and then for as long as the tracker wants changes to be gathered, unless it is urgent. */
    private synchronized void awaitTurn() throws InterruptedException {
        while (!changed) {
            wait();
        }
        long turnNanos = Math.max(nanoTime.getAsLong() + GATHER.toNanos(), notBeforeNanos);
        for (long left = GATHER.toNanos(); !urgent && left > 0; left = turnNanos - nanoTime.getAsLong()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    /** Some of them if they are many; the others are next, then. */
    private synchronized List<Reported> takeChanged() {
        List<Reported> dirty = all.values().stream()
                .filter(Reported::isChanged)
                .limit(MOST_AT_ONCE + 1L)
                .toList();
        changed = dirty.size() > MOST_AT_ONCE;
        urgent &= changed;
        return changed ? dirty.subList(0, MOST_AT_ONCE) : dirty;
    }

    /** All in one call, with which no report of a lease overlaps. */
    private boolean send(List<Reported> dirty, long generation) throws InterruptedException {
        List<Lock> exclusive = new ArrayList<>();
        try {
            for (Reported reported : dirty) {
                reported.reporting.writeLock().lockInterruptibly();
                exclusive.add(reported.reporting.writeLock());
            }
            List<HoldingsReport.Part> parts = new ArrayList<>();
            for (Reported reported : dirty) {
                parts.add(new HoldingsReport.Part(reported.artifact.id().hex(), take(reported)));
            }
            HoldingsTaken taken = tracker.reportHoldings(nodeId, new HoldingsReport(parts));
            notBefore(taken);
            parts.forEach(part -> transfers.told(
                    new ArtifactId(part.artifactId()), part.holdings().transfer()));
            taken.unknown().forEach(id -> LOG.debug("the tracker does not know artifact {} any more", id));
            dirty.forEach(this::forgetIfWithdrawn);
            return true;
        } catch (UnknownNode e) {
            dirty.forEach(this::again);
            membership.forgotten(generation);
            return true;
        } catch (PiecewiseFault fault) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            LOG.debug("holdings of {} artifacts not reported: {}", dirty.size(), fault.getMessage());
            dirty.forEach(this::again);
            return false;
        } finally {
            exclusive.forEach(Lock::unlock);
        }
    }

    private synchronized void notBefore(HoldingsTaken taken) {
        notBeforeNanos = nanoTime.getAsLong() + (long) (taken.nextSeconds() * 1e9);
    }

    /** The artifact is asked outside of this object's lock: it calls its listeners, and so this object, under its own. */
    private Holdings take(Reported reported) {
        TransferReport transfer = transfers.report(reported.artifact.id());
        boolean withdrawn;
        synchronized (this) {
            Holdings changes = new Holdings(null, indexes(reported.added), indexes(reported.dropped), transfer);
            boolean whole = reported.whole;
            withdrawn = reported.withdrawn;
            reported.withdrawalTaken = withdrawn;
            reported.whole = false;
            reported.added.clear();
            reported.dropped.clear();
            if (!whole) {
                return changes;
            }
        }
        BitSet held = withdrawn ? new BitSet() : reported.artifact.held();
        int pieces = reported.artifact.content().layout().pieceCount();
        return new Holdings(bitfield(held, pieces), List.of(), List.of(), transfer);
    }

    private static List<Integer> indexes(BitSet set) {
        return set.stream().boxed().toList();
    }

    /** Base64 of a bitfield as in BEP 3: the high bit of the first byte is piece 0. */
    static String bitfield(BitSet held, int pieces) {
        byte[] bytes = new byte[(pieces + 7) / 8];
        held.stream().forEach(piece -> bytes[piece / 8] |= (byte) (0x80 >> (piece % 8)));
        return Base64.getEncoder().encodeToString(bytes);
    }

    private synchronized void again(Reported reported) {
        reported.whole = true;
        changed = true;
    }

    /** What was just sent may be older than the withdrawal, which then is still to be told. */
    private synchronized void forgetIfWithdrawn(Reported reported) {
        if (reported.withdrawalTaken) {
            all.remove(reported.artifact.id(), reported);
            transfers.forget(reported.artifact.id());
        }
    }

    private static void unsubscribe(Reported reported) {
        StoredArtifact.Subscription subscription = reported.subscription;
        if (subscription != null) {
            subscription.close();
        }
    }

    @Override
    public void close() {
        if (worker != null) {
            worker.close();
        }
        List<Reported> remaining;
        synchronized (this) {
            remaining = List.copyOf(all.values());
        }
        remaining.forEach(HoldingsReporter::unsubscribe);
    }
}
