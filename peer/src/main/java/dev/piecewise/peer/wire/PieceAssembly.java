package dev.piecewise.peer.wire;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.peer.StoredArtifact;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes and hashes the bytes of one piece, one worker at a time. Invariant: the first {@code digested} bytes were written
 * exactly once, and they are what was hashed; bytes that come in order are hashed as they are written, others are written and
 * read back when their turn comes, as are those that an earlier run left.
 */
final class PieceAssembly implements Workers.Task {
    private static final Logger LOG = LoggerFactory.getLogger(PieceAssembly.class);

    /** What is to be done, in the order in which it came. */
    private sealed interface Step {}

    private record Fragment(SharedBuffer buffer, ByteBuffer bytes, int offset) implements Step {}

    /** These units are written by now. */
    private record Checkpoint(BitSet units) implements Step {}

    /** How it ends: with the hash of the whole piece or with the store's fault; told on a worker. */
    interface Outcome {
        void hashed(PieceHash hash);

        void failed(TorrentFault fault);
    }

    private final StoredArtifact storage;
    private final int piece;
    private final long start;
    private final int length;
    private final int resumedBytes;
    private final Lane workers;
    private final InFlight busy;
    private final Outcome outcome;

    // Guarded by this.
    private final Deque<Step> inbox = new ArrayDeque<>();
    private boolean queued;
    private boolean complete;
    private boolean over;

    /** Of the one worker. */
    private final RunningHash hash = new RunningHash();

    /** @param resumedBytes the first ones of the piece, which an earlier run wrote; nobody may write them now */
    PieceAssembly(StoredArtifact storage, int piece, int resumedBytes, Lane workers, InFlight busy, Outcome outcome) {
        this.storage = storage;
        this.piece = piece;
        this.resumedBytes = resumedBytes;
        this.start = storage.content().layout().offsetOf(piece);
        this.length = storage.content().layout().lengthOf(piece);
        this.workers = workers;
        this.busy = busy;
        this.outcome = outcome;
    }

    /** Bytes of the piece came; they are held until they are written. */
    void add(SharedBuffer buffer, int from, int bytes, int offset) {
        synchronized (this) {
            if (over) {
                return;
            }
            inbox.add(new Fragment(buffer.hold(), buffer.slice(from, bytes), offset));
        }
        queue();
    }

    /** Has these units recorded as written when all bytes that came so far are. */
    void checkpoint(BitSet units) {
        synchronized (this) {
            if (over || units.isEmpty()) {
                return;
            }
            inbox.add(new Checkpoint(units));
        }
        queue();
    }

    /** No more bytes are needed. */
    void completed() {
        synchronized (this) {
            complete = true;
        }
        queue();
    }

    /** What came is of no use. */
    void abandon() {
        synchronized (this) {
            over = true;
            for (Step step : inbox) {
                if (step instanceof Fragment fragment) {
                    fragment.buffer.letGo();
                }
            }
            inbox.clear();
        }
    }

    private void queue() {
        synchronized (this) {
            if (queued || over) {
                return;
            }
            queued = true;
            busy.enter();
        }
        workers.execute(this);
    }

    @Override
    public void run(Workers.Bench bench) {
        try {
            hash.read(storage, start, resumedBytes, bench);
            for (Step step = next(); step != null; step = next()) {
                if (step instanceof Fragment fragment) {
                    try {
                        write(fragment, bench);
                    } finally {
                        fragment.buffer.letGo();
                    }
                } else if (step instanceof Checkpoint checkpoint) {
                    storage.markWritten(piece, checkpoint.units);
                }
            }
            if (isComplete()) {
                outcome.hashed(hash.finish(storage, start, length, bench));
            }
        } catch (TorrentFault e) {
            abandon();
            outcome.failed(e);
        } catch (IllegalStateException e) {
            // Someone else marked the piece as held meanwhile; the store keeps the held bytes.
            LOG.debug("bytes of a piece came too late", e);
            abandon();
        } finally {
            busy.leave();
        }
    }

    private synchronized @Nullable Step next() {
        Step step = inbox.poll();
        if (step == null) {
            queued = false;
        }
        return step;
    }

    private synchronized boolean isComplete() {
        boolean now = complete && !over && inbox.isEmpty() && !queued;
        over |= now;
        return now;
    }

    private void write(Fragment fragment, Workers.Bench bench) {
        ByteBuffer bytes = fragment.bytes;
        int known = hash.digested() - fragment.offset;
        if (known >= bytes.remaining()) {
            return; // hashed and written before
        }
        int offset = fragment.offset;
        if (known > 0) {
            bytes.position(bytes.position() + known);
            offset = hash.digested();
        }
        if (offset == hash.digested()) {
            hash.update(bytes.duplicate(), bench);
        }
        storage.write(start + offset, bytes);
    }
}
