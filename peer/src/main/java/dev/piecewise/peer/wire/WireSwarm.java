package dev.piecewise.peer.wire;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.Place;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmSpec;
import dev.piecewise.peer.extension.ClaimMessage;
import dev.piecewise.peer.schedule.AddressBook;
import dev.piecewise.peer.schedule.BlockRequest;
import dev.piecewise.peer.schedule.Neighbour;
import dev.piecewise.peer.schedule.Neighbourhood;
import dev.piecewise.peer.schedule.Neighbours;
import dev.piecewise.peer.schedule.PeerState;
import dev.piecewise.peer.schedule.PiecePicker;
import dev.piecewise.peer.schedule.PieceProgress;
import dev.piecewise.peer.schedule.RequestSchedule;
import dev.piecewise.peer.schedule.SuperSeeding;
import dev.piecewise.peer.schedule.UploadSlots;
import dev.piecewise.peer.schedule.ZoneEntry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One torrent: its peers, what is asked of them, and its bytes' way into the store. Its state belongs to one network thread;
 * workers write and hash, and only the store's word makes a {@code have}.
 */
final class WireSwarm implements Swarm, StoredArtifact.Listener, Outbox.Blocks, AnnounceLoop.Subject {
    private static final Logger LOG = LoggerFactory.getLogger(WireSwarm.class);
    private static final Duration TICK = Duration.ofMillis(100);
    /** Of a seed without peers; there may be many. */
    private static final Duration IDLE_TICK = Duration.ofSeconds(1);

    /** What is received for so long is fetched again if the process is killed. */
    private static final Duration CHECKPOINT = Duration.ofSeconds(2);

    /** A tick that comes so long after the last one says that this process was held up, not its peers. */
    private static final Duration HELD_UP = Duration.ofMillis(500);

    private static final Duration PATIENCE = Duration.ofMillis(700);
    private static final int MAX_BAD_PIECES = 5;

    /** What a swarm needs of its engine. */
    interface Host {
        int port();

        void dial(WireSwarm swarm, InetSocketAddress address);

        void closed(WireSwarm swarm);
    }

    private final SwarmSpec spec;
    private volatile Names names;
    private final StoredArtifact storage;
    private final PieceLayout layout;
    private final EngineConfig config;
    private final PeerId localId;
    private final Host host;
    private final Connection.Shared shared;
    private final AddressBook addresses;
    private final AnnounceLoop announces;
    private final PiecePicker picker;
    private final RequestSchedule schedule;
    private final UploadSlots slots;
    private final Neighbours<PeerSession> neighbours;
    private final PieceArrivals arrivals;
    private final SwarmFigures figures = new SwarmFigures();
    private final RandomGenerator random;
    /** While everything is held, or pieces come from elsewhere. */
    private @Nullable SuperSeeding superSeeding;

    private boolean bringing;

    private final StoredArtifact.Subscription subscription;
    private final MessageCodec codec = new MessageCodec();

    private final CompletableFuture<Void> failure = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile long leftBytes;
    private long checkpointNanos;
    private long tickedNanos;
    /** Before this we could not hear our peers. */
    private long awakeNanos;

    private boolean stopped;

    /** By which it is found, the one that is announced first. */
    private record Names(List<InfoHash> infoHashes, Optional<EncodedInfo> metadata) {
        Names and(InfoHash infoHash, Optional<EncodedInfo> known) {
            List<InfoHash> all = new ArrayList<>(infoHashes);
            all.remove(infoHash);
            all.add(0, infoHash);
            return new Names(List.copyOf(all), known.or(() -> metadata));
        }
    }

    /** Must be made on its network thread. */
    WireSwarm(
            SwarmSpec spec,
            EngineConfig config,
            PeerId localId,
            Host host,
            Connection.Shared shared,
            RandomGenerator random) {
        this.spec = spec;
        this.names = new Names(spec.infoHashes(), spec.metadata());
        this.storage = spec.storage();
        this.layout = storage.content().layout();
        this.config = config;
        this.localId = localId;
        this.host = host;
        this.shared = shared;
        this.subscription = storage.subscribe(this); // what it tells from now on waits for this thread
        this.picker = new PiecePicker(
                layout, storage.held(), random, new ZoneEntry(config.place().zone(), key(localId)));
        picker.resume(storage.written());
        BitSet unverifiable = unverifiable();
        picker.unverifiable(unverifiable);
        this.bringing = !unverifiable.isEmpty() && picker.heldCount() > 0; // perhaps nobody else has them
        this.leftBytes = picker.leftBytes();
        this.checkpointNanos = shared.nanoTime().getAsLong();
        this.tickedNanos = checkpointNanos;
        this.awakeNanos = checkpointNanos;
        this.schedule = new RequestSchedule(picker, config.limits().uploadSlots(), shared.nanoTime());
        this.random = random;
        this.addresses = new AddressBook(shared.nanoTime());
        this.neighbours = new Neighbours<>(
                localId,
                addresses,
                new Neighbourhood(
                        Neighbourhood.Size.of(config.limits().maxPeers()), layout.pieceCount(), shared.nanoTime()),
                shared.nanoTime());
        this.slots = new UploadSlots(config.limits().uploadSlots(), neighbours::count, random, shared.nanoTime());
        this.arrivals = new PieceArrivals(storage, spec.hashes(), shared, figures, new Arrived());
        updateSuperSeeding();
        this.announces = new AnnounceLoop(
                spec.infoHashes().get(0),
                localId,
                spec.peers(),
                this,
                addresses,
                config.searchInterval(),
                shared.nanoTime());
    }

    void start() {
        announces.start();
        if (!storage.isComplete()) {
            storage.completion().thenRun(announces::completed);
        }
        tick();
    }

    // For everyone.

    @Override
    public int port() {
        return host.port();
    }

    @Override
    public Stats stats() {
        return figures.stats();
    }

    private BitSet unverifiable() {
        BitSet pieces = new BitSet();
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            pieces.set(piece, spec.hashes().hash(piece).isEmpty());
        }
        return pieces;
    }

    @Override
    public void hashesKnown(BitSet pieces) {
        BitSet known = (BitSet) pieces.clone();
        loop().execute(() -> schedule.verifiable(known));
    }

    @Override
    public synchronized void alsoKnownAs(InfoHash infoHash, Optional<EncodedInfo> metadata) {
        names = names.and(infoHash, metadata);
        announces.moved(infoHash);
    }

    @Override
    public boolean isKnownAs(InfoHash infoHash) {
        return infoHashes().contains(infoHash);
    }

    @Override
    public void introduce(List<InetSocketAddress> newcomers) {
        addresses.introduced(newcomers);
    }

    @Override
    public void announce() {
        announces.hurry();
    }

    @Override
    public CompletionStage<Void> failure() {
        return failure.minimalCompletionStage();
    }

    @Override
    public boolean isComplete() {
        return leftBytes == 0;
    }

    @Override
    public long leftBytes() {
        return leftBytes;
    }

    PeerId localId() {
        return localId;
    }

    List<InfoHash> infoHashes() {
        return names.infoHashes();
    }

    /** The info dictionary, if it is known. */
    Optional<EncodedInfo> metadata() {
        return names.metadata();
    }

    NetworkLoop loop() {
        return shared.loop();
    }

    AddressBook addresses() {
        return addresses;
    }

    // For its sessions.

    long now() {
        return shared.nanoTime().getAsLong();
    }

    RequestSchedule schedule() {
        return schedule;
    }

    UploadSlots slots() {
        return slots;
    }

    Optional<SuperSeeding> superSeeding() {
        return Optional.ofNullable(superSeeding);
    }

    private void updateSuperSeeding() {
        if (!picker.isComplete() && !bringing) {
            superSeeding = null;
        } else if (superSeeding == null) {
            superSeeding = new SuperSeeding(
                    layout, picker.held(), picker::copies, this::othersBring, shared.nanoTime(), random);
        }
    }

    private boolean othersBring() {
        return 3 * arrivals.fromPeers() >= picker.heldCount();
    }

    boolean isHeld(int piece) {
        return picker.isHeld(piece);
    }

    /** Whether such a block exists and may be asked for; all come off the wire. */
    boolean isBlock(int piece, int offset, int length, int mostBytes) {
        return layout.contains(piece)
                && offset >= 0
                && length > 0
                && length <= mostBytes
                && (long) offset + length <= layout.lengthOf(piece);
    }

    void wasted(PeerSession from, int bytes) {
        figures.received(from.distance(), bytes, 0);
    }

    Place place() {
        return config.place();
    }

    /** Whether a peer in that zone, which is another than ours, has the piece. */
    boolean isInZone(Place zone, int piece) {
        return place().to(zone) == Place.Distance.OTHER_ZONE
                && neighbours.stream().anyMatch(session -> session.state().has().get(piece) && session.isInZone(zone));
    }

    /** A number that all who know a peer have of it: of its id, what is random. */
    static long key(PeerId id) {
        return ByteBuffer.wrap(id.bytes()).getLong(PeerId.BYTES - Long.BYTES);
    }

    /**
     * Takes over a socket whose handshakes are done, if there is room for it.
     *
     * @param roundTripNanos of the path, if it is known, else negative
     * @return whether it was taken
     */
    boolean joined(
            SocketChannel channel,
            InetSocketAddress remote,
            MessageCodec.Greeting greeting,
            Neighbour.Dialling dialling,
            long roundTripNanos)
            throws IOException {
        if (stopped || !neighbours.admit(greeting.peerId(), dialling)) {
            return false;
        }
        int maxMessage = Math.max(1 << 17, WireBits.length(layout.pieceCount()) + 1);
        PeerSession session = new PeerSession(
                this,
                codec,
                greeting,
                dialling,
                made -> new Connection(
                        channel,
                        remote,
                        shared,
                        made,
                        new FrameParser(made, maxMessage),
                        new Outbox(new MessageCodec(), this, shared.upload(), true)));
        neighbours.joined(session);
        figures.peers(neighbours.count());
        schedule.joined(session.state());
        if (roundTripNanos >= 0) {
            session.state().roundTrip(roundTripNanos);
        }
        session.introduce(picker.held(), layout.pieceCount());
        session.connection().start();
        return true;
    }

    /** A session ended. */
    void left(PeerSession session, Throwable reason) {
        if (reason instanceof RuntimeException && !(reason instanceof PeerFault)) {
            LOG.warn("peer {} is disconnected after an unexpected error", session, reason);
        } else {
            LOG.debug("peer {} left: {}", session, reason.toString());
        }
        if (neighbours.left(session)) {
            figures.peers(neighbours.count());
            slots.ended(session);
            schedule.left(session.state());
            superSeeding().ifPresent(seeding -> seeding.left(session));
        }
    }

    void onHave(PeerSession session, int piece) {
        if (!layout.contains(piece)) {
            throw new PeerFault(Kind.FAILED, "has piece " + piece + " of " + layout.pieceCount());
        }
        schedule.has(session.state(), piece);
        superSeeding().ifPresent(seeding -> seeding.has(session, piece));
        closeIfPointless(session);
    }

    /** Not only the first message: aria2 sends one in place of many haves. */
    void onBitfield(PeerSession session, byte[] bits) {
        onHave(session, WireBits.decode(bits, layout.pieceCount()));
    }

    void onHaveAll(PeerSession session) {
        BitSet all = new BitSet();
        all.set(0, layout.pieceCount());
        onHave(session, all);
    }

    private void onHave(PeerSession session, BitSet pieces) {
        schedule.has(session.state(), pieces);
        superSeeding().ifPresent(seeding -> pieces.stream().forEach(piece -> seeding.has(session, piece)));
        closeIfPointless(session);
    }

    void onClaim(PeerSession session, ClaimMessage claim) {
        if (!layout.contains(claim.piece())) {
            throw new PeerFault(Kind.FAILED, "claims piece " + claim.piece() + " of " + layout.pieceCount());
        }
        schedule.claimed(session.state(), claim.piece(), claim.claimed());
    }

    void onSuggest(PeerSession session, int piece) {
        if (!layout.contains(piece)) {
            throw new PeerFault(Kind.FAILED, "suggests piece " + piece + " of " + layout.pieceCount());
        }
        schedule.suggested(session.state(), piece);
    }

    private void closeIfPointless(PeerSession session) {
        if (picker.isComplete() && session.hasAll(layout.pieceCount())) {
            neighbours.closePointless(session);
        }
    }

    void onBlockBytes(PeerSession session, BlockRequest request, SharedBuffer buffer, int from, int length) {
        boolean current = request.isCurrent();
        if (current) {
            arrivals.deliver(request, buffer, from, length);
        }
        int before = request.bytesInUnits();
        int fresh = schedule.received(session.state(), request, length);
        // In whole units, as what is fresh: of a unit that still arrives nobody knows yet whether it came in vain.
        figures.received(session.distance(), request.bytesInUnits() - before, fresh);
        if (current && fresh > 0 && request.piece().hasArrived()) {
            arrivals.completed(request.piece());
        }
    }

    /** What becomes of pieces that peers sent. */
    private final class Arrived implements PieceArrivals.Outcome {
        @Override
        public void refused(PieceProgress piece) {
            List<PeerSession> sources = neighbours.stream()
                    .filter(session -> piece.sources().contains(session.state()))
                    .toList();
            LOG.warn("piece {} does not match its hash; it came from {}", piece.index(), sources);
            schedule.refused(piece);
            for (PeerSession source : sources) {
                if (source.state().badPieces() >= MAX_BAD_PIECES) {
                    source.connection().close("too many bad pieces");
                }
            }
        }

        @Override
        public void storeFailed(TorrentFault fault) {
            fail(fault);
        }
    }

    // What the store says, on the thread that changed it.

    @Override
    public void held(int piece) {
        loop().execute(() -> becameHeld(piece));
    }

    @Override
    public void dropped(int piece) {
        loop().execute(() -> becameDropped(piece));
    }

    private void becameHeld(int piece) {
        if (stopped || picker.isHeld(piece)) {
            return;
        }
        schedule.held(piece);
        bringing |= !arrivals.isFromPeers(piece);
        updateSuperSeeding();
        leftBytes = picker.leftBytes();
        for (PeerSession session : neighbours.all()) {
            // One of ours that has it may have sent it, and counts how many do.
            if (!session.state().has().get(piece) || session.isOurs()) {
                session.tellHave(piece);
            }
            closeIfPointless(session);
        }
        superSeeding().ifPresent(seeding -> seeding.offer(piece));
        arrivals.held(piece);
    }

    private void becameDropped(int piece) {
        if (!stopped) {
            neighbours.stream().forEach(session -> session.withdraw(piece));
            schedule.dropped(piece);
            arrivals.dropped(piece);
            superSeeding().ifPresent(seeding -> seeding.withdraw(piece));
            updateSuperSeeding();
            leftBytes = picker.leftBytes();
            addresses.wake();
            announces.wanting();
        }
    }

    // What its blocks are sent from, on a worker.

    @Override
    public void read(int piece, int offset, ByteBuffer into) {
        storage.read(layout.offsetOf(piece) + offset, into);
    }

    @Override
    public int transferTo(int piece, int offset, int bytes, WritableByteChannel target) throws IOException {
        return storage.transferTo(layout.offsetOf(piece) + offset, bytes, target);
    }

    @Override
    public void sent(int payloadBytes) {
        figures.uploaded(payloadBytes);
    }

    // Time passes.

    private void tick() {
        if (stopped) {
            return;
        }
        long now = now();
        if (now - tickedNanos > HELD_UP.toNanos()) {
            awakeNanos = now;
        }
        tickedNanos = now;
        for (PeerSession session : neighbours.all()) {
            String dead = session.tick(now, awakeNanos);
            if (dead != null) {
                session.connection().close(dead);
            }
        }
        List<PeerState> stuck = schedule.tick();
        for (PeerSession session : neighbours.all()) {
            if (stuck.contains(session.state())) {
                session.connection().close("sends nothing of what it owes");
            }
        }
        slots.tick();
        superSeeding().ifPresent(seeding -> {
            neighbours.stream().filter(PeerSession::takesFromOurs).forEach(seeding::joined);
            seeding.tick();
        });
        if (now - checkpointNanos > CHECKPOINT.toNanos()) {
            checkpointNanos = now;
            arrivals.checkpoint(picker.active());
        }
        if (neighbours.searches(!picker.isComplete())) {
            announces.hurry();
        }
        neighbours.replaceUseless();
        dial();
        Duration pause = neighbours.isEmpty() && picker.isComplete() ? IDLE_TICK : TICK;
        loop().schedule(pause.toNanos(), this::tick);
    }

    private void dial() {
        if (!stopped) {
            neighbours.dial(!picker.isComplete(), address -> host.dial(this, address));
        }
    }

    @Override
    public void addressesCame() {
        loop().execute(this::dial);
    }

    /** The store broke: nothing more is fetched or served. */
    void fail(TorrentFault fault) {
        if (!stopped && failure.completeExceptionally(fault)) {
            LOG.warn("the swarm of {} stops: {}", storage.id(), fault.getMessage());
            stop();
            arrivals.abandon();
        }
    }

    private void stop() {
        stopped = true;
        schedule.stop();
        neighbours.all().forEach(session -> session.connection().close("the swarm stops"));
    }

    /** Whether connections to this infohash should come here rather than to the other swarm. */
    static WireSwarm better(WireSwarm one, @Nullable WireSwarm other) {
        return other == null || one.leftBytes <= other.leftBytes ? one : other;
    }

    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        host.closed(this);
        subscription.close();
        announces.close();
        loop().runAndWait(
                        () -> {
                            stop();
                            arrivals.checkpoint(picker.active());
                        },
                        PATIENCE);
        try {
            if (!shared.busy().await(PATIENCE)) {
                LOG.warn("the disk of {} takes long", storage.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop().runAndWait(arrivals::abandon, PATIENCE);
    }
}
