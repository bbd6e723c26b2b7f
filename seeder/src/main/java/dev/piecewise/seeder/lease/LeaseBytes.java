package dev.piecewise.seeder.lease;

import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.seeder.cluster.Backoff;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.api.LeaseReturn;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a lease in order, over as many requests as it takes: a read that breaks is signed again from the byte
 * where it broke. One read at a time is open, so that the tracker can count an origin's requests by its leases. One thread
 * reads; {@link #tick}, {@link #slow} and {@link #bytesRead} may be called from others.
 */
final class LeaseBytes implements AutoCloseable {
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);
    private static final int NOT_FOUND = 404;
    private static final int GONE = 410;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int PRECONDITION_FAILED = 412;

    private final List<SignedRead> reads;
    private final Signer signer;
    private final Opener opener;
    private final LeaseLife life;
    private final Backoff backoff;
    private final OriginSettings settings;
    private final Pace own;
    private final Pace ofAll;
    private final LongSupplier nanoTime;
    private final long trustedUntilNanos;
    private final boolean lapses;
    private final AtomicLong bytesRead = new AtomicLong();
    private final AtomicLong bytesFromHolders = new AtomicLong();

    private int read; // index of the current one
    private long next; // first byte of its object that was not delivered yet
    private boolean fresh = true; // whether the granted URL of the current read was not tried yet
    private long leading; // bytes of the open body to throw away
    private volatile boolean waiting;
    private boolean fromHolder; // whether the current body comes from a node, not from the origin
    private volatile @Nullable OriginBody body;
    private volatile long progressNanos;

    /** Signs the rest of a read anew. */
    @FunctionalInterface
    interface Signer {
        SignedRead sign(int read, long firstByte) throws StaleFence;
    }

    /** Sends a read. */
    @FunctionalInterface
    interface Opener {
        OriginBody open(SignedRead read, LeaseLife life)
                throws IOException, OriginRequests.Refused, LeaseLife.Ended, InterruptedException;
    }

    /**
     * What a lease reads.
     *
     * @param signatures how long these can be sent; zero if that does not end
     * @param bytesPerSecond as {@link #slow}
     */
    record Granted(List<SignedRead> reads, Duration signatures, long bytesPerSecond) {
        Granted {
            reads = List.copyOf(reads);
        }
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

    /** @param ofAll shared with all other reads of this process */
    LeaseBytes(
            Granted granted,
            Signer signer,
            Opener opener,
            LeaseLife life,
            OriginSettings settings,
            Pace ofAll,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.reads = granted.reads();
        this.signer = signer;
        this.opener = opener;
        this.life = life;
        this.backoff = new Backoff(settings.firstPause(), settings.longestPause(), random);
        this.settings = settings;
        this.own = new Pace(granted.bytesPerSecond(), nanoTime);
        this.ofAll = ofAll;
        this.nanoTime = nanoTime;
        this.next = reads.isEmpty() ? 0 : reads.get(0).firstByte();
        this.progressNanos = nanoTime.getAsLong();
        this.lapses = !granted.signatures().isZero();
        // Half of it, for a read that is sent has to arrive, too, and clocks differ. So no refusal is ever for its age.
        this.trustedUntilNanos = progressNanos + granted.signatures().toNanos() / 2;
    }

    /** Reads no faster than this from now on; {@link dev.piecewise.core.ByteRate#UNLIMITED} for no limit. */
    void slow(long bytesPerSecond) {
        own.change(bytesPerSecond);
    }

    /** Whether there is a rate for this lease. */
    boolean isSlowed() {
        return own.isLimited();
    }

    /** Body bytes received from the origin so far, thrown away ones included. */
    long bytesRead() {
        return bytesRead.get();
    }

    /** The same from other nodes. */
    long bytesFromHolders() {
        return bytesFromHolders.get();
    }

    private void received(int bytes) {
        (fromHolder ? bytesFromHolders : bytesRead).addAndGet(bytes);
    }

    /** Fills {@code into} from {@code from} on with 1 to {@code count} bytes; the lease must have that many left. */
    int read(byte[] into, int from, int count) throws Broken, LeaseLife.Ended, StaleFence, InterruptedException {
        while (true) {
            life.check();
            try {
                OriginBody open = open();
                long left = reads.get(read).lastByte() - next + 1;
                int wanted = ofAll.atMost(fromHolder ? count : own.atMost(count));
                int got = open.read(into, from, (int) Math.min(wanted, leading > 0 ? leading : left));
                if (got <= 0) {
                    throw new IOException("the body ended " + (leading + left) + " bytes early");
                }
                received(got);
                progressNanos = nanoTime.getAsLong();
                if (leading > 0) {
                    leading -= got;
                    await(got);
                    continue;
                }
                delivered(open, got);
                await(got);
                return got;
            } catch (IOException e) {
                drop();
                life.check();
                failed(OriginRequests.describe(reads.get(read)) + ": " + e.getMessage(), e);
            } catch (OriginRequests.Refused e) {
                refused(e);
            } catch (OriginFault e) {
                if (!fromHolder) {
                    throw new Broken(e.kind().name(), String.valueOf(e.getMessage()), e);
                }
                failed(String.valueOf(e.getMessage()), e);
            }
        }
    }

    /** Waits as long as the limits want it after these bytes; the lease's own is the origin's. */
    private void await(int got) throws LeaseLife.Ended, InterruptedException {
        long nanos = Math.max(fromHolder ? 0 : own.spent(got), ofAll.spent(got));
        if (nanos <= 0) {
            return;
        }
        waiting = true;
        try {
            life.pause(Duration.ofNanos(nanos));
        } finally {
            progressNanos = nanoTime.getAsLong();
            waiting = false;
        }
    }

    private void delivered(OriginBody open, int got) {
        next += got;
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
                received(1);
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
        boolean usable = fresh && (!lapses || nanoTime.getAsLong() - trustedUntilNanos < 0);
        SignedRead signed = usable ? reads.get(read) : sign();
        fresh = false;
        progressNanos = nanoTime.getAsLong();
        fromHolder = signed.fromHolder();
        OriginBody opened = opener.open(signed, life);
        progressNanos = nanoTime.getAsLong();
        leading = opened.leadingBytes();
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

    /** What a retry cannot help ends the lease at once. */
    private void refused(OriginRequests.Refused e) throws Broken, LeaseLife.Ended, InterruptedException {
        String message = String.valueOf(e.getMessage());
        if (fromHolder) { // the next signature may be for another node, or for the origin
            failed(message, e);
            return;
        }
        switch (e.status()) {
            case PRECONDITION_FAILED ->
                throw new Broken(
                        LeaseReturn.VERSION_GONE,
                        message + ": the object was overwritten or deleted while it was read",
                        e);
            case NOT_FOUND, GONE -> throw new Broken(Kind.NOT_FOUND.name(), message + ": the object is gone", e);
            case UNAUTHORIZED, FORBIDDEN ->
                throw new Broken(
                        Kind.DENIED.name(), message + ": the origin refuses what the tracker's credentials signed", e);
            case OriginRequests.NOT_FROM_HERE -> throw new Broken(LeaseReturn.NOT_FROM_HERE, message, e);
            default -> {
                Duration asked = e.retryAfter();
                if (asked.compareTo(LONGEST_RETRY_AFTER) > 0) {
                    throw new Broken(
                            Kind.FAILED.name(),
                            message + ", to be asked again only after " + asked.toSeconds() + " s; gave up",
                            e);
                }
                failed(message, e, asked);
            }
        }
    }

    private void failed(String message, Throwable cause) throws Broken, LeaseLife.Ended, InterruptedException {
        failed(message, cause, Duration.ZERO);
    }

    private void failed(String message, Throwable cause, Duration atLeast)
            throws Broken, LeaseLife.Ended, InterruptedException {
        Duration pause = backoff.next();
        if (backoff.failures() >= settings.attempts()) {
            throw new Broken(
                    Kind.FAILED.name(), message + "; gave up after " + backoff.failures() + " attempts", cause);
        }
        life.pause(pause.compareTo(atLeast) > 0 ? pause : atLeast);
    }

    /** Cuts off a body that has not given a byte for too long, so that the reading thread goes on. */
    void tick() {
        OriginBody current = body;
        if (current != null
                && !waiting
                && nanoTime.getAsLong() - progressNanos > settings.silence().toNanos()) {
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
