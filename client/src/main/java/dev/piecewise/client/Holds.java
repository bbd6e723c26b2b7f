package dev.piecewise.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.seeder.cluster.Participant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Which artifacts are needed here, and by how many askers: whoever leaves an incomplete one last ends its download. Thread-safe. */
final class Holds {
    private final Participant participant;
    private final Fetcher.Abandoned abandoned;
    private final Credits credits = new Credits();
    private final Map<ArtifactId, ReentrantLock> turns = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private final Map<ArtifactId, Integer> askers = new HashMap<>();

    Holds(Participant participant, Fetcher.Abandoned abandoned) {
        this.participant = participant;
        this.abandoned = abandoned;
    }

    /** @param cached whether what it needs is to stay in the store afterwards */
    Hold open(boolean cached) {
        return new Hold(cached);
    }

    /** Held by the one asker that may prepare an artifact. */
    ReentrantLock turn(ArtifactId id) {
        return turns.computeIfAbsent(id, absent -> new ReentrantLock());
    }

    /** That one ask needs an artifact in the store: until it is given up, or what came of it was used. */
    final class Hold implements AutoCloseable {
        private final boolean cached;
        private @Nullable ArtifactId id;
        private @Nullable StoredArtifact stored;
        private Credits.@Nullable Share share;
        private boolean begins;
        private boolean done;

        private Hold(boolean cached) {
            this.cached = cached;
        }

        /** The artifact from now on; one before is left. */
        void enter(ArtifactId entered) throws InterruptedException {
            if (!entered.equals(id)) {
                letGo();
                Holds.this.enter(entered);
                id = entered;
                begins = participant.swarm(entered).isEmpty();
            }
        }

        /** It is open; what peers send and what is read from now on counts for this ask, if its swarm runs. */
        StoredArtifact of(StoredArtifact artifact) {
            stored = artifact;
            participant.swarm(artifact.id()).ifPresent(this::credit);
            return artifact;
        }

        /** What peers send in this swarm, and what is read of its artifact here, counts for this ask: all, if the swarm did not run when it entered. */
        Credits.Share credit(Swarm swarm) {
            Credits.Share now = share;
            if (now == null || !now.isIn(swarm)) {
                closeShare();
                ArtifactId of = id;
                now = credits.in(swarm, begins, () -> of == null ? 0 : participant.bytesFromOrigin(of));
                share = now;
            }
            return now;
        }

        private void closeShare() {
            Credits.Share open = share;
            share = null;
            if (open != null) {
                open.close();
            }
        }

        /** It was used. */
        void isDone() {
            done = true;
        }

        @Override
        public void close() {
            letGo();
        }

        void letGo() {
            closeShare();
            ArtifactId left = id;
            if (left != null) {
                id = null;
                leave(left, stored);
                stored = null;
                if (done && !cached) {
                    participant.kept().discard(left);
                }
            }
        }
    }

    private void enter(ArtifactId id) throws InterruptedException {
        participant.kept().enter(id);
        synchronized (this) {
            askers.merge(id, 1, Integer::sum);
        }
    }

    /** Complete ones are seeded on. */
    private void leave(ArtifactId id, @Nullable StoredArtifact stored) {
        boolean last;
        synchronized (this) {
            Integer left = askers.merge(id, -1, (count, one) -> count + one == 0 ? null : count + one);
            last = left == null;
            if (last) {
                turns.remove(id);
            }
        }
        boolean incomplete = stored != null && !stored.isComplete();
        boolean leaves = last
                && abandoned == Fetcher.Abandoned.WITHDRAW
                && !participant.kept().isNeededByOthers(id);
        if (leaves && participant.swarm(id).isPresent() && incomplete) {
            participant.withdraw(id);
        }
        participant.kept().leave(id);
    }
}
