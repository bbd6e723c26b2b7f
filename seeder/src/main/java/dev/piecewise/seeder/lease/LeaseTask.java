package dev.piecewise.seeder.lease;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.PieceReport;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works one lease off: read, hash while writing, report, and only after the tracker's acknowledgement hold. The first piece is
 * reported at once, as others wait for it; small ones that follow are reported together, 0.2 s after the last report or when they are 4 MiB, also while
 * the origin sends nothing. However it ends, what was not reported is given back. One thread calls {@link #run}, others the rest.
 */
final class LeaseTask {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseTask.class);
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final long REPORT_BYTES = 4L * 1024 * 1024;
    private static final Duration REPORT_PAUSE = Duration.ofMillis(200);
    private static final Duration REPORT_RETRY = Duration.ofMillis(500);

    private final LeaseGrant grant;
    private final StoredArtifact stored;
    private final Tracker tracker;
    private final Participant participant;
    private final LeaseLife life;
    private final LeaseBytes bytes;
    private final Ramp ramp;
    private final LongSupplier nanoTime;
    private final PieceLayout layout;
    private final ReadChecksums checksums;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    /** Held while a report is made and sent. */
    private final ReentrantLock reporting = new ReentrantLock();

    @GuardedBy("reporting")
    private final List<PieceReport.HashedPiece> unreported = new ArrayList<>();

    @GuardedBy("reporting")
    private long unreportedBytes;

    @GuardedBy("reporting")
    private long reportedNanos;

    /** Why a report failed while the reading thread waited for the origin. */
    private volatile LeaseBytes.@Nullable Broken broken;

    /** Nothing is reported any more. */
    @GuardedBy("reporting")
    private boolean over;

    LeaseTask(
            LeaseGrant grant,
            StoredArtifact stored,
            Tracker tracker,
            Participant participant,
            LeaseLife life,
            LeaseBytes bytes,
            Ramp ramp,
            LongSupplier nanoTime) {
        this.grant = grant;
        this.stored = stored;
        this.tracker = tracker;
        this.participant = participant;
        this.life = life;
        this.bytes = bytes;
        this.ramp = ramp;
        this.nanoTime = nanoTime;
        this.layout = stored.content().layout();
        this.checksums = new ReadChecksums(grant.reads(), grant.checksums());
        this.reportedNanos = nanoTime.getAsLong() - REPORT_PAUSE.toNanos();
    }

    LeaseLife life() {
        return life;
    }

    /** As {@link LeaseBytes#slow}. */
    void slow(long bytesPerSecond) {
        bytes.slow(bytesPerSecond);
    }

    /** As {@link LeaseBytes#isSlowed}. */
    boolean isSlowed() {
        return bytes.isSlowed();
    }

    String leaseId() {
        return grant.leaseId();
    }

    ArtifactId artifact() {
        return stored.id();
    }

    long fence() {
        return grant.fence();
    }

    Heartbeat.Progress progress() {
        return new Heartbeat.Progress(grant.leaseId(), grant.fence(), bytes.bytesRead(), bytes.bytesFromHolders());
    }

    void tick() {
        life.tick();
        bytes.tick();
    }

    /** Returns when the lease is over, one way or the other. */
    void run() throws InterruptedException {
        try (bytes) {
            ramp.entered(stored.id());
            try {
                readAll();
            } finally {
                ramp.left(stored.id());
            }
            report(this::send);
            LeaseBytes.Broken meanwhile = broken;
            if (meanwhile != null) {
                throw meanwhile;
            }
        } catch (StaleFence e) {
            lost(e);
            giveBack(null, null);
        } catch (LeaseLife.Ended e) {
            // Also of a lost one: only now is nothing read under it any more.
            LOG.debug("lease on {} ended: {}", describe(), e.end());
            ended(e.end());
        } catch (LeaseBytes.Broken e) {
            broke(e);
        } catch (TorrentFault fault) {
            LOG.warn("lease on {} given back: {}", describe(), fault.getMessage());
            giveBack(fault.getMessage(), Kind.FAILED.name());
        } catch (InterruptedException e) {
            giveBack(null, null);
            throw e;
        } catch (RuntimeException e) {
            giveBack("internal error: " + e, Kind.FAILED.name());
            throw e;
        }
    }

    private void ended(LeaseLife.End end) throws InterruptedException {
        LeaseBytes.Broken meanwhile = broken;
        if (meanwhile != null) {
            broke(meanwhile);
            return;
        }
        try {
            if (end == LeaseLife.End.SHUTDOWN) {
                reportRest(report -> tracker.reportPieces(grant.leaseId(), report)); // the lease is still ours
            }
        } finally {
            giveBack(null, null);
        }
    }

    private void broke(LeaseBytes.Broken why) throws InterruptedException {
        LOG.warn("lease on {} given back: {}", describe(), why.getMessage());
        try {
            reportRest(this::send);
        } finally {
            giveBack(why.getMessage(), why.errorKind());
        }
    }

    private void lost(StaleFence e) {
        LOG.info("lease on {} is lost: {}", describe(), e.getMessage());
    }

    private void readAll() throws LeaseBytes.Broken, LeaseLife.Ended, StaleFence, InterruptedException {
        for (int i = 0; i < grant.pieceCount(); i++) {
            work(
                    grant.firstPiece() + i,
                    grant.knownHashes().isEmpty() ? null : grant.knownHashes().get(i));
        }
    }

    private String describe() {
        return grant.artifact().uri() + ", pieces " + grant.firstPiece() + "-"
                + (grant.firstPiece() + grant.pieceCount() - 1);
    }

    private void work(int piece, @Nullable String knownHash)
            throws LeaseBytes.Broken, LeaseLife.Ended, StaleFence, InterruptedException {
        MessageDigest sha1 = sha1();
        boolean here = stored.held().get(piece);
        if (here) {
            bytes.skip(layout.lengthOf(piece));
            digestStored(piece, sha1);
        } else {
            fetch(piece, sha1);
        }
        PieceHash hash = PieceHash.of(sha1.digest());
        if (knownHash != null && !hash.equals(PieceHash.fromHex(knownHash))) {
            if (here) {
                stored.drop(piece);
            }
            throw new LeaseBytes.Broken(
                    LeaseReturn.HASH_MISMATCH,
                    grant.artifact().uri() + ": piece " + piece + " has SHA-1 " + hash
                            + " at the origin, but was read or registered before with " + knownHash,
                    null);
        }
        hashed(new PieceReport.HashedPiece(piece, hash.hex(), checksums.ofPiece()));
        ramp.piece(stored.id());
        reportIfDue();
    }

    private void hashed(PieceReport.HashedPiece piece) throws InterruptedException {
        reporting.lockInterruptibly();
        try {
            unreported.add(piece);
            unreportedBytes += layout.lengthOf(piece.piece());
        } finally {
            reporting.unlock();
        }
    }

    private void reportIfDue() throws LeaseBytes.Broken, LeaseLife.Ended, StaleFence, InterruptedException {
        reporting.lockInterruptibly();
        try {
            if (unreportedBytes >= REPORT_BYTES || nanoTime.getAsLong() - reportedNanos >= REPORT_PAUSE.toNanos()) {
                report(this::send);
            }
        } finally {
            reporting.unlock();
        }
    }

    /** The same while the reading thread waits for the origin; from another thread. */
    void reportMeanwhile() throws InterruptedException {
        if (!reporting.tryLock()) {
            return; // it is being done
        }
        try {
            if (!over) {
                reportIfDue();
            }
        } catch (StaleFence e) {
            lost(e);
            life.stop(LeaseLife.End.LOST);
        } catch (LeaseBytes.Broken e) {
            broken = e;
            life.stop(LeaseLife.End.LOST);
        } catch (PiecewiseFault e) {
            broken = new LeaseBytes.Broken(Kind.FAILED.name(), String.valueOf(e.getMessage()), e);
            life.stop(LeaseLife.End.LOST);
        } catch (LeaseLife.Ended e) {
            LOG.debug("lease on {} ended: {}", describe(), e.end());
        } finally {
            reporting.unlock();
        }
    }

    private void fetch(int piece, MessageDigest sha1)
            throws LeaseBytes.Broken, LeaseLife.Ended, StaleFence, InterruptedException {
        long offset = layout.offsetOf(piece);
        int left = layout.lengthOf(piece);
        int filled = 0;
        while (left > 0) {
            int got = bytes.read(buffer, filled, Math.min(left, buffer.length - filled));
            filled += got;
            left -= got;
            reportIfDue(); // of the pieces before
            if (filled == buffer.length || left == 0) {
                sha1.update(buffer, 0, filled);
                checksums.update(buffer, filled);
                stored.write(offset, ByteBuffer.wrap(buffer, 0, filled));
                offset += filled;
                filled = 0;
            }
        }
    }

    private void digestStored(int piece, MessageDigest sha1) {
        long offset = layout.offsetOf(piece);
        int left = layout.lengthOf(piece);
        while (left > 0) {
            ByteBuffer chunk = ByteBuffer.wrap(buffer, 0, Math.min(left, buffer.length));
            int count = chunk.remaining();
            stored.read(offset, chunk);
            sha1.update(buffer, 0, count);
            checksums.update(buffer, count);
            offset += count;
            left -= count;
        }
    }

    /** How a report reaches the tracker. */
    @FunctionalInterface
    private interface Sending {
        void send(PieceReport report) throws LeaseBytes.Broken, LeaseLife.Ended, StaleFence, InterruptedException;
    }

    /** Reports what is hashed and, once that is acknowledged, holds it. */
    private void report(Sending sending) throws LeaseBytes.Broken, LeaseLife.Ended, StaleFence, InterruptedException {
        reporting.lockInterruptibly();
        try {
            if (unreported.isEmpty()) {
                return;
            }
            List<PieceReport.HashedPiece> pieces = List.copyOf(unreported);
            unreported.clear();
            unreportedBytes = 0;
            reportedNanos = nanoTime.getAsLong();
            try {
                acknowledged(
                        new PieceReport(grant.fence(), bytes.bytesRead(), bytes.bytesFromHolders(), pieces), sending);
            } catch (LeaseLife.Ended e) {
                unreported.addAll(0, pieces); // if only this process ends, they may be reported once more
                throw e;
            }
        } finally {
            reporting.unlock();
        }
    }

    private void acknowledged(PieceReport report, Sending sending)
            throws LeaseBytes.Broken, LeaseLife.Ended, StaleFence, InterruptedException {
        Lock acknowledging = participant.acknowledging(stored.id());
        acknowledging.lockInterruptibly();
        try {
            sending.send(report);
            for (PieceReport.HashedPiece piece : report.pieces()) {
                if (!stored.held().get(piece.piece())) {
                    stored.markHeld(piece.piece());
                }
            }
        } catch (RuntimeException | LeaseBytes.Broken e) {
            participant.reportAnew(stored.id());
            throw e;
        } finally {
            acknowledging.unlock();
        }
    }

    /** What was hashed before the lease ended still counts. */
    private void reportRest(Sending sending) throws InterruptedException {
        try {
            report(sending);
        } catch (LeaseBytes.Broken | LeaseLife.Ended | StaleFence | PiecewiseFault e) {
            LOG.debug("pieces of {} are lost with their lease: {}", describe(), e.getMessage());
        }
    }

    private void send(PieceReport report) throws LeaseBytes.Broken, LeaseLife.Ended, StaleFence, InterruptedException {
        while (true) {
            life.check();
            try {
                tracker.reportPieces(grant.leaseId(), report);
                return;
            } catch (OriginFault fault) {
                throw new LeaseBytes.Broken(Kind.FAILED.name(), String.valueOf(fault.getMessage()), fault);
            } catch (PiecewiseFault fault) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                LOG.debug("report on {} not sent: {}", describe(), fault.getMessage());
                life.pause(REPORT_RETRY);
            }
        }
    }

    /** What is being reported from another thread is out of the way before the lease is. */
    private void stopReporting() {
        try {
            reporting.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            over = true;
        } finally {
            reporting.unlock();
        }
    }

    private void giveBack(@Nullable String error, @Nullable String errorKind) {
        stopReporting();
        try {
            tracker.returnLease(
                    grant.leaseId(),
                    new LeaseReturn(grant.fence(), bytes.bytesRead(), bytes.bytesFromHolders(), error, errorKind));
        } catch (StaleFence e) {
            LOG.debug("lease on {} was over already", describe());
        } catch (PiecewiseFault fault) {
            LOG.debug("lease on {} not given back, it will expire: {}", describe(), fault.getMessage());
        }
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
