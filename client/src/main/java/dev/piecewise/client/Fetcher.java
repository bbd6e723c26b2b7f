package dev.piecewise.client;

import dev.piecewise.client.FetchProgress.Phase;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.MagnetLink;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.seeder.cluster.Entry;
import dev.piecewise.seeder.cluster.Growth;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublishedTorrent;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Brings artifacts into this process's store: asks the tracker (or, of a magnet link, its peers), joins the swarm, even while
 * the artifact is still being read, waits for the last piece. Several may ask for the same artifact; it is downloaded once, and given up when the last of them gives up.
 */
final class Fetcher {
    private static final Duration TELL = Duration.ofMillis(400);

    private final Tracker tracker;
    private final Participant participant;
    private final RandomGenerator random;
    private final LongSupplier nanoTime;
    private final Semaphore slots;
    private final Holds holds;

    /** What becomes of an incomplete artifact that nobody asks for any more. */
    enum Abandoned {
        /** Its swarm is left, unless some of it is being read here for everybody. */
        WITHDRAW,
        /** Its pieces stay shared, as a seeder's must: withdrawn, they would be read from the origin again. */
        KEEP
    }

    /**
     * @param random spreads the nodes that ask a tracker again which was away
     * @param downloads at a time; 0 for all that are asked for
     */
    Fetcher(
            Tracker tracker,
            Participant participant,
            RandomGenerator random,
            LongSupplier nanoTime,
            Abandoned abandoned,
            int downloads) {
        this.tracker = tracker;
        this.participant = participant;
        this.random = random;
        this.nanoTime = nanoTime;
        this.slots = new Semaphore(downloads == 0 ? Integer.MAX_VALUE : downloads, true);
        this.holds = new Holds(participant, abandoned);
    }

    /** What is done with what was acquired, which stays in the store meanwhile. */
    @FunctionalInterface
    interface Use<T> {
        T of(Acquired acquired) throws InterruptedException;
    }

    /**
     * Blocks until it is known how it ends, and then until {@code use} is over; an interrupt gives up. What is not to be cached goes
     * after that, unless somebody else needs it or wants it to stay, or {@code use} throws: then a retry finds it.
     */
    <T> T acquire(Ask ask, AskListener listener, Use<T> use) throws InterruptedException {
        try (Holds.Hold hold = holds.open(ask.cache())) {
            Acquired acquired = acquire(ask, listener, hold);
            if (!(acquired instanceof Acquired.Ready)) {
                hold.letGo();
                return use.of(acquired);
            }
            T used = use.of(acquired);
            hold.isDone();
            return used;
        }
    }

    private Acquired acquire(Ask ask, AskListener listener, Holds.Hold hold) throws InterruptedException {
        slots.acquire();
        try {
            return fetch(ask, listener, hold);
        } catch (Asking.Stall stall) {
            return new Acquired.Ended(stall.outcome());
        } catch (PiecewiseFault fault) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            return new Acquired.Ended(FetchOutcome.of(fault));
        } finally {
            slots.release();
        }
    }

    private Acquired fetch(Ask ask, AskListener listener, Holds.Hold hold) throws Asking.Stall, InterruptedException {
        if (ask.source() instanceof FetchSource.Magnet magnet) {
            return fetch(magnet.link(), ask, listener, hold);
        }
        listener.progress(new FetchProgress(Phase.ASKING, 0, 0, 0, 0, 0, 0, 0, 0));
        long askedNanos = nanoTime.getAsLong();
        Asking asking = new Asking(ask, tracker, participant, random, Asking.Pause.SLEEP, nanoTime);
        if (ask.have().isPresent() && ask.have().get().equals(asking.version())) {
            return new Acquired.Unchanged();
        }
        Entry entry = asking.enter();
        ArtifactStatus asked = entry.artifact();
        if (asked.state() != ArtifactState.FAILED) {
            List<String> directories = asking.directories(asked);
            listener.known(PublishedTorrent.content(asked), directories);
            if (asked.totalBytes() == 0) {
                return new Acquired.Ready(
                        asked.version(), PublishedTorrent.content(asked), directories, List.of(), "", Received.NOTHING);
            }
        }
        Waiting waiting = new Waiting(ask, asking, listener, hold, askedNanos);
        if (asked.state() == ArtifactState.READING) {
            Optional<Acquired> grown = waiting.whileItIsRead(entry);
            if (grown.isPresent()) {
                return grown.get();
            }
        }
        return waiting.published(entry);
    }

    /** One ask, once its artifact is known. */
    private final class Waiting {
        private final Ask ask;
        private final Asking asking;
        private final AskListener listener;
        private final Holds.Hold hold;
        private final long askedNanos;

        Waiting(Ask ask, Asking asking, AskListener listener, Holds.Hold hold, long askedNanos) {
            this.ask = ask;
            this.asking = asking;
            this.listener = listener;
            this.hold = hold;
            this.askedNanos = askedNanos;
        }

        Acquired published(Entry entry) throws Asking.Stall, InterruptedException {
            ArtifactStatus asked = entry.artifact();
            ArtifactStatus published = asking.awaitPublication(asked, listener);
            Optional<InfoDictionary> known = entry.torrent();
            InfoDictionary info = known.isPresent() ? known.get() : PublishedTorrent.download(tracker, published);
            ArtifactId id = new ArtifactId(published.id());
            StoredArtifact stored = share(published);
            TrackedArtifact tracked = new TrackedArtifact(participant, asking, published, asked.originBytes());
            Swarm swarm = prepared(ask, stored, tracked, listener, (beside, told) -> {
                participant.kept().reuse(id, EncodedInfo.of(info), List.of(), beside, told);
                return known.isPresent() ? participant.join(entry, info) : participant.join(id, info);
            });
            return await(swarm, stored, tracked);
        }

        /** Nothing if the swarm cannot be joined before the artifact is published. */
        Optional<Acquired> whileItIsRead(Entry entry) throws InterruptedException {
            StoredArtifact stored = share(entry.artifact());
            Optional<Growth> growth =
                    needsHashes(stored) ? Optional.empty() : grow(stored, beside -> participant.grow(entry, beside));
            if (growth.isEmpty()) {
                return Optional.empty();
            }
            GrowingArtifact growing = new GrowingArtifact(
                    participant,
                    asking,
                    entry.artifact(),
                    growth.get(),
                    status -> grow(stored, beside -> participant.grow(status, beside)));
            return Optional.of(await(growth.get().swarm(), stored, growing));
        }

        /** Whether something is to be hashed again first, which takes all hashes. */
        private boolean needsHashes(StoredArtifact stored) {
            return ask.verify() && !stored.held().isEmpty();
        }

        private StoredArtifact share(ArtifactStatus status) throws InterruptedException {
            ArtifactId id = new ArtifactId(status.id());
            hold.enter(id);
            StoredArtifact stored = participant.share(id, PublishedTorrent.content(status));
            participant.asked(id, askedNanos);
            record(ask, id, status.version());
            return hold.of(stored);
        }

        private Acquired await(Swarm swarm, StoredArtifact stored, TrackedArtifact tracked)
                throws InterruptedException {
            ArtifactStatus status = tracked.status();
            return new Download(stored.content(), swarm, hold.credit(swarm), stored, tracked, nanoTime)
                    .await(ask.stallTimeout(), status.version(), asking.directories(status), listener);
        }

        /** Joins the swarm of an artifact that is being read; nothing if that must wait for its publication. */
        private Optional<Growth> grow(StoredArtifact stored, Growing growing) throws InterruptedException {
            ReentrantLock turn = holds.turn(stored.id());
            turn.lockInterruptibly();
            try {
                return growing.grow(beside(ask, stored));
            } catch (ProcessFault | OriginFault fault) {
                Asking.stopIfInterrupted();
                return Optional.empty(); // the tracker went away, say, and is waited for
            } finally {
                turn.unlock();
            }
        }
    }

    /** Joins the swarm of an artifact that is being read. */
    private interface Growing {
        Optional<Growth> grow(List<Path> beside) throws InterruptedException;
    }

    private void record(Ask ask, ArtifactId id, String version) {
        if (ask.cache()) {
            participant.kept().used(id, ask.source().toString(), version);
        } else {
            participant.kept().passes(id, ask.source().toString(), version);
        }
    }

    private static List<Path> beside(Ask ask, StoredArtifact stored) {
        return ask.beside().map(to -> to.files(stored.content())).orElse(List.of());
    }

    private Acquired fetch(MagnetLink link, Ask ask, AskListener listener, Holds.Hold hold)
            throws InterruptedException {
        if (ask.have().filter(link.infoHash().hex()::equals).isPresent()) {
            return new Acquired.Unchanged();
        }
        listener.progress(new FetchProgress(Phase.METADATA, 0, 0, 0, 0, 0, 0, 0, 0));
        MagnetSwarm magnet = MagnetSwarm.find(link, participant, ask.stallTimeout());
        listener.known(magnet.info().content(), List.of());
        hold.enter(magnet.id());
        StoredArtifact stored = hold.of(magnet.store());
        record(ask, magnet.id(), link.infoHash().hex());
        Swarm swarm = prepared(ask, stored, magnet, listener, (beside, told) -> {
            magnet.reuse(beside, told);
            return magnet.join();
        });
        return new Download(magnet.info().content(), swarm, hold.credit(swarm), stored, magnet, nanoTime)
                .await(ask.stallTimeout(), link.infoHash().hex(), List.of(), listener);
    }

    /** Joins a swarm after what is missing was taken from bytes of this machine. */
    private interface Joining {
        Swarm join(List<Path> beside, Runnable told) throws InterruptedException;
    }

    /** The swarm, once as much is here as can be without it; one asker of an artifact after the other. */
    private Swarm prepared(
            Ask ask, StoredArtifact stored, Download.Surroundings surroundings, AskListener listener, Joining joining)
            throws InterruptedException {
        Runnable told = new Telling(stored, surroundings, listener);
        ReentrantLock turn = holds.turn(stored.id());
        turn.lockInterruptibly();
        try {
            if (ask.verify()) {
                stored.verify(piece -> told.run());
            }
            Optional<Swarm> running = participant.swarm(stored.id());
            boolean known = running.isPresent()
                    && !running.get().failure().toCompletableFuture().isCompletedExceptionally();
            return joining.join(known || stored.isComplete() ? List.of() : beside(ask, stored), told);
        } finally {
            turn.unlock();
        }
    }

    /** Tells now and then how many pieces are held. */
    private final class Telling implements Runnable {
        private final StoredArtifact stored;
        private final Download.Surroundings surroundings;
        private final AskListener listener;
        private long nextNanos = nanoTime.getAsLong();

        Telling(StoredArtifact stored, Download.Surroundings surroundings, AskListener listener) {
            this.stored = stored;
            this.surroundings = surroundings;
            this.listener = listener;
        }

        @Override
        public void run() {
            long now = nanoTime.getAsLong();
            if (now - nextNanos >= 0) {
                nextNanos = now + TELL.toNanos();
                listener.progress(
                        surroundings.progress(Phase.DOWNLOADING, stored.held().cardinality(), 0, 0));
            }
        }
    }
}
