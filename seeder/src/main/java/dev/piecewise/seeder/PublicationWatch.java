package dev.piecewise.seeder;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublishedTorrent;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the swarms of the artifacts that this seeder has read from, as soon as they are published: asked about after every
 * lease, and now and then for those whose last pieces another seeder reads.
 */
final class PublicationWatch {
    private static final Logger LOG = LoggerFactory.getLogger(PublicationWatch.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final Tracker tracker;
    private final Participant participant;

    @GuardedBy("this")
    private final Map<ArtifactId, Boolean> pending = new LinkedHashMap<>(); // value: whether its trouble was logged

    @GuardedBy("this")
    private boolean poked;

    PublicationWatch(Tracker tracker, Participant participant) {
        this.tracker = tracker;
        this.participant = participant;
    }

    /** Looks at this artifact soon, and until it is published or fails. */
    void watch(ArtifactId id) {
        if (participant.swarm(id).isEmpty()) {
            await(id);
        }
    }

    private synchronized void await(ArtifactId id) {
        pending.putIfAbsent(id, false);
        poked = true;
        notifyAll();
    }

    /** A lease of this artifact ended; is its present torrent, if it has one, that whose swarm was joined? */
    void worked(ArtifactStatus status) {
        ArtifactId id = new ArtifactId(status.id());
        Optional<String> joined = participant.infoHash(id).map(InfoHash::hex);
        if (joined.isEmpty() || !joined.equals(Optional.ofNullable(status.infoHash()))) {
            await(id);
        }
    }

    void run() throws InterruptedException {
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
            ArtifactStatus status = tracker.artifact(id, Duration.ZERO);
            switch (status.state()) {
                case READING -> {}
                case PUBLISHED -> {
                    participant.join(id, PublishedTorrent.download(tracker, status));
                    LOG.info("seeding {}, infohash {}", status.uri(), status.infoHash());
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

    private synchronized void done(ArtifactId id) {
        pending.remove(id);
    }

    private synchronized void trouble(ArtifactId id, PiecewiseFault fault) {
        if (Boolean.FALSE.equals(pending.replace(id, true))) {
            LOG.warn("cannot seed artifact {} yet: {}", id, fault.getMessage());
        }
    }
}
