package dev.piecewise.seeder.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the swarms of the artifacts that this process reads, or read before it was restarted: while they grow, or once they are
 * published. What cannot be joined yet is tried again and again.
 */
public final class PublicationWatch {
    private static final Logger LOG = LoggerFactory.getLogger(PublicationWatch.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Tracker tracker;
    private final Participant participant;

    @GuardedBy("this")
    private final Map<ArtifactId, Boolean> pending = new LinkedHashMap<>(); // value: whether its trouble was logged

    @GuardedBy("this")
    private final Map<ArtifactId, ArtifactStatus> told =
            new HashMap<>(); // how it stood when it was leased, until that is used

    @GuardedBy("this")
    private boolean poked;

    public PublicationWatch(Tracker tracker, Participant participant) {
        this.tracker = tracker;
        this.participant = participant;
    }

    /** Looks at this artifact soon, and until its swarm is joined or it fails. */
    public void watch(ArtifactId id) {
        if (participant.swarm(id).isEmpty()) {
            await(id);
        }
    }

    private synchronized void await(ArtifactId id) {
        pending.putIfAbsent(id, false);
        poked = true;
        notifyAll();
    }

    /** This artifact is being read here; is its present torrent, if it has one, that whose swarm was joined? */
    public void reading(ArtifactStatus status) {
        ArtifactId id = new ArtifactId(status.id());
        Optional<String> present = Optional.ofNullable(status.infoHash());
        if (!participant.grows(id)
                && (present.isEmpty()
                        || !participant.infoHash(id).map(InfoHash::hex).equals(present))) {
            synchronized (this) {
                told.put(id, status);
            }
            await(id);
        }
    }

    /** The body of its thread. */
    public void run() throws InterruptedException {
        while (true) {
            for (ArtifactId id : next()) {
                look(id);
            }
        }
    }

    private synchronized List<ArtifactId> next() throws InterruptedException {
        while (pending.isEmpty()) {
            wait();
        }
        long until = System.nanoTime() + INTERVAL.toNanos();
        for (long left = INTERVAL.toNanos(); !poked && left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        poked = false;
        return List.copyOf(pending.keySet());
    }

    private void look(ArtifactId id) throws InterruptedException {
        if (!participant.isShared(id)) {
            done(id); // it was removed from the store
            return;
        }
        try {
            ArtifactStatus status = status(id);
            switch (status.state()) {
                case READING -> participant.grow(status).ifPresent(growth -> done(id));
                case PUBLISHED -> {
                    participant.join(id, PublishedTorrent.download(tracker, status));
                    done(id);
                }
                case FAILED -> done(id);
            }
        } catch (PiecewiseFault fault) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            if (fault.kind() == Kind.NOT_FOUND) {
                done(id);
            } else {
                trouble(id, fault);
            }
        }
    }

    /** The first look at what has just been leased needs no question. */
    private ArtifactStatus status(ArtifactId id) {
        ArtifactStatus leased;
        synchronized (this) {
            leased = told.remove(id);
        }
        return leased != null && leased.state() == ArtifactState.READING ? leased : tracker.artifact(id, Duration.ZERO);
    }

    private synchronized void done(ArtifactId id) {
        pending.remove(id);
        told.remove(id);
    }

    private synchronized void trouble(ArtifactId id, PiecewiseFault fault) {
        if (Boolean.FALSE.equals(pending.replace(id, true))) {
            LOG.warn("cannot seed artifact {} yet: {}", id, fault.getMessage());
        }
    }
}
