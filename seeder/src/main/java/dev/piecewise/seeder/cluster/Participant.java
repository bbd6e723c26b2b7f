package dev.piecewise.seeder.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.MagnetLink;
import dev.piecewise.peer.PeerSource;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmSpec;
import dev.piecewise.peer.store.StoredState;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.EntryRequest;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Lock;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A process's membership in a cluster: it is registered, sends heartbeats, tells the tracker what it holds and takes part
 * in swarms. A tracker that is away costs nothing but news; all is told again when it is back. Thread-safe.
 */
public final class Participant implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Participant.class);

    private final Tracker tracker;
    private final Store store;
    private final SwarmEngine engine;
    private final String nodeId;
    private final String role;
    private final Membership membership;
    private final Transfers transfers;
    private final SelfReport self;
    private final HoldingsReporter holdings;
    private final Newcomers newcomers;
    private final ArtifactUses uses = new ArtifactUses();
    private final LongSupplier nanoTime;
    private final RandomGenerator random = new SecureRandom();
    private final CompletableFuture<Void> failure = new CompletableFuture<>();

    @GuardedBy("this")
    private final Map<ArtifactId, Joined> swarms = new HashMap<>();

    @GuardedBy("this")
    private SelfReport.Traffic former = SelfReport.Traffic.NONE; // of swarms that were left

    /**
     * @param infoHash of the torrent, once it is known
     * @param growth until then
     */
    private record Joined(Swarm swarm, Optional<InfoHash> infoHash, Optional<Growth> growth) {
        boolean works() {
            return !swarm.failure().toCompletableFuture().isCompletedExceptionally();
        }

        boolean grows() {
            return works() && growth.filter(of -> !of.isStuck()).isPresent();
        }

        void close() {
            growth.ifPresent(Growth::close);
            swarm.close();
        }

        SelfReport.Traffic traffic() {
            Swarm.Stats stats = swarm.stats();
            return new SelfReport.Traffic(stats.downloadedBytes() + stats.duplicateBytes(), stats.uploadedBytes());
        }
    }

    private volatile boolean closing;
    private volatile @Nullable Worker sampler;
    private volatile @Nullable Worker hearing;

    /**
     * @param engine closed with this
     * @param registration with an id that is new with every start of a process
     * @param leases what to keep alive
     * @param nanoTime monotonic clock
     */
    public Participant(
            Tracker tracker,
            Store store,
            SwarmEngine engine,
            NodeRegistration registration,
            LeaseKeeper leases,
            LongSupplier nanoTime) {
        this.tracker = tracker;
        this.store = store;
        this.engine = engine;
        this.nodeId = registration.nodeId();
        this.role = registration.role();
        this.nanoTime = nanoTime;
        this.transfers = new Transfers(
                ProcessLoad.ofThisProcess(), LinkSpeed.of(registration.advertisedHost(), engine), nanoTime);
        this.self = new SelfReport(
                ProcessLoad.ofThisProcess(),
                ProcessMemory.ofThisProcess(),
                this::traffic,
                leases::bytesRead,
                store::space,
                nanoTime);
        this.membership = new Membership(tracker, registration, leases, transfers, self, this::tellAll, nanoTime);
        this.holdings = new HoldingsReporter(tracker, nodeId, membership, transfers, nanoTime);
        this.newcomers = new Newcomers(tracker, nodeId, membership, this::swarms, random);
    }

    private void tellAll() {
        transfers.tellAgain();
        holdings.resendAll();
        swarms().forEach(Swarm::announce);
    }

    private synchronized List<Swarm> swarms() {
        return swarms.values().stream().map(Joined::swarm).toList();
    }

    /**
     * Registers, in the background if the tracker cannot be reached now.
     *
     * @throws PiecewiseFault if the tracker refuses this process
     */
    public void start() {
        sampler = worker("transfers", transfers::run);
        holdings.start(failure);
        membership.start(failure);
        hearing = worker("newcomers", newcomers::run);
    }

    /** The id under which the tracker knows this process. */
    public String nodeId() {
        return nodeId;
    }

    /** Completes exceptionally when a thread dies of a bug: the process should end then. */
    public CompletionStage<Void> failure() {
        return failure;
    }

    /** The tracker is to be asked for news of the leases before the next heartbeat is due. */
    public void beatSoon() {
        membership.beatSoon();
    }

    /** Starts a thread whose death of a bug shows in {@link #failure()}. */
    public Worker worker(String name, Worker.Body body) {
        return Worker.start(name, failure, body);
    }

    /** Waits until the tracker knows this process; gives a number for {@link #forgotten}. */
    public long awaitRegistered() throws InterruptedException {
        return membership.awaitRegistered();
    }

    /** The tracker answered "unknown node" to something sent under that registration. */
    public void forgotten(long registration) {
        membership.forgotten(registration);
    }

    /** Opens or begins an artifact in the store and reports from now on what is held of it. */
    public StoredArtifact share(ArtifactId id, ArtifactContent content) {
        StoredArtifact artifact = store.artifact(id, content);
        transfers.add(artifact);
        holdings.add(artifact);
        return artifact;
    }

    /**
     * Asks that an artifact exist, and for all that is needed to begin with it: one call, after which the tracker takes this process
     * for a part of its swarm.
     *
     * @throws PiecewiseFault as {@link Tracker#requestArtifact}
     */
    public Entry ask(ArtifactRequest request) {
        if (membership.isRegistered()) {
            long registration = membership.generation();
            try {
                return new Entry(tracker.enter(nodeId, new EntryRequest(request, engine.port())), nanoTime);
            } catch (UnknownNode e) {
                membership.forgotten(registration);
            }
        }
        return Entry.of(tracker.requestArtifact(request));
    }

    /**
     * Somebody wants all of a shared artifact here; of several the first counts. The tracker is told how long it takes.
     *
     * @param sinceNanos when that was, on this process's monotonic clock
     */
    public void asked(ArtifactId id, long sinceNanos) {
        transfers.asked(id, sinceNanos);
    }

    /** Something here needs the artifact to stay in the store, until {@link #leave}; waits while it is being removed. */
    public void enter(ArtifactId id) throws InterruptedException {
        uses.enter(id);
    }

    /** Whether something else here needs the artifact, too, beside whoever asks and {@link #enter}ed it. */
    public boolean isNeededByOthers(ArtifactId id) {
        return uses.isUsedTwice(id);
    }

    /** Ends what {@link #enter} began. */
    public void leave(ArtifactId id) {
        uses.leave(id);
    }

    /**
     * Records that a shared artifact was asked for now.
     *
     * @param source by what: a URI, or a magnet link without its trackers
     * @param version names what stood at the origin
     */
    public void used(ArtifactId id, String source, String version) {
        store.recordUse(id, source, version);
    }

    /**
     * Records the same, but that the artifact need not stay once that is served: unless it is {@link #used} otherwise, before or
     * after, {@link #discard} removes it.
     */
    public void passes(ArtifactId id, String source, String version) {
        store.recordPassing(id, source, version);
    }

    /** Removes what only {@link #passes}; not if somebody {@link #enter}ed it, who will discard it, too, or wants it to stay. */
    public void discard(ArtifactId id) {
        if (store.isPassing(id)) {
            boolean removed = remove(id);
            LOG.debug("{} was not to be cached, and {}", id, removed ? "is removed" : "is still needed");
        }
    }

    /** Whether the artifact is offered to the cluster. */
    public boolean isShared(ArtifactId id) {
        return holdings.reports(id);
    }

    /** How everything stands that lies in the store, wanted or not. */
    public List<StoredState> stored() {
        return store.states();
    }

    /** Whether something is done with an artifact now: it is fetched or read from the origin here, or peers are connected. */
    public boolean isBusy(ArtifactId id) {
        return uses.isUsed(id)
                || swarm(id).filter(swarm -> swarm.stats().peers() > 0).isPresent();
    }

    /**
     * Hashes again what is held of an artifact; what is bad is dropped, and fetched again if its swarm runs.
     *
     * @param told after each piece
     */
    public StoredArtifact.Verification verify(ArtifactId id, IntConsumer told) throws InterruptedException {
        uses.enter(id);
        try {
            return store.verify(id, told);
        } finally {
            uses.leave(id);
        }
    }

    /**
     * Leaves the swarm of an artifact, withdraws it and removes its bytes.
     *
     * @return false if somebody {@link #enter}ed it, and it stays
     */
    public boolean remove(ArtifactId id) {
        if (!uses.remove(id)) {
            return false;
        }
        try {
            withdraw(id);
            store.remove(id);
            return true;
        } finally {
            uses.removed(id);
        }
    }

    /**
     * Fills what is missing of an artifact from bytes that are on this machine, before its swarm is joined.
     *
     * @param torrent its torrent, recorded as by {@link #join}
     * @param trackers other announce URLs than the cluster's tracker
     * @param beside where its files may lie already, in torrent order; empty if nowhere
     * @param told after every piece that was looked at
     */
    public void reuse(ArtifactId id, EncodedInfo torrent, List<String> trackers, List<Path> beside, Runnable told)
            throws InterruptedException {
        store.recordTorrent(id, torrent, trackers);
        long bytes = store.reuse(id, beside, told);
        if (bytes > 0) {
            LOG.info("{}: {} bytes were here already", torrent.info().content().name(), bytes);
        }
    }

    /** To hold from before pieces are reported to the tracker until {@link StoredArtifact#markHeld} returned. */
    public Lock acknowledging(ArtifactId id) {
        return holdings.acknowledging(id);
    }

    /** Tells the tracker anew what is held, after something it acknowledged did not come to be held. */
    public void reportAnew(ArtifactId id) {
        holdings.resend(id);
    }

    /** Opens or begins something in the store that the tracker knows nothing of. */
    public StoredArtifact keep(ArtifactId id, ArtifactContent content) {
        return store.artifact(id, content);
    }

    /**
     * Takes part in the swarm of a published artifact, as a seed or as a leech that also seeds; if it does already, gives
     * that swarm. Where the artifact had another torrent before, pieces whose hash differs are dropped.
     *
     * @param info its torrent, kept so that a restarted process goes on by itself
     * @throws PiecewiseFault if there is no port, or the disk is broken
     */
    public Swarm join(ArtifactId id, InfoDictionary info) {
        return join(share(id, info.content()), EncodedInfo.of(info), List.of(), this::announce);
    }

    /** The same by the answer to an ask, with the peers that it names. */
    public Swarm join(Entry entry, InfoDictionary info) {
        ArtifactId id = new ArtifactId(entry.artifact().id());
        return join(share(id, info.content()), EncodedInfo.of(info), List.of(), entry.peers(this::announce));
    }

    /**
     * Takes part in the swarm of a torrent that is known by its infohash alone, under {@link ArtifactId#of(InfoHash)}; the
     * tracker hears nothing of it, and its peers come from the link. Else as {@link #join(ArtifactId, InfoDictionary)}.
     */
    public Swarm join(EncodedInfo torrent, LinkedPeers peers) {
        StoredArtifact artifact =
                keep(ArtifactId.of(torrent.infoHash()), torrent.info().content());
        return join(artifact, torrent, peers.trackers(), new SeedSearch(peers));
    }

    private synchronized Swarm join(
            StoredArtifact artifact, EncodedInfo torrent, List<String> trackers, PeerSource peers) {
        mustBeOpen();
        Joined running = swarms.get(artifact.id());
        if (running != null && running.works()) {
            if (running.growth()
                    .filter(growth -> growth.complete(torrent.info()))
                    .isPresent()) {
                grown(artifact.id(), running, torrent);
                return running.swarm();
            } else if (running.infoHash().equals(Optional.of(torrent.infoHash()))) {
                return running.swarm();
            }
        }
        store.recordTorrent(artifact.id(), torrent, trackers);
        return join(SwarmSpec.of(torrent, artifact, peers), Optional.of(torrent.infoHash()), Optional.empty());
    }

    @GuardedBy("this")
    private Swarm join(SwarmSpec spec, Optional<InfoHash> infoHash, Optional<Growth> growth) {
        ArtifactId id = spec.storage().id();
        Joined running = swarms.remove(id);
        if (running != null) {
            former = former.plus(running.traffic());
            running.growth().ifPresent(Growth::stop);
            running.swarm().close(); // what broke it, a full disk for example, may be over
        }
        Swarm swarm = engine.join(spec);
        swarms.put(id, new Joined(swarm, infoHash, growth));
        transfers.joined(id, swarm);
        String name = spec.storage().content().name();
        swarm.failure().whenComplete((none, broken) -> tell(name, broken));
        LOG.debug("joined the swarm of {} on port {}", name, swarm.port());
        return swarm;
    }

    private synchronized SelfReport.Traffic traffic() {
        SelfReport.Traffic sum = former;
        for (Joined joined : swarms.values()) {
            sum = sum.plus(joined.traffic());
        }
        return sum;
    }

    /** The tracker hears that an archive is being unpacked here, until that is closed. */
    public Unpacking unpacking(String name, long totalBytes) {
        return self.unpacking(name, totalBytes);
    }

    /** Waits until so many bytes more may go to clients of the web seed, by the limit that holds for swarms, too. */
    public void awaitUpload(int bytes) throws InterruptedException {
        engine.awaitUpload(bytes);
    }

    /** So many bytes more went to clients of the web seed. */
    public void sentOverHttp(long bytes) {
        self.sentOverHttp(bytes);
    }

    /**
     * Takes part in the swarm of an artifact that is being read, under an id that only nodes know; when it is published the same
     * swarm goes on as that of the torrent.
     *
     * @return nothing where it has another torrent recorded, which must have proved wrong: what is held by that one is compared
     *     with the new one by {@link #join(ArtifactId, InfoDictionary)}
     * @throws PiecewiseFault if the tracker is away, there is no port, or the disk is broken
     */
    public Optional<Growth> grow(ArtifactStatus status) throws InterruptedException {
        return grow(Entry.of(status), (hashes, pieces) -> {});
    }

    /** The same, but as {@link #grow(Entry, List)}. */
    public Optional<Growth> grow(ArtifactStatus status, List<Path> beside) throws InterruptedException {
        return grow(Entry.of(status), beside);
    }

    /**
     * The same by the answer to an ask, with the peers that it names; what is missing is taken from bytes of this machine where that
     * can be.
     *
     * @param beside where its files may lie already, in torrent order; empty if nowhere
     */
    public Optional<Growth> grow(Entry entry, List<Path> beside) throws InterruptedException {
        ArtifactId id = new ArtifactId(entry.artifact().id());
        return grow(entry, (hashes, pieces) -> store.reuse(id, hashes, pieces, beside));
    }

    private Optional<Growth> grow(Entry entry, Growth.LocalBytes here) throws InterruptedException {
        ArtifactId id = new ArtifactId(entry.artifact().id());
        StoredArtifact artifact = share(id, PublishedTorrent.content(entry.artifact()));
        Optional<Growth> growing = growing(id);
        if (growing.isEmpty() && store.stored(id).flatMap(Store.Stored::torrent).isEmpty()) {
            growing = begin(artifact, entry, new Growth(tracker, entry, here, this::grown, random));
        }
        growing.ifPresent(growth -> growth.follow(this));
        synchronized (this) {
            notifyAll();
        }
        return growing;
    }

    /** Waits until this process takes part in the swarm of an artifact that is not published yet. */
    public synchronized void awaitGrowing() throws InterruptedException {
        while (swarms.values().stream().noneMatch(Joined::grows)) {
            wait();
        }
    }

    private synchronized Optional<Growth> begin(StoredArtifact artifact, Entry entry, Growth growth) {
        mustBeOpen();
        Joined running = swarms.get(artifact.id());
        if (running != null && running.works()) {
            return running.growth(); // somebody was faster
        }
        SwarmSpec spec = new SwarmSpec(
                List.of(growth.provisionalId()), artifact, growth, entry.peers(this::announce), growth.isPrivate());
        growth.joined(join(spec, Optional.empty(), Optional.of(growth)));
        return Optional.of(growth);
    }

    private synchronized Optional<Growth> growing(ArtifactId id) {
        return Optional.ofNullable(swarms.get(id)).filter(Joined::works).flatMap(Joined::growth);
    }

    /** Whether this process takes part in the swarm of an artifact that is not published yet. */
    public synchronized boolean grows(ArtifactId id) {
        Joined joined = swarms.get(id);
        return joined != null && joined.grows();
    }

    private synchronized void grown(Growth growth, InfoDictionary info) {
        Joined running = swarms.get(growth.id());
        if (running != null && running.growth().equals(Optional.of(growth))) {
            grown(growth.id(), running, EncodedInfo.of(info));
        }
    }

    @GuardedBy("this")
    private void grown(ArtifactId id, Joined running, EncodedInfo torrent) {
        store.recordTorrent(id, torrent, List.of());
        running.swarm().alsoKnownAs(torrent.infoHash(), Optional.of(torrent));
        swarms.put(id, new Joined(running.swarm(), Optional.of(torrent.infoHash()), Optional.empty()));
        LOG.debug("{} is read, infohash {}", torrent.info().content().name(), torrent.infoHash());
    }

    /** Where a magnet link says that peers are. */
    public LinkedPeers peersOf(MagnetLink link) {
        return new LinkedPeers(link, tracker::announce);
    }

    /** Gets an info dictionary from peers, as {@link SwarmEngine#metadata}. */
    public Optional<EncodedInfo> metadata(InfoHash infoHash, PeerSource peers, Duration patience)
            throws InterruptedException {
        mustBeOpen();
        return engine.metadata(infoHash, peers, patience);
    }

    /** The torrent of that infohash, if it lies in the store. */
    public Optional<KnownTorrent> known(InfoHash infoHash) {
        return store.stored().stream()
                .flatMap(stored -> stored
                        .torrent()
                        .filter(torrent -> torrent.infoHash().equals(infoHash))
                        .map(torrent -> new KnownTorrent(stored.id(), torrent))
                        .stream())
                .findFirst();
    }

    /** A torrent in the store. */
    public record KnownTorrent(ArtifactId id, EncodedInfo torrent) {}

    private void tell(String name, @Nullable Throwable broken) {
        if (broken != null) {
            // Whoever waits for a get is told by its outcome.
            LOG.atLevel(role.equals("get") ? Level.DEBUG : Level.WARN)
                    .log("the swarm of {} stops: {}", name, broken.getMessage());
        }
    }

    /** The swarm of an artifact, if this process takes part in it. */
    public synchronized Optional<Swarm> swarm(ArtifactId id) {
        return Optional.ofNullable(swarms.get(id)).map(Joined::swarm);
    }

    /** The torrent by which this process takes part in the swarm of an artifact, if it does. */
    public synchronized Optional<InfoHash> infoHash(ArtifactId id) {
        return Optional.ofNullable(swarms.get(id)).flatMap(Joined::infoHash);
    }

    /** Leaves the swarm of an artifact and offers it no longer; its bytes stay. */
    public void withdraw(ArtifactId id) {
        Joined joined;
        synchronized (this) {
            joined = swarms.remove(id);
            if (joined != null) {
                former = former.plus(joined.traffic());
            }
        }
        transfers.gaveUp(id);
        holdings.withdraw(id);
        if (joined != null) {
            joined.close();
        }
    }

    /**
     * Shares everything that lies in the store again. What cannot be is logged and left: one broken artifact does not
     * keep the others.
     *
     * @return artifacts whose torrent was not published when this process heard last
     */
    public List<ArtifactId> resumeStored() {
        return store.stored().stream()
                .filter(this::resume)
                .map(Store.Stored::id)
                .toList();
    }

    private boolean resume(Store.Stored stored) {
        try {
            if (store.isPassing(stored.id())) {
                discard(stored.id()); // whoever wanted it is gone, and so was the process before
                return false;
            }
            if (stored.torrent().isPresent()) {
                EncodedInfo torrent = stored.torrent().get();
                if (stored.id().equals(ArtifactId.of(torrent.infoHash()))) {
                    join(torrent, new LinkedPeers(stored.trackers(), List.of(), tracker::announce));
                } else {
                    join(stored.id(), torrent.info());
                    goesOn(stored.id());
                }
                return false;
            }
            share(stored.id(), stored.content());
            goesOn(stored.id());
            return true;
        } catch (PiecewiseFault fault) {
            LOG.warn("not seeding {}: {}", stored.content().name(), fault.getMessage());
            return false;
        }
    }

    /** What somebody asked a former process for is fetched further, unasked; a seeder only has what it reads for others. */
    private void goesOn(ArtifactId id) {
        if (!role.equals("seeder")) {
            asked(id, nanoTime.getAsLong());
        }
    }

    private AnnounceResponse announce(AnnounceRequest request) {
        if (closing && !membership.isRegistered()) {
            throw new ProcessFault(PiecewiseFault.Kind.FAILED, "the tracker is away");
        }
        return tracker.announce(request, nodeId);
    }

    /** @throws ProcessFault once this process closes, for then nothing arrives any more */
    public void mustBeOpen() {
        if (closing) {
            throw new ProcessFault(PiecewiseFault.Kind.FAILED, "this process is closing");
        }
    }

    /** Leaves the swarms, then the tracker. */
    @Override
    public void close() {
        List<Growth> growing;
        synchronized (this) {
            closing = true;
            growing = swarms.values().stream()
                    .flatMap(joined -> joined.growth().stream())
                    .toList();
        }
        growing.forEach(Growth::stop);
        growing.forEach(Growth::close);
        holdings.close();
        Worker listening = hearing;
        if (listening != null) {
            listening.close();
        }
        engine.close();
        membership.close();
        Worker running = sampler;
        if (running != null) {
            running.close();
        }
    }
}
