package dev.piecewise.seeder.cluster;

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
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.EntryRequest;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.Lock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * A process's part in a cluster: it is registered, sends heartbeats, tells the tracker what it holds and takes part in swarms. A
 * tracker that is away costs nothing but news; all is told again when it is back. Thread-safe: each of its parts guards its own state
 * ({@link Membership}, {@link HoldingsReporter}, {@link Swarms}, {@link KeptArtifacts}); here is what takes several of them.
 */
public final class Participant implements AutoCloseable {
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
    private final Swarms swarms;
    private final KeptArtifacts kept;
    private final LeaseKeeper leases;
    private final LongSupplier nanoTime;
    private final RandomGenerator random = new SecureRandom();
    private final CompletableFuture<Void> failure = new CompletableFuture<>();
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
        this.leases = leases;
        this.nanoTime = nanoTime;
        this.transfers = new Transfers(
                ProcessLoad.ofThisProcess(), LinkSpeed.of(registration.advertisedHost(), engine), nanoTime);
        // Whoever waits for a get is told by its outcome.
        this.swarms = new Swarms(store, engine, transfers, role.equals("get") ? Level.DEBUG : Level.WARN);
        this.kept = new KeptArtifacts(store, this::withdraw);
        this.self = new SelfReport(
                ProcessLoad.ofThisProcess(),
                ProcessMemory.ofThisProcess(),
                swarms::traffic,
                leases::bytesRead,
                store::space,
                nanoTime);
        this.membership = new Membership(tracker, registration, leases, transfers, self, this::tellAll, nanoTime);
        this.holdings = new HoldingsReporter(tracker, nodeId, membership, transfers, nanoTime);
        this.newcomers = new Newcomers(tracker, nodeId, membership, swarms::all, random);
    }

    private void tellAll() {
        transfers.tellAgain();
        holdings.resendAll();
        swarms.all().forEach(Swarm::announce);
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

    /** What lies in the store, and who needs it to stay. */
    public KeptArtifacts kept() {
        return kept;
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

    /** Whether the artifact is offered to the cluster. */
    public boolean isShared(ArtifactId id) {
        return holdings.reports(id);
    }

    /** Whether something is done with an artifact now: it is fetched or read from the origin here, or peers are connected. */
    public boolean isBusy(ArtifactId id) {
        return kept.isNeeded(id)
                || swarm(id).filter(swarm -> swarm.stats().peers() > 0).isPresent();
    }

    /** To hold from before pieces are reported to the tracker until {@link StoredArtifact#markHeld} returned. */
    public Lock acknowledging(ArtifactId id) {
        return holdings.acknowledging(id);
    }

    /** Tells the tracker anew what is held, after something it acknowledged did not come to be held. */
    public void reportAnew(ArtifactId id) {
        holdings.resend(id);
    }

    /**
     * Takes part in the swarm of a published artifact, as a seed or as a leech that also seeds; if it does already, gives
     * that swarm. Where the artifact had another torrent before, pieces whose hash differs are dropped.
     *
     * @param info its torrent, kept so that a restarted process goes on by itself
     * @throws PiecewiseFault if there is no port, or the disk is broken
     */
    public Swarm join(ArtifactId id, InfoDictionary info) {
        return swarms.join(share(id, info.content()), EncodedInfo.of(info), List.of(), this::announce);
    }

    /** The same by the answer to an ask, with the peers that it names. */
    public Swarm join(Entry entry, InfoDictionary info) {
        ArtifactId id = new ArtifactId(entry.artifact().id());
        return swarms.join(share(id, info.content()), EncodedInfo.of(info), List.of(), entry.peers(this::announce));
    }

    /**
     * Takes part in the swarm of a torrent that is known by its infohash alone, under {@link ArtifactId#of(InfoHash)}; the
     * tracker hears nothing of it, and its peers come from the link. Else as {@link #join(ArtifactId, InfoDictionary)}.
     */
    public Swarm join(EncodedInfo torrent, LinkedPeers peers) {
        StoredArtifact artifact =
                store.artifact(ArtifactId.of(torrent.infoHash()), torrent.info().content());
        return swarms.join(artifact, torrent, peers.trackers(), new SeedSearch(peers));
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
        return swarms.grow(
                share(id, PublishedTorrent.content(entry.artifact())),
                entry.peers(this::announce),
                published -> new Growth(tracker, entry, here, published, random),
                failure);
    }

    /** Waits until this process takes part in the swarm of an artifact that is not published yet. */
    public void awaitGrowing() throws InterruptedException {
        swarms.awaitGrowing();
    }

    /** Whether this process takes part in the swarm of an artifact that is not published yet. */
    public boolean grows(ArtifactId id) {
        return swarms.grows(id);
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

    /** The swarm of an artifact, if this process takes part in it. */
    public Optional<Swarm> swarm(ArtifactId id) {
        return swarms.swarm(id);
    }

    /** The torrent by which this process takes part in the swarm of an artifact, if it does. */
    public Optional<InfoHash> infoHash(ArtifactId id) {
        return swarms.infoHash(id);
    }

    /** Body bytes of an artifact that this process read from its origin so far. */
    public long bytesFromOrigin(ArtifactId id) {
        return leases.bytesRead(id);
    }

    /** Leaves the swarm of an artifact and offers it no longer; its bytes stay. */
    public void withdraw(ArtifactId id) {
        Optional<Swarms.Joined> left = swarms.leave(id);
        transfers.gaveUp(id);
        holdings.withdraw(id);
        left.ifPresent(Swarms.Joined::close);
    }

    /**
     * Shares everything that lies in the store again. What cannot be is logged and left: one broken artifact does not
     * keep the others.
     *
     * @return artifacts whose torrent was not published when this process heard last
     */
    public List<ArtifactId> resumeStored() {
        return new Resumption(this, store, tracker, role, nanoTime).resume();
    }

    private AnnounceResponse announce(AnnounceRequest request) {
        if (swarms.isClosing() && !membership.isRegistered()) {
            throw new ProcessFault(PiecewiseFault.Kind.FAILED, "the tracker is away");
        }
        return tracker.announce(request, nodeId);
    }

    /** @throws ProcessFault once this process closes, for then nothing arrives any more */
    public void mustBeOpen() {
        swarms.mustBeOpen();
    }

    /** Leaves the swarms, then the tracker. */
    @Override
    public void close() {
        swarms.stop();
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
