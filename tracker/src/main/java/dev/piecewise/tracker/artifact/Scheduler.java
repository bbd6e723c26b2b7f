package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Place;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import dev.piecewise.tracker.announce.SwarmStore;
import dev.piecewise.tracker.lease.Lease;
import dev.piecewise.tracker.lease.LeaseBook;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.ledger.ReadBytes;
import dev.piecewise.tracker.ledger.ReadOutcome;
import dev.piecewise.tracker.ledger.Span;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.tracker.state.Event;
import dev.piecewise.tracker.state.Journal;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.trackerclient.api.ArtifactEntry;
import dev.piecewise.trackerclient.api.ArtifactList;
import dev.piecewise.trackerclient.api.ArtifactPreview;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.Ledger;
import dev.piecewise.trackerclient.api.NodeList;
import dev.piecewise.trackerclient.api.NodeReport;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.SignRequest;
import dev.piecewise.trackerclient.api.TransferReport;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The one owner of artifacts, leases and nodes: all of it changes under this object's lock, and nothing else does. Nothing
 * under the lock blocks but the append to the journal; signatures are made and waiting requests completed outside, on
 * {@code worker}. {@link #tick} must be called a few times a second: it ends what was not renewed and answers who waited
 * long enough.
 */
public final class Scheduler implements AutoCloseable {
    private static final int MAX_RENEWED_READS =
            64; // a piece of tiny objects has many, and comes by with every heartbeat

    private static final int MAX_WEB_SEEDS = 8;

    private final ArtifactBook book;
    private final LeaseBook leases = new LeaseBook();
    private final NodeRegistry nodes = new NodeRegistry();
    private final OriginBudget budget;
    private final LeaseDesk desk;
    private final HolderReads holderReads;
    private final SwarmStore swarms;
    private final SwarmKeys keys;
    private final ReadSigner signer;
    private final LeaseTimes times;
    private final LongSupplier nanoClock;
    private final Executor worker;
    private final boolean privateTorrents;
    private final WaitingRoom waiting;
    private final HashPushes pushes;
    private final SharedIngest sharedIngest;
    private final Cadence cadence;
    private long checksumTurns;
    private boolean closed;

    /**
     * @param past events of earlier runs, oldest first
     * @param journal takes the events of this one
     * @param originLimits of all leases together
     * @param keys for the ids of leases, and of the swarms in which nodes exchange pieces of artifacts that are being read
     * @param nanoClock monotonic
     * @param clock for timestamps
     * @param timer for what is due between two ticks
     */
    public Scheduler(
            List<Event> past,
            Journal journal,
            SwarmStore swarms,
            ReadSigner signer,
            LeaseTimes times,
            OriginBudget.Limits originLimits,
            boolean privateTorrents,
            SwarmKeys keys,
            LongSupplier nanoClock,
            InstantSource clock,
            Executor worker,
            Timer timer) {
        this.swarms = swarms;
        this.keys = keys;
        this.signer = signer;
        this.times = times;
        this.privateTorrents = privateTorrents;
        this.nanoClock = nanoClock;
        this.worker = worker;
        this.waiting = new WaitingRoom(worker);
        this.pushes = new HashPushes(
                clock.millis(), worker, (artifact, delay) -> timer.after(delay, () -> pushDue(artifact)));
        this.book = new ArtifactBook(keys::provisionalId, journal);
        this.cadence = new Cadence(times, nodes, nanoClock.getAsLong());
        this.holderReads = new HolderReads(book, nodes, this::isSilent, nanoClock);
        this.budget = new OriginBudget(originLimits);
        this.desk =
                new LeaseDesk(book, leases, budget, holderReads, nodes, swarms, journal, keys, times, clock, nanoClock);
        this.sharedIngest = new SharedIngest(book, nodes, leases, desk, waiting, this::isSilent, this::deliver);
        past.forEach(book::replay);
        desk.resume(nanoClock.getAsLong());
        journal.begin(book::snapshot);
    }

    /** The artifact of a resolved URI, see {@link Admissions}. */
    synchronized ArtifactId admit(ResolvedArtifact resolved, String profile, Optional<PieceLength> pieceLength) {
        Artifact artifact = book.admit(resolved, profile, pieceLength, privateTorrents);
        desk.publish(artifact);
        dispatch();
        return artifact.id;
    }

    /**
     * An object whose checksum is to be asked for; each once in a run of the tracker. The artifacts take turns, those that wait for
     * nothing else before the others.
     */
    synchronized Optional<ChecksumLookups.Lookup> nextChecksum() {
        if (closed) {
            return Optional.empty();
        }
        return book.all().stream()
                .filter(artifact -> artifact.checksums.isSomeToAsk() && artifact.state() == ArtifactState.READING)
                .min(Comparator.comparing((Artifact artifact) -> !artifact.isHashed())
                        .thenComparing(artifact -> artifact.checksums.turn()))
                .map(artifact -> new ChecksumLookups.Lookup(
                        artifact.id,
                        artifact.profile(),
                        artifact.resolved,
                        artifact.checksums.nextToAsk(++checksumTurns)));
    }

    /** What the origin said to {@link #nextChecksum}. */
    synchronized void checksum(ChecksumLookups.Lookup asked, Optional<StoredChecksum> answer) {
        learn(asked, artifact -> desk.learn(artifact, asked.object(), answer));
    }

    /** The origin did not say anything to {@link #nextChecksum} and is not asked again. */
    synchronized void noChecksum(ChecksumLookups.Lookup asked) {
        learn(asked, artifact -> desk.cannotLearn(artifact, asked.object()));
    }

    private void learn(ChecksumLookups.Lookup asked, Consumer<Artifact> how) {
        if (closed) {
            return; // asked again by the next run
        }
        Artifact artifact = get(asked.artifact());
        try {
            how.accept(artifact);
        } finally {
            if (artifact.state() != ArtifactState.READING) {
                pushes.grew(artifact, now());
                dispatch();
            }
        }
    }

    /** What {@link #admit} would give; nothing changes. */
    synchronized ArtifactPreview preview(ResolvedArtifact resolved, Optional<PieceLength> pieceLength) {
        return book.preview(resolved, pieceLength);
    }

    /** The artifact of a resolved URI with the hashes of its torrent, see {@link Registrations}. */
    synchronized ArtifactId register(ResolvedArtifact resolved, String profile, InfoDictionary torrent) {
        Artifact artifact = book.register(resolved, profile, torrent, privateTorrents);
        desk.publish(artifact);
        dispatch();
        return artifact.id;
    }

    public synchronized ArtifactList artifacts(Links links) {
        return new ArtifactList(book.all().stream()
                .map(artifact -> artifact.status(links, nodes.leaseTakers()))
                .toList());
    }

    /** @throws OriginFault NOT_FOUND */
    public synchronized ArtifactStatus artifact(ArtifactId id, Links links) {
        return get(id).status(links, nodes.leaseTakers());
    }

    /** @throws OriginFault NOT_FOUND */
    public synchronized ArtifactStatus artifact(InfoHash infoHash, Links links) {
        return book.find(infoHash)
                .orElseThrow(() -> new OriginFault(Kind.NOT_FOUND, "this tracker serves no torrent " + infoHash))
                .status(links, nodes.leaseTakers());
    }

    /**
     * Somebody waits for these pieces: those that nobody holds are leased next.
     *
     * @throws OriginFault NOT_FOUND; USAGE for a piece that is none; the artifact's own if it failed
     */
    public synchronized void want(ArtifactId id, List<Integer> pieces) {
        Artifact artifact = get(id);
        if (pieces.stream().anyMatch(piece -> piece < 0 || piece >= artifact.pieceCount())) {
            throw new OriginFault(
                    Kind.USAGE, artifact.resolved.uri() + " has " + artifact.pieceCount() + " pieces, not more");
        }
        if (artifact.state() == ArtifactState.FAILED) {
            throw new OriginFault(
                    artifact.errorKind().orElse(Kind.FAILED), artifact.error().orElse("it failed"));
        }
        artifact.wanted.ask(pieces, now());
        dispatch();
    }

    /** Base URLs of up to {@value #MAX_WEB_SEEDS} live nodes that serve a torrent over HTTP, the best first. */
    public synchronized List<URI> webSeeds(InfoHash infoHash) {
        Optional<Artifact> artifact = book.find(infoHash);
        ToIntFunction<NodeRegistry.Node> held =
                node -> artifact.map(of -> of.holders.heldBy(node.id())).orElse(0);
        return nodes.webSeeds().stream()
                .filter(node -> !isSilent(node.id()))
                .filter(node -> !node.wantsBytes() || held.applyAsInt(node) > 0)
                .sorted(Comparator.comparing(NodeRegistry.Node::wantsBytes)
                        .thenComparing(Comparator.comparingInt(held).reversed()))
                .limit(MAX_WEB_SEEDS)
                .flatMap(node -> node.webSeed().stream())
                .toList();
    }

    /** Completes when the artifact is not READING (any more), or after {@code wait}. */
    public CompletableFuture<ArtifactStatus> artifact(ArtifactId id, Links links, Duration wait) {
        synchronized (this) {
            Artifact artifact = get(id);
            if (closed || wait.isZero() || artifact.state() != ArtifactState.READING) {
                return CompletableFuture.completedFuture(artifact.status(links, nodes.leaseTakers()));
            }
            return waiting.forArtifact(artifact, now() + wait.toNanos()).thenApply(of -> artifact(of, links));
        }
    }

    /** @throws OriginFault NOT_FOUND */
    public synchronized Ledger ledger(ArtifactId id) {
        return get(id).ledgerView();
    }

    /**
     * Hashes that came to be known since an earlier answer; completes when there are some, when the artifact is not READING, or
     * after {@code wait}.
     *
     * @param from the cursor of that answer; anything else begins with the first hash
     * @throws OriginFault NOT_FOUND
     */
    public synchronized CompletableFuture<HashList> hashes(ArtifactId id, String from, Duration wait) {
        return pushes.ask(get(id), from, now(), closed ? Duration.ZERO : wait);
    }

    /**
     * What a node needs to begin with an artifact, all of one moment: how it stands, and the first of its hashes if there can be any.
     *
     * @throws OriginFault NOT_FOUND
     */
    public synchronized ArtifactEntry entry(ArtifactId id, Links links) {
        Artifact artifact = get(id);
        boolean begins = artifact.state() != ArtifactState.FAILED && artifact.pieceCount() > 0;
        return new ArtifactEntry(
                artifact.status(links, nodes.leaseTakers()),
                begins ? pushes.first(artifact, ArtifactEntry.MOST_HASHES) : null,
                null);
    }

    /** Whether nodes, and only they, meet under this id while an artifact is being read. Takes no lock, unlike all the rest. */
    public boolean isProvisional(InfoHash id) {
        return book.isProvisional(id);
    }

    /** Whether a node is registered. Takes no lock, unlike all the rest. */
    public boolean isAlive(String nodeId) {
        return nodes.isAlive(nodeId);
    }

    /**
     * Takes no lock, unlike all the rest.
     *
     * @throws Refused UNKNOWN_NODE: it must register again
     */
    public void mustBeAlive(String nodeId) {
        if (!isAlive(nodeId)) {
            throw unknown(nodeId);
        }
    }

    /** Whether a torrent is published. Takes no lock, unlike all the rest. */
    public boolean isPublished(InfoHash infoHash) {
        return book.isPublished(infoHash);
    }

    /** Where a live node wants to be reached. Takes no lock, unlike all the rest. */
    public Optional<InetAddress> advertised(String nodeId) {
        return nodes.advertised(nodeId);
    }

    /** Where a live node stands. Takes no lock, unlike all the rest. */
    public Place place(String nodeId) {
        return nodes.place(nodeId);
    }

    /** @throws OriginFault NOT_FOUND */
    public synchronized Distribution distribution(ArtifactId id) {
        return get(id).distribution(now());
    }

    /** A live node says how it gets on with an artifact; of others nothing is remembered. */
    public synchronized void transferred(String nodeId, ArtifactId id, TransferReport report) {
        Optional<NodeRegistry.Node> node = nodes.find(nodeId);
        Optional<Artifact> artifact = book.find(id);
        if (node.isPresent() && artifact.isPresent()) {
            String host =
                    node.get().advertised().map(InetAddress::getHostAddress).orElse("");
            artifact.get().distributions.reported(nodeId, node.get().role(), host, report, now());
        }
    }

    /** The live processes, with what they said of themselves. */
    public synchronized NodeList nodes() {
        return new NodeView(book, leases, nodes).list(now());
    }

    /** The info dictionary of a published torrent. */
    public synchronized Optional<InfoDictionary> torrent(InfoHash infoHash) {
        return book.find(infoHash).flatMap(Artifact::info);
    }

    /** @throws Refused NO_TORRENT: none yet, or never as there are no bytes; with the reason */
    public synchronized InfoDictionary torrent(ArtifactId id) {
        Artifact artifact = get(id);
        return artifact.info()
                .orElseThrow(() -> new Refused(
                        Refused.Reason.NO_TORRENT,
                        artifact.pieceCount() == 0
                                ? artifact.resolved.uri()
                                        + " has no bytes, so there is no torrent; 'piecewise get' makes the file"
                                : artifact.resolved.uri() + " is still being read"));
    }

    /** A process says it is there; what it held and leased before under the same id stays. */
    public synchronized void register(NodeRegistry.Node node) {
        nodes.register(node);
    }

    /** How long a node may be silent. */
    public Duration expiry() {
        return times.expiry();
    }

    /** How often it should not be. */
    public synchronized Duration heartbeat() {
        return cadence.heartbeat();
    }

    /** How long a node is to gather changes of its holdings before it tells them next. */
    public synchronized Duration nextHoldings(String nodeId) {
        return cadence.report(sharedIngest.watches(nodeId), now());
    }

    /** A process leaves: its leases are returned, its holdings forgotten. */
    public synchronized void leave(String nodeId) {
        mustKnow(nodeId);
        leases.of(nodeId).forEach(lease -> desk.end(lease, ReadBytes.NONE, ReadOutcome.RETURNED));
        forget(nodeId);
        dispatch();
    }

    private void forget(String nodeId) {
        nodes.remove(nodeId);
        for (Artifact artifact : book.all()) {
            if (artifact.holders.forget(nodeId)) {
                artifact.holdersKnownFrom(cadence.allReportedNanos(now()));
            }
            artifact.attempts.forget(nodeId);
            artifact.distributions.gone(nodeId, now());
        }
        swarms.removeNode(nodeId);
        waiting.sendAway(nodeId);
    }

    /**
     * @param whole replaces what the node held
     * @param added pieces it holds now
     * @param dropped pieces it no longer holds
     */
    public synchronized void holdings(
            String nodeId, ArtifactId id, @Nullable BitSet whole, List<Integer> added, List<Integer> dropped) {
        mustKnow(nodeId);
        Artifact artifact = get(id);
        int pieces = artifact.pieceCount();
        if ((whole != null && whole.length() > pieces)
                || added.stream().anyMatch(piece -> piece < 0 || piece >= pieces)
                || dropped.stream().anyMatch(piece -> piece < 0 || piece >= pieces)) {
            throw new OriginFault(Kind.USAGE, artifact.resolved.uri() + " has " + pieces + " pieces, not more");
        }
        if (whole != null) {
            artifact.holders.replace(nodeId, whole);
        }
        dropped.forEach(piece -> artifact.holders.drop(nodeId, piece));
        added.forEach(piece -> artifact.holders.add(nodeId, piece));
        if (whole != null || !dropped.isEmpty()) {
            dispatch(); // pieces that are held by one more are nothing to read
        }
    }

    /** Keeps a node and the leases it names alive. */
    public CompletableFuture<HeartbeatReply> heartbeat(String nodeId, Heartbeat heartbeat) {
        List<Renewed> renewed = new ArrayList<>();
        double next;
        synchronized (this) {
            mustKnow(nodeId);
            nodes.heard(nodeId, now());
            NodeReport report = heartbeat.node();
            if (report != null) {
                nodes.reported(nodeId, report);
            }
            if (heartbeat.leases().isEmpty()) {
                return CompletableFuture.completedFuture(new HeartbeatReply(List.of(), seconds(cadence.heartbeat())));
            }
            desk.expire(now());
            for (Heartbeat.Progress progress : heartbeat.leases()) {
                desk.renew(nodeId, progress, now()).ifPresent(lease -> renewed.add(renewed(lease)));
            }
            next = seconds(times.heartbeat());
            dispatch();
        }
        return supply(
                () -> new HeartbeatReply(renewed.stream().map(this::renewal).toList(), next));
    }

    /** @param spans empty if some of it is read from a holder: then what was granted is good until it breaks */
    private record Renewed(Lease lease, Artifact artifact, int firstPiece, List<Span> spans, long bytesPerSecond) {}

    private Renewed renewed(Lease lease) {
        Artifact artifact = get(lease.artifact());
        int first = artifact.ledger.firstOpen(lease.fence());
        List<Span> spans = artifact.spans.of(first, lease.run().endExclusive() - first);
        boolean fromHolders = spans.stream().anyMatch(span -> holderReads.isHeld(artifact, span, lease.nodeId()));
        return new Renewed(lease, artifact, first, fromHolders ? List.of() : spans, budget.renewedShare(lease.fence()));
    }

    /** Without reads if they cannot be signed now: the holder goes on with those it has. */
    private HeartbeatReply.Renewal renewal(Renewed renewed) {
        List<SignedRead> reads;
        try {
            List<Span> spans = renewed.spans();
            reads = signer.sign(renewed.artifact(), spans.subList(0, Math.min(spans.size(), MAX_RENEWED_READS)));
        } catch (PiecewiseFault e) {
            reads = List.of();
        }
        Lease lease = renewed.lease();
        return new HeartbeatReply.Renewal(
                lease.id().sealed(keys),
                lease.fence(),
                secondsLeft(lease),
                renewed.firstPiece(),
                reads,
                renewed.bytesPerSecond());
    }

    private synchronized double secondsLeft(Lease lease) {
        return leases.secondsLeft(lease.fence(), now());
    }

    /** Leases for a node, at once or when there is work, none after {@code wait}. A node waits once: newest wins. */
    public CompletableFuture<LeaseGrants> takeLeases(String nodeId, int atMost, Duration wait, Links links) {
        synchronized (this) {
            if (closed) {
                return CompletableFuture.completedFuture(new LeaseGrants(List.of()));
            }
            mustKnow(nodeId);
            long deadline = now() + wait.toNanos();
            boolean volunteers =
                    nodes.find(nodeId).filter(NodeRegistry.Node::volunteers).isPresent();
            CompletableFuture<LeaseGrants> answer = volunteers
                    ? waiting.forLeasesIfChosen(nodeId, atMost, links, deadline)
                    : waiting.forLeases(nodeId, atMost, links, deadline);
            desk.expire(now());
            if (volunteers) {
                sharedIngest.serve(now());
            } else {
                dispatch();
            }
            if (wait.isZero()) {
                waiting.sendAway(nodeId);
            }
            return answer;
        }
    }

    /** An answer with leases that could not be sent: they are given back. */
    public synchronized void undelivered(LeaseGrants grants) {
        for (LeaseGrant grant : grants.leases()) {
            leases.find(grant.fence()).ifPresent(lease -> desk.end(lease, ReadBytes.NONE, ReadOutcome.RETURNED));
        }
        dispatch();
    }

    /** @throws Refused STALE_FENCE or HASH_MISMATCH */
    public synchronized void report(String leaseId, PieceReport report) {
        desk.expire(now());
        try {
            desk.report(leaseId, report);
        } finally {
            desk.artifactOf(leaseId).ifPresent(artifact -> pushes.grew(artifact, now()));
            dispatch();
        }
    }

    private synchronized void pushDue(Artifact artifact) {
        if (!closed) {
            pushes.due(artifact, now());
        }
    }

    /** @throws Refused STALE_FENCE */
    public synchronized void giveBack(String leaseId, LeaseReturn back) {
        desk.expire(now());
        desk.giveBack(leaseId, back, now());
        dispatch();
    }

    /** @throws Refused STALE_FENCE, at once */
    public CompletableFuture<SignedRead> sign(String leaseId, SignRequest request, Links links) {
        Artifact artifact;
        Span span;
        Optional<SignedRead> fromHolder;
        synchronized (this) {
            desk.expire(now());
            Lease lease = desk.live(leaseId, request.fence());
            artifact = get(lease.artifact());
            if (request.read() < 0 || request.read() >= lease.spans().size()) {
                throw new OriginFault(Kind.USAGE, "lease " + lease.id() + " has no read " + request.read());
            }
            Span whole = lease.spans().get(request.read());
            if (request.firstByte() < whole.first() || request.firstByte() > whole.last()) {
                throw new OriginFault(
                        Kind.USAGE,
                        "read " + request.read() + " of lease " + lease.id() + " has no byte " + request.firstByte());
            }
            span = new Span(whole.object(), request.firstByte(), whole.endExclusive());
            fromHolder = holderReads.find(artifact, span, lease.nodeId(), leases.signedAgain(lease.fence()), links);
            if (fromHolder.isEmpty() && !desk.turnToOrigin(artifact, lease)) {
                dispatch();
                throw LeaseDesk.stale(lease.id());
            }
        }
        return fromHolder
                .map(CompletableFuture::completedFuture)
                .orElseGet(
                        () -> supply(() -> signer.sign(artifact, List.of(span)).get(0)));
    }

    /** Ends what was not renewed, answers who waited long enough, gives out what became free. */
    public synchronized void tick() {
        if (closed) {
            return;
        }
        desk.expire(now());
        nodes.silent(now(), times.expiry().toNanos()).forEach(this::forget);
        dispatch();
        waiting.answerLate(now());
        pushes.tick(now());
        sharedIngest.review(now());
    }

    /** Gives work to who waits for it, and tells who waits for an artifact. */
    private void dispatch() {
        waiting.wakeArtifacts();
        budget.nobodyWaits();
        waiting.offer(this::serve);
        sharedIngest.serve(now());
    }

    private WaitingRoom.Offer serve(WaitingRoom.ForLeases request) {
        if (closed || isSilent(request.nodeId()) || request.atMost() <= 0) {
            return WaitingRoom.Offer.PASSED;
        }
        List<Lease> granted = desk.grant(request.nodeId(), request.atMost(), now());
        if (granted.isEmpty()) {
            return desk.passedOver() ? WaitingRoom.Offer.PASSED : WaitingRoom.Offer.NONE;
        }
        deliver(request, granted);
        return WaitingRoom.Offer.TAKEN;
    }

    /** A node that missed its last two heartbeats may be dead, with its request still waiting. */
    private boolean isSilent(String nodeId) {
        long allowedNanos = cadence.silence().toNanos();
        return nodes.find(nodeId)
                .map(node -> now() - node.heardNanos() > allowedNanos)
                .orElse(true);
    }

    private void deliver(WaitingRoom.ForLeases request, List<Lease> granted) {
        try {
            worker.execute(() -> {
                List<LeaseGrant> grants = new ArrayList<>();
                granted.forEach(lease -> signed(lease, request.links()).ifPresent(grants::add));
                if (!request.answer().complete(new LeaseGrants(grants))) {
                    undelivered(new LeaseGrants(grants));
                }
            });
        } catch (RejectedExecutionException e) {
            granted.forEach(lease -> desk.end(lease, ReadBytes.NONE, ReadOutcome.RETURNED));
            request.answer().completeExceptionally(e);
        }
    }

    private Optional<LeaseGrant> signed(Lease lease, Links links) {
        Artifact artifact;
        List<Optional<SignedRead>> fromHolders = new ArrayList<>();
        synchronized (this) {
            artifact = get(lease.artifact());
            lease.spans().forEach(span -> fromHolders.add(holderReads.find(artifact, span, lease.nodeId(), 0, links)));
            if (fromHolders.stream().anyMatch(Optional::isEmpty) && !desk.turnToOrigin(artifact, lease)) {
                dispatch();
                return Optional.empty();
            }
        }
        try {
            Iterator<SignedRead> fromOrigin = signer.sign(
                            artifact,
                            IntStream.range(0, fromHolders.size())
                                    .filter(read -> fromHolders.get(read).isEmpty())
                                    .mapToObj(read -> lease.spans().get(read))
                                    .toList())
                    .iterator();
            List<SignedRead> reads = fromHolders.stream()
                    .map(read -> read.orElseGet(fromOrigin::next))
                    .toList();
            return Optional.of(grant(lease, artifact, reads, links));
        } catch (PiecewiseFault e) {
            cannotSign(lease, artifact, e.kind().name(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            cannotSign(lease, artifact, "FAILED", "cannot sign a read of " + artifact.resolved.uri() + ": " + e);
        }
        return Optional.empty();
    }

    private synchronized LeaseGrant grant(Lease lease, Artifact artifact, List<SignedRead> reads, Links links) {
        List<@Nullable String> known = new ArrayList<>();
        for (int piece = lease.run().firstPiece(); piece < lease.run().endExclusive(); piece++) {
            known.add(artifact.ledger.hash(piece).map(PieceHash::hex).orElse(null));
        }
        return new LeaseGrant(
                lease.id().sealed(keys),
                lease.fence(),
                leases.secondsLeft(lease.fence(), now()),
                artifact.status(links, nodes.leaseTakers()),
                lease.run().firstPiece(),
                lease.run().pieceCount(),
                reads,
                known,
                seconds(signer.validity()),
                budget.share(lease.fence()),
                checksums(lease, artifact));
    }

    private static @Nullable List<@Nullable String> checksums(Lease lease, Artifact artifact) {
        if (artifact.checksums.count() == 0) {
            return null;
        }
        List<@Nullable String> algorithms = new ArrayList<>();
        for (Span span : lease.spans()) {
            Crc algorithm = artifact.checksums.algorithm(span.object());
            algorithms.add(algorithm == null ? null : algorithm.name());
        }
        return algorithms;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private synchronized void cannotSign(Lease lease, Artifact artifact, String kind, String message) {
        if (leases.find(lease.fence()).isPresent()) {
            desk.cannotSign(artifact, lease, kind, message, now());
            dispatch();
        }
    }

    private <T> CompletableFuture<T> supply(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, worker);
    }

    private Artifact get(ArtifactId id) {
        return book.find(id)
                .orElseThrow(() -> new OriginFault(
                        Kind.NOT_FOUND, "this tracker knows no artifact " + id + "; 'piecewise status' lists them"));
    }

    private void mustKnow(String nodeId) {
        if (nodes.find(nodeId).isEmpty()) {
            throw unknown(nodeId);
        }
    }

    private static Refused unknown(String nodeId) {
        return new Refused(Refused.Reason.UNKNOWN_NODE, "node '" + nodeId + "' is not registered; register again");
    }

    private long now() {
        return nanoClock.getAsLong();
    }

    /** Answers all who wait; nothing is granted any more. */
    @Override
    public synchronized void close() {
        closed = true;
        waiting.close();
        pushes.close();
    }
}
