package dev.piecewise.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.client.FetchProgress.Phase;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.MagnetLink;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.seeder.cluster.Growth;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublishedTorrent;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Brings artifacts into this process's store: asks the tracker (or, of a magnet link, its peers), joins the swarm, even while
 * the artifact is still being read, waits for the last piece. Several may ask for the same artifact; it is downloaded once, and given up when the last of them gives up.
 */
final class Fetcher {
    private static final Duration ASK_FOR = Duration.ofSeconds(6);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration TELL = Duration.ofMillis(400);
    private static final Duration OTHERS_INTERVAL = Duration.ofSeconds(10);
    private static final Duration LONG_POLL = Duration.ofSeconds(1);

    private final Tracker tracker;
    private final Participant participant;
    private final LongSupplier nanoTime;
    private final Abandoned abandoned;
    private final Semaphore slots;
    private final PeerBytes peerBytes = new PeerBytes();

    private final Map<ArtifactId, ReentrantLock> turns = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private final Map<ArtifactId, Integer> askers = new HashMap<>();

    /** What becomes of an incomplete artifact that nobody asks for any more. */
    enum Abandoned {
        /** Its swarm is left, unless some of it is being read here for everybody. */
        WITHDRAW,
        /** Its pieces stay shared, as a seeder's must: withdrawn, they would be read from the origin again. */
        KEEP
    }

    /** @param downloads at a time; 0 for all that are asked for */
    Fetcher(Tracker tracker, Participant participant, LongSupplier nanoTime, Abandoned abandoned, int downloads) {
        this.tracker = tracker;
        this.participant = participant;
        this.nanoTime = nanoTime;
        this.abandoned = abandoned;
        this.slots = new Semaphore(downloads == 0 ? Integer.MAX_VALUE : downloads, true);
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
        try (Hold hold = new Hold(ask.cache())) {
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

    private Acquired acquire(Ask ask, AskListener listener, Hold hold) throws InterruptedException {
        slots.acquire();
        try {
            return fetch(ask, listener, hold);
        } catch (Stall stall) {
            return new Acquired.Ended(stall.outcome);
        } catch (PiecewiseFault fault) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            return new Acquired.Ended(FetchOutcome.of(fault));
        } finally {
            slots.release();
        }
    }

    private static final class Stall extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient FetchOutcome.Stalled outcome;

        Stall(FetchOutcome.Stalled outcome) {
            this.outcome = outcome;
        }
    }

    private Acquired fetch(Ask ask, AskListener listener, Hold hold) throws Stall, InterruptedException {
        if (ask.source() instanceof FetchSource.Magnet magnet) {
            return fetch(magnet.link(), ask, listener, hold);
        }
        listener.progress(new FetchProgress(Phase.ASKING, 0, 0, 0, 0, 0, 0, 0, 0));
        long askedNanos = nanoTime.getAsLong();
        if (ask.have().isPresent() && ask.have().get().equals(version(ask))) {
            return new Acquired.Unchanged();
        }
        ArtifactStatus asked = ask(ask);
        if (asked.state() != ArtifactState.FAILED) {
            listener.known(PublishedTorrent.content(asked), directories(ask, asked));
            if (asked.totalBytes() == 0) {
                return new Acquired.Ready(
                        asked.version(), PublishedTorrent.content(asked), directories(ask, asked), List.of(), "", 0, 0);
            }
        }
        if (asked.state() == ArtifactState.READING) {
            Optional<Acquired> grown = fetchWhileRead(ask, asked, askedNanos, listener, hold);
            if (grown.isPresent()) {
                return grown.get();
            }
        }
        ArtifactStatus published = awaitPublication(ask, asked, listener);
        InfoDictionary info = PublishedTorrent.download(tracker, published);
        ArtifactId id = new ArtifactId(published.id());
        hold.enter(id);
        StoredArtifact stored = hold.of(share(published, ask, askedNanos));
        Followed followed = new Followed(published, asked.originBytes());
        Swarm swarm = prepared(ask, stored, followed, listener, (beside, told) -> {
            participant.reuse(id, EncodedInfo.of(info), List.of(), beside, told);
            return participant.join(id, info);
        });
        return await(hold.credit(swarm), stored, swarm, followed, ask, published, listener);
    }

    /** Nothing if the swarm cannot be joined before the artifact is published. */
    private Optional<Acquired> fetchWhileRead(
            Ask ask, ArtifactStatus asked, long askedNanos, AskListener listener, Hold hold)
            throws InterruptedException {
        hold.enter(new ArtifactId(asked.id()));
        StoredArtifact stored = hold.of(share(asked, ask, askedNanos));
        Optional<Growth> growth = needsHashes(ask, stored) ? Optional.empty() : grow(ask, asked, stored);
        if (growth.isEmpty()) {
            return Optional.empty();
        }
        Growing growing = new Growing(ask, asked, stored, growth.get());
        Swarm swarm = growth.get().swarm();
        return Optional.of(await(hold.credit(swarm), stored, swarm, growing, ask, asked, listener));
    }

    /** Whether something is to be hashed again first, which takes all hashes. */
    private static boolean needsHashes(Ask ask, StoredArtifact stored) {
        return ask.verify() && !stored.held().isEmpty();
    }

    private StoredArtifact share(ArtifactStatus status, Ask ask, long askedNanos) {
        ArtifactId id = new ArtifactId(status.id());
        StoredArtifact stored = participant.share(id, PublishedTorrent.content(status));
        participant.asked(id, askedNanos);
        record(ask, id, status.version());
        return stored;
    }

    private void record(Ask ask, ArtifactId id, String version) {
        if (ask.cache()) {
            participant.used(id, ask.source().toString(), version);
        } else {
            participant.passes(id, ask.source().toString(), version);
        }
    }

    private Acquired await(
            PeerBytes.Share share,
            StoredArtifact stored,
            Swarm swarm,
            Followed followed,
            Ask ask,
            ArtifactStatus status,
            AskListener listener)
            throws InterruptedException {
        return new Download(stored.content(), swarm, share, stored, followed, nanoTime)
                .await(ask.stallTimeout(), status.version(), directories(ask, status), listener);
    }

    /** Joins the swarm of an artifact that is being read; nothing if that must wait for its publication. */
    private Optional<Growth> grow(Ask ask, ArtifactStatus asked, StoredArtifact stored) throws InterruptedException {
        ReentrantLock turn = turn(stored.id());
        turn.lockInterruptibly();
        try {
            List<Path> beside =
                    ask.beside().map(to -> to.files(stored.content())).orElse(List.of());
            return participant.grow(asked, beside);
        } catch (ProcessFault | OriginFault fault) {
            stopIfInterrupted();
            return Optional.empty(); // the tracker went away, say, and is waited for
        } finally {
            turn.unlock();
        }
    }

    private ReentrantLock turn(ArtifactId id) {
        return turns.computeIfAbsent(id, absent -> new ReentrantLock());
    }

    private Acquired fetch(MagnetLink link, Ask ask, AskListener listener, Hold hold) throws InterruptedException {
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
        ReentrantLock turn = turn(stored.id());
        turn.lockInterruptibly();
        try {
            if (ask.verify()) {
                stored.verify(piece -> told.run());
            }
            Optional<Swarm> running = participant.swarm(stored.id());
            boolean known = running.isPresent()
                    && !running.get().failure().toCompletableFuture().isCompletedExceptionally();
            List<Path> beside = known || stored.isComplete()
                    ? List.of()
                    : ask.beside().map(to -> to.files(stored.content())).orElse(List.of());
            return joining.join(beside, told);
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

    private ArtifactStatus ask(Ask ask) throws InterruptedException {
        return reach(() -> tracker.requestArtifact(request(ask)));
    }

    private static ArtifactRequest request(Ask ask) {
        return ArtifactRequest.of(ask.source().text(), ask.pieceLength(), ask.profile(), ask.selection());
    }

    /** The tracker tells those of the whole prefix. */
    private static List<String> directories(Ask ask, ArtifactStatus status) {
        return PublishedTorrent.directories(status).stream()
                .filter(ask.selection()::selectsDirectory)
                .toList();
    }

    /** What stands at the origin; nothing is read because of this question. */
    private String version(Ask ask) throws InterruptedException {
        return reach(() -> tracker.preview(request(ask))).version();
    }

    /** A tracker that cannot be reached is tried for some seconds: it may just be starting. */
    private <T> T reach(Supplier<T> call) throws InterruptedException {
        long started = nanoTime.getAsLong();
        while (true) {
            try {
                return call.get();
            } catch (ProcessFault fault) {
                stopIfInterrupted();
                if (fault.kind() != Kind.FAILED || nanoTime.getAsLong() - started > ASK_FOR.toNanos()) {
                    throw fault;
                }
                Thread.sleep(RETRY.toMillis());
            }
        }
    }

    private ArtifactStatus awaitPublication(Ask ask, ArtifactStatus asked, AskListener listener)
            throws Stall, InterruptedException {
        StallWatch stall = new StallWatch(nanoTime);
        ArtifactStatus status = asked;
        long others = 0;
        long lookedNanos = nanoTime.getAsLong();
        while (status.state() == ArtifactState.READING) {
            participant.mustBeOpen();
            listener.progress(progress(Phase.READING_ORIGIN, status, 0, 0, 0)
                    .withBytesFromOrigin(status.originBytes() - asked.originBytes()));
            if (stall.idle().compareTo(OTHERS_INTERVAL) > 0
                    && nanoTime.getAsLong() - lookedNanos > OTHERS_INTERVAL.toNanos()) {
                others = readOfOthers(status);
                lookedNanos = nanoTime.getAsLong();
            }
            stall.observe(status.piecesHashed() + status.originBytes() + others);
            if (stall.idle().compareTo(ask.stallTimeout()) >= 0) {
                throw new Stall(notRead(status, 0, stall.idle()));
            }
            status = poll(ask, status);
        }
        if (status.state() == ArtifactState.FAILED) {
            throw failed(status);
        }
        return status;
    }

    /** A number that grows while other artifacts are read: perhaps this one waits for one with the same bytes. */
    private long readOfOthers(ArtifactStatus status) throws InterruptedException {
        try {
            return tracker.artifacts().artifacts().stream()
                    .filter(other -> other.state() == ArtifactState.READING
                            && !other.id().equals(status.id()))
                    .mapToLong(ArtifactStatus::originBytes)
                    .sum();
        } catch (PiecewiseFault fault) {
            stopIfInterrupted();
            return 0;
        }
    }

    private ArtifactStatus poll(Ask ask, ArtifactStatus before) throws InterruptedException {
        try {
            return tracker.artifact(new ArtifactId(before.id()), LONG_POLL);
        } catch (ProcessFault fault) {
            stopIfInterrupted();
            if (fault.kind() != Kind.FAILED) {
                throw fault;
            }
            Thread.sleep(RETRY.toMillis());
            return before;
        } catch (PiecewiseFault fault) {
            stopIfInterrupted();
            if (fault.kind() == Kind.NOT_FOUND) {
                return ask(ask); // the tracker lost its state meanwhile
            }
            throw fault;
        }
    }

    private static ProcessFault failed(ArtifactStatus status) {
        Kind kind = Kind.FAILED;
        for (Kind known : Kind.values()) {
            if (known.name().equals(status.errorKind())) {
                kind = known;
            }
        }
        String error = status.error();
        return new ProcessFault(kind, error == null ? status.uri() + " could not be read from the origin" : error);
    }

    /** An artifact of the tracker while it is downloaded. */
    private class Followed implements Download.Surroundings {
        final long originBefore;
        ArtifactStatus status;

        /** @param originBefore bytes that were read of it before it was asked for here */
        Followed(ArtifactStatus published, long originBefore) {
            this.status = published;
            this.originBefore = originBefore;
        }

        @Override
        public FetchProgress progress(Phase phase, int held, long bytesFromPeers, int peers) {
            return Fetcher.progress(phase, status, held, bytesFromPeers, peers)
                    .withBytesFromOrigin(status.originBytes() - originBefore);
        }

        @Override
        public boolean isInTrouble() {
            participant.mustBeOpen();
            return false;
        }

        @Override
        public Optional<String> infoHash() {
            return Optional.ofNullable(status.infoHash());
        }

        @Override
        public long movement() {
            return status.originBytes();
        }

        /** Perhaps a lost piece cannot be read again. A tracker that is away does not end a download. */
        @Override
        public void look() throws InterruptedException {
            try {
                status = tracker.artifact(new ArtifactId(status.id()), Duration.ZERO);
            } catch (PiecewiseFault fault) {
                stopIfInterrupted();
                missed(fault);
                return;
            }
            if (status.state() == ArtifactState.FAILED) {
                throw failed(status);
            }
        }

        /** The tracker did not say how it stands. */
        void missed(PiecewiseFault why) throws InterruptedException {}

        @Override
        public FetchOutcome.Stalled stalled(int held, int peers, Duration idle) {
            return notSent(status, held, peers, idle);
        }
    }

    /** The same while it is being read. */
    private final class Growing extends Followed {
        private final Ask ask;
        private final StoredArtifact stored;
        private final Growth growth;
        private long others;

        Growing(Ask ask, ArtifactStatus reading, StoredArtifact stored, Growth growth) {
            super(reading, reading.originBytes());
            this.ask = ask;
            this.stored = stored;
            this.growth = growth;
        }

        @Override
        public Optional<String> infoHash() {
            return growth.infoHash().map(InfoHash::hex);
        }

        @Override
        public boolean isInTrouble() {
            return super.isInTrouble() || growth.isStuck();
        }

        @Override
        public void look() throws InterruptedException {
            if (growth.fault().isPresent()) {
                throw growth.fault().get();
            }
            super.look();
            others = readOfOthers(status);
            if (growth.isStuck()) {
                grow(ask, status, stored); // somebody asked for it again
            }
        }

        @Override
        public long movement() {
            return super.movement() + others;
        }

        /** Who asks anew for what the tracker has forgotten helps everybody who waits for it. */
        @Override
        void missed(PiecewiseFault why) throws InterruptedException {
            if (why.kind() == Kind.NOT_FOUND && !Fetcher.this.ask(ask).id().equals(status.id())) {
                throw new ProcessFault(
                        Kind.FAILED,
                        status.uri() + " was replaced at the origin while it was read; ask for it again",
                        why);
            }
        }

        @Override
        public FetchProgress progress(Phase phase, int held, long bytesFromPeers, int peers) {
            boolean nothingYet = phase == Phase.DOWNLOADING && held == 0 && bytesFromPeers == 0;
            FetchProgress now = super.progress(nothingYet ? Phase.READING_ORIGIN : phase, held, bytesFromPeers, peers);
            long read = Math.min(status.totalBytes(), (long) growth.hashesKnown() * status.pieceBytes()) - originBefore;
            return now.withPiecesHashed(growth.hashesKnown())
                    .withBytesFromOrigin(Math.max(read, now.bytesFromOrigin()));
        }

        @Override
        public FetchOutcome.Stalled stalled(int held, int peers, Duration idle) {
            return growth.hashesKnown() > held ? super.stalled(held, peers, idle) : notRead(status, held, idle);
        }
    }

    private static FetchProgress progress(Phase phase, ArtifactStatus status, int held, long fromPeers, int peers) {
        return new FetchProgress(
                phase,
                status.totalBytes(),
                status.files().size(),
                status.pieceCount(),
                status.piecesHashed(),
                held,
                fromPeers,
                peers,
                0);
    }

    private static FetchOutcome.Stalled notRead(ArtifactStatus status, int held, Duration idle) {
        String why = status.seedersAlive() == 0
                ? "no seeder is registered at the tracker; start one with 'piecewise seeder'"
                : status.seedersAlive()
                        + " seeders are registered; look at their logs, and whether they reach the origin";
        return new FetchOutcome.Stalled(
                status.uri() + ": nothing was read from the origin for " + idle.toSeconds() + " s ("
                        + status.piecesHashed() + " of " + status.pieceCount() + " pieces are): " + why,
                held,
                status.pieceCount(),
                idle);
    }

    private static FetchOutcome.Stalled notSent(ArtifactStatus status, int held, int peers, Duration idle) {
        String why = peers > 0
                ? peers + " peers are connected but send nothing"
                : status.seedersAlive() == 0
                        ? "no peer can be reached and no seeder is registered at the tracker; start one with 'piecewise"
                                + " seeder'"
                        : "no peer can be reached; check that the hosts they advertise (--advertise) and their ports are"
                                + " reachable from here";
        return new FetchOutcome.Stalled(
                status.uri() + ": no byte arrived for " + idle.toSeconds() + " s (" + held + " of "
                        + status.pieceCount() + " pieces are here, a retry resumes): " + why,
                held,
                status.pieceCount(),
                idle);
    }

    private static void stopIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    /** That one ask needs an artifact in the store: until it is given up, or what came of it was used. */
    private final class Hold implements AutoCloseable {
        private final boolean cached;
        private @Nullable ArtifactId id;
        private @Nullable StoredArtifact stored;
        private PeerBytes.@Nullable Share share;
        private boolean done;

        Hold(boolean cached) {
            this.cached = cached;
        }

        /** The artifact from now on; one before is left. */
        void enter(ArtifactId entered) throws InterruptedException {
            if (!entered.equals(id)) {
                letGo();
                Fetcher.this.enter(entered);
                id = entered;
            }
        }

        /** It is open; what peers send from now on counts for this ask, if its swarm runs. */
        StoredArtifact of(StoredArtifact artifact) {
            stored = artifact;
            participant.swarm(artifact.id()).ifPresent(this::credit);
            return artifact;
        }

        /** What peers send in this swarm counts for this ask, from when this was called first. */
        PeerBytes.Share credit(Swarm swarm) {
            PeerBytes.Share now = share;
            if (now == null || !now.isIn(swarm)) {
                closeShare();
                now = peerBytes.in(swarm);
                share = now;
            }
            return now;
        }

        private void closeShare() {
            PeerBytes.Share open = share;
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
                    participant.discard(left);
                }
            }
        }
    }

    private void enter(ArtifactId id) throws InterruptedException {
        participant.enter(id);
        synchronized (this) {
            askers.merge(id, 1, Integer::sum);
        }
    }

    /** Whoever leaves an incomplete artifact last ends its download; complete ones are seeded on. */
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
        boolean leaves = last && abandoned == Abandoned.WITHDRAW && !participant.isNeededByOthers(id);
        if (leaves && participant.swarm(id).isPresent() && incomplete) {
            participant.withdraw(id);
        }
        participant.leave(id);
    }
}
