package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks origins for the checksums of objects of prefixes, of which a listing says only that there are some: beside the reading, a few at
 * a time. What cannot be learnt is not compared. {@link #tick} must be called now and then.
 */
public final class ChecksumLookups {
    /** So many are asked for at once. */
    public static final int AT_ONCE = 16;

    private static final Logger LOG = LoggerFactory.getLogger(ChecksumLookups.class);
    private static final int ATTEMPTS = 3;

    private final OriginProfiles profiles;
    private final Scheduler scheduler;
    private final Executor executor;
    private final Duration pause;
    private final AtomicInteger running = new AtomicInteger();

    /** One object of an artifact. */
    record Lookup(ArtifactId artifact, String profile, ResolvedArtifact resolved, int object) {
        OriginObject of() {
            return resolved.objects().get(object);
        }
    }

    /**
     * @param executor runs up to {@link #AT_ONCE} calls that block
     * @param pause before the second attempt; before the third it is twice as long
     */
    public ChecksumLookups(OriginProfiles profiles, Scheduler scheduler, Executor executor, Duration pause) {
        this.profiles = profiles;
        this.scheduler = scheduler;
        this.executor = executor;
        this.pause = pause;
    }

    /** Begins with what came to be awaited. */
    public void tick() {
        while (running.get() < AT_ONCE) {
            Optional<Lookup> next = scheduler.nextChecksum();
            if (next.isEmpty()) {
                return;
            }
            running.incrementAndGet();
            try {
                executor.execute(() -> run(next.get()));
            } catch (RejectedExecutionException closing) {
                running.decrementAndGet();
                return;
            }
        }
    }

    private void run(Lookup first) {
        try {
            Optional<Lookup> next = Optional.of(first);
            while (next.isPresent()) {
                ask(next.get());
                next = scheduler.nextChecksum();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the tracker closes
        } catch (RuntimeException e) {
            LOG.error("cannot go on asking for checksums now", e); // most likely the journal; the next tick begins anew
        } finally {
            running.decrementAndGet();
        }
    }

    private void ask(Lookup lookup) throws InterruptedException {
        Optional<StoredChecksum> answer;
        try {
            answer = find(lookup);
        } catch (RuntimeException | Error e) { // whatever it is, publication must not wait for ever
            LOG.warn(
                    "{} will not be compared with its checksum at the origin: {}",
                    lookup.of().key(),
                    e instanceof PiecewiseFault ? e.getMessage() : e.toString());
            scheduler.noChecksum(lookup);
            return;
        }
        scheduler.checksum(lookup, answer);
    }

    private Optional<StoredChecksum> find(Lookup lookup) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return origin(lookup).checksum(lookup.resolved(), lookup.of());
            } catch (RuntimeException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (attempt == ATTEMPTS || isFinal(e)) {
                    throw e;
                }
                Thread.sleep(pause.multipliedBy(attempt).toMillis());
            }
        }
    }

    /** Whether the origin would say the same again. */
    private static boolean isFinal(RuntimeException e) {
        return e instanceof PiecewiseFault fault
                && (fault.kind() == Kind.DENIED || fault.kind() == Kind.NOT_FOUND || fault.kind() == Kind.USAGE);
    }

    private Origin origin(Lookup lookup) {
        return profiles.origin(lookup.profile(), lookup.resolved().uri().scheme())
                .orElseThrow(() -> new OriginFault(
                        Kind.FAILED, "this tracker no longer has the profile '" + lookup.profile() + "'"));
    }
}
