package dev.piecewise.seeder.lease;

import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.api.LeaseReturn;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a lease in order, over as many requests as it takes: a read that breaks is signed again from the byte
 * where it broke. One thread reads; {@link #tick} and {@link #bytesRead} may be called from others.
 */
final class LeaseBytes implements AutoCloseable {
    private static final int MAX_FAILURES = 6;
    private static final int NOT_FOUND = 404;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int PRECONDITION_FAILED = 412;

    private final List<SignedRead> reads;
    private final Signer signer;
    private final OriginRequests requests;
    private final LeaseLife life;
    private final Backoff backoff;
    private final Duration readTimeout;
    private final LongSupplier nanoTime;
    private final AtomicLong bytesRead = new AtomicLong();

    private int read; // index of the current one
    private long next; // first byte of its object that was not delivered yet
    private boolean fresh = true; // whether the granted URL of the current read was not tried yet
    private int refusals;
    private volatile @Nullable OriginBody body;
    private volatile long progressNanos;

    /** Signs the rest of a read anew. */
    @FunctionalInterface
    interface Signer {
        SignedRead sign(int read, long firstByte) throws StaleFence;
    }

    /** What an origin fault means for the lease. */
    static final class Broken extends Exception {
        private static final long serialVersionUID = 1L;
        private final String errorKind;

        Broken(String errorKind, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.errorKind = errorKind;
        }

        /** As {@link LeaseReturn#errorKind()}. */
        String errorKind() {
            return errorKind;
        }
    }

    /** @param readTimeout after so long without a byte a read counts as broken */
    LeaseBytes(
            List<SignedRead> reads,
            Signer signer,
            OriginRequests requests,
            LeaseLife life,
            Backoff backoff,
            Duration readTimeout,
            LongSupplier nanoTime) {
        this.reads = List.copyOf(reads);
        this.signer = signer;
        this.requests = requests;
        this.life = life;
        this.backoff = backoff;
        this.readTimeout = readTimeout;
        this.nanoTime = nanoTime;
        this.next = reads.isEmpty() ? 0 : reads.get(0).firstByte();
        this.progressNanos = nanoTime.getAsLong();
    }

    /** Body bytes received so far, thrown away ones included. */
    long bytesRead() {
        return bytesRead.get();
    }

    /** Fills {@code into} from {@code from} on with 1 to {@code count} bytes; the lease must have that many left. */
    int read(byte[] into, int from, int count) throws Broken, LeaseLife.Ended, StaleFence, InterruptedException {
        while (true) {
            life.check();
            try {
                OriginBody open = open();
                long left = reads.get(read).lastByte() - next + 1;
                int got = open.read(into, from, (int) Math.min(count, left));
                if (got > 0) {
                    delivered(open, got);
                    return got;
                }
                throw new IOException("the body ended " + left + " bytes early");
            } catch (IOException e) {
                drop();
                life.check();
                failed(OriginRequests.describe(reads.get(read)) + ": " + e.getMessage(), e);
            } catch (OriginRequests.Refused e) {
                refused(e);
            } catch (OriginFault e) {
                throw new Broken(e.kind().name(), String.valueOf(e.getMessage()), e);
            }
        }
    }

    private void delivered(OriginBody open, int got) throws IOException {
        bytesRead.addAndGet(got);
        progressNanos = nanoTime.getAsLong();
        next += got;
        refusals = 0;
        backoff.reset();
        if (next > reads.get(read).lastByte()) {
            finish(open);
            read++;
            fresh = true;
            next = read < reads.size() ? reads.get(read).firstByte() : 0;
        }
    }

    /** Takes the end of the body, so that its connection is used again; a body that goes on is cut off. */
    private void finish(OriginBody open) {
        try {
            if (!open.atEnd()) {
                bytesRead.incrementAndGet();
            }
        } catch (IOException e) {
            // All wanted bytes are here; only the connection is lost.
        }
        drop();
    }

    /** Leaves out bytes that are not wanted; the rest of a read in progress is signed anew. */
    void skip(long count) {
        long left = count;
        while (left > 0) {
            drop();
            fresh = false;
            long here = Math.min(left, reads.get(read).lastByte() - next + 1);
            next += here;
            left -= here;
            if (next > reads.get(read).lastByte()) {
                read++;
                fresh = true;
                next = read < reads.size() ? reads.get(read).firstByte() : 0;
            }
        }
    }

    private OriginBody open()
            throws IOException, OriginRequests.Refused, LeaseLife.Ended, StaleFence, InterruptedException, Broken {
        OriginBody current = body;
        if (current != null) {
            return current;
        }
        SignedRead signed = fresh ? reads.get(read) : sign();
        fresh = false;
        progressNanos = nanoTime.getAsLong();
        OriginBody opened = requests.open(signed, life);
        progressNanos = nanoTime.getAsLong();
        body = opened;
        return opened;
    }

    private SignedRead sign() throws StaleFence, LeaseLife.Ended, InterruptedException, Broken {
        while (true) {
            try {
                SignedRead signed = signer.sign(read, next);
                if (signed.firstByte() != next
                        || signed.lastByte() != reads.get(read).lastByte()) {
                    throw new Broken(Kind.FAILED.name(), "the tracker signed other bytes than asked for", null);
                }
                return signed;
            } catch (PiecewiseFault fault) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                failed("no new signature: " + fault.getMessage(), fault);
            }
        }
    }

    private void refused(OriginRequests.Refused e) throws Broken, LeaseLife.Ended, InterruptedException {
        String message = String.valueOf(e.getMessage());
        refusals++;
        if (e.status() == PRECONDITION_FAILED) {
            throw new Broken(
                    LeaseReturn.VERSION_GONE, message + ": the object was overwritten or deleted while it was read", e);
        } else if (e.status() == NOT_FOUND || e.status() == FORBIDDEN || e.status() == UNAUTHORIZED) {
            if (refusals > 1) {
                boolean missing = e.status() == NOT_FOUND;
                throw new Broken(
                        (missing ? Kind.NOT_FOUND : Kind.DENIED).name(),
                        message + (missing ? ": the object is gone" : ": the origin refuses the tracker's signature"),
                        e);
            }
            // An expired signature looks like this too: once more, with a new one.
        } else {
            failed(message, e);
        }
    }

    private void failed(String message, Throwable cause) throws Broken, LeaseLife.Ended, InterruptedException {
        Duration pause = backoff.next();
        if (backoff.failures() >= MAX_FAILURES) {
            throw new Broken(
                    Kind.FAILED.name(), message + "; gave up after " + backoff.failures() + " attempts", cause);
        }
        life.pause(pause);
    }

    /** Cuts off a body that has not given a byte for too long, so that the reading thread goes on. */
    void tick() {
        OriginBody current = body;
        if (current != null && nanoTime.getAsLong() - progressNanos > readTimeout.toNanos()) {
            current.close();
        }
    }

    private void drop() {
        OriginBody current = body;
        body = null;
        if (current != null) {
            current.close();
        }
    }

    @Override
    public void close() {
        drop();
    }
}
