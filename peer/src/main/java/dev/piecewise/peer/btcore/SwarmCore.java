package dev.piecewise.peer.btcore;

import bt.net.PeerId;
import bt.protocol.Bitfield;
import bt.protocol.Cancel;
import bt.protocol.Have;
import bt.protocol.Interested;
import bt.protocol.NotInterested;
import bt.protocol.Request;
import bt.protocol.Unchoke;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What peers of one torrent say to each other (BEP 3). One lock guards the picker and what is known of peers; bytes are
 * read, written and hashed without it. A block goes to the store as it arrives; a full piece is hashed, compared, marked in
 * the store, and only the store's word makes a {@code have}.
 *
 * <p>Everyone who is interested is unchoked: a cluster's nodes are no strangers.
 */
final class SwarmCore implements StoredArtifact.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(SwarmCore.class);
    /** A block asked for so long ago is asked of someone else too. */
    private static final Duration LATE = Duration.ofSeconds(2);
    /** A peer that owes blocks and sent none for so long gives them back. */
    private static final Duration SNUB = Duration.ofSeconds(15);
    /** ... and for so long is disconnected, to start afresh. */
    private static final Duration STUCK = Duration.ofSeconds(45);

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);
    private static final Duration DEAD = Duration.ofMinutes(4);
    private static final int MAX_BAD_PIECES = 5;

    private final SwarmSpec spec;
    private final StoredArtifact storage;
    private final PieceLayout layout;
    private final EngineConfig config;
    private final int port;
    private final PeerId localId;
    private final LongSupplier nanoTime;
    private final PiecePicker picker;
    private final List<PeerSession> sessions = new ArrayList<>();
    private final StoredArtifact.Subscription subscription;
    private final CompletableFuture<Void> failure = new CompletableFuture<>();
    private final AtomicLong downloaded = new AtomicLong();
    private final AtomicLong uploaded = new AtomicLong();
    private final AtomicInteger piecesFromPeers = new AtomicInteger();
    private final AtomicInteger piecesRefused = new AtomicInteger();
    private boolean closed;

    SwarmCore(
            SwarmSpec spec,
            EngineConfig config,
            int port,
            PeerId localId,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.spec = spec;
        this.storage = spec.storage();
        this.layout = storage.content().layout();
        this.config = config;
        this.port = port;
        this.localId = localId;
        this.nanoTime = nanoTime;
        synchronized (this) {
            // Changes wait for the lock, so none between the two lines is lost.
            this.subscription = storage.subscribe(this);
            this.picker = new PiecePicker(layout, storage.held(), random);
        }
    }

    int port() {
        return port;
    }

    CompletionStage<Void> failure() {
        return failure.minimalCompletionStage();
    }

    synchronized Swarm.Stats stats() {
        return new Swarm.Stats(
                sessions.size(), downloaded.get(), uploaded.get(), piecesFromPeers.get(), piecesRefused.get());
    }

    synchronized boolean isComplete() {
        return picker.isComplete();
    }

    synchronized boolean isRunning() {
        return !closed && !failure.isDone();
    }

    /** Payload still wanted. */
    synchronized long leftBytes() {
        BitSet held = picker.held();
        long left = layout.totalBytes();
        for (int piece = held.nextSetBit(0); piece >= 0; piece = held.nextSetBit(piece + 1)) {
            left -= layout.lengthOf(piece);
        }
        return left;
    }

    synchronized boolean isConnectedTo(PeerId id) {
        return localId.equals(id)
                || sessions.stream()
                        .anyMatch(session -> id.equals(session.connection().remoteId()));
    }

    /** Takes over a connection whose handshake is done. Of two to the same peer the one that the smaller id made stays. */
    void joined(WireConnection connection) {
        PeerId id = connection.remoteId();
        if (id == null || localId.equals(id)) {
            connection.closeQuietly();
            return;
        }
        PeerSession session = new PeerSession(this, connection, nanoTime);
        Optional<PeerSession> twin;
        synchronized (this) {
            twin = sessions.stream()
                    .filter(other -> id.equals(other.connection().remoteId()))
                    .findFirst();
            boolean oursWins = Arrays.compareUnsigned(localId.getBytes(), id.getBytes()) < 0;
            boolean twinStays = twin.isPresent()
                    && twin.get().connection().isOutgoing() != connection.isOutgoing()
                    && twin.get().connection().isOutgoing() == oursWins;
            if (closed || twinStays || failure.isDone() || sessions.size() >= config.maxPeers()) {
                connection.closeQuietly();
                return;
            }
            twin.ifPresent(this::forget);
            sessions.add(session);
            if (picker.heldCount() > 0) {
                session.send(new Bitfield(bits(picker.held())));
            }
        }
        twin.ifPresent(PeerSession::close);
        session.start();
    }

    private byte[] bits(BitSet pieces) {
        byte[] bits = new byte[(layout.pieceCount() + 7) / 8];
        pieces.stream().forEach(piece -> bits[piece / 8] |= (byte) (0x80 >>> piece % 8));
        return bits;
    }

    /** A session ended; may be called more than once. */
    void left(PeerSession session) {
        session.close();
        synchronized (this) {
            if (forget(session)) {
                fillAll();
            }
        }
    }

    private boolean forget(PeerSession session) {
        if (!sessions.remove(session)) {
            return false;
        }
        session.gone = true;
        picker.copiesRemoved(session.has());
        releaseAll(session);
        List<PieceDownload> freed = new ArrayList<>();
        picker.active().forEach(piece -> {
            if (piece.only == session) {
                piece.only = null;
            }
            if (piece.arrived.isEmpty() && piece.requested.isEmpty()) {
                freed.add(piece);
            }
        });
        freed.forEach(picker::abandon);
        return true;
    }

    private void releaseAll(PeerSession session) {
        List<Long> keys = List.copyOf(session.outstanding().keySet());
        session.outstanding().clear();
        for (long key : keys) {
            boolean askedElsewhere =
                    sessions.stream().anyMatch(other -> other.outstanding().containsKey(key));
            if (!askedElsewhere) {
                picker.release(key);
            }
        }
        session.working().clear();
    }

    // What peers say, each on its session's reading thread.

    /** Not only the first message: aria2 sends one in place of many haves. */
    synchronized void onBitfield(PeerSession session, byte[] bits) throws IOException {
        if (bits.length != (layout.pieceCount() + 7) / 8) {
            throw new IOException("an unexpected bitfield of " + bits.length + " bytes");
        }
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            boolean has = (bits[piece / 8] & 0x80 >>> piece % 8) != 0;
            if (has && !session.has().get(piece)) {
                session.has().set(piece);
                picker.copyAdded(piece);
            }
        }
        updateInterest(session);
        fill(session);
        closeIfPointless(session);
    }

    synchronized void onHave(PeerSession session, int piece) throws IOException {
        if (!layout.contains(piece)) {
            throw new IOException("has piece " + piece + " of " + layout.pieceCount());
        }
        if (!session.has().get(piece)) {
            session.has().set(piece);
            picker.copyAdded(piece);
            if (!picker.isHeld(piece)) {
                updateInterest(session);
                fill(session);
            } else {
                closeIfPointless(session);
            }
        }
    }

    synchronized void onChoke(PeerSession session) {
        session.choked = true;
        releaseAll(session);
        fillAll();
    }

    synchronized void onUnchoke(PeerSession session) {
        session.choked = false;
        session.lastBlockNanos = nanoTime.getAsLong();
        fill(session);
    }

    /** Whoever wants something is unchoked once and for all: choking again would only cost a round trip later. */
    synchronized void onInterest(PeerSession session) {
        if (!session.unchoked) {
            session.unchoked = true;
            session.send(Unchoke.instance());
        }
    }

    /** Two seeds have nothing to say to each other. */
    private void closeIfPointless(PeerSession session) {
        if (picker.isComplete() && session.has().cardinality() == layout.pieceCount()) {
            session.close();
        }
    }

    boolean isBlock(int piece, int offset, int length) {
        return layout.contains(piece)
                && offset >= 0
                && length > 0
                && length <= WireConnection.MAX_BLOCK_BYTES
                && (long) offset + length <= layout.lengthOf(piece);
    }

    synchronized boolean mayServe(PeerSession session, int piece) {
        return session.unchoked && picker.isHeld(piece);
    }

    /** Fills in a block that a peer asked for; false, and the swarm fails, if the disk does. */
    boolean readBlock(int piece, int offset, int length, ByteBuffer into) {
        int limit = into.limit();
        try {
            storage.read(layout.offsetOf(piece) + offset, into.limit(into.position() + length));
            return true;
        } catch (TorrentFault e) {
            fail(e);
            return false;
        } finally {
            into.limit(limit);
        }
    }

    void uploaded(int bytes) {
        uploaded.addAndGet(bytes);
    }

    void onBlock(PeerSession session, Block block) {
        int length = block.data().remaining();
        PieceDownload piece;
        synchronized (this) {
            long key = PiecePicker.Pick.key(block.piece(), block.offset());
            if (session.outstanding().remove(key) == null) {
                return;
            }
            session.lastBlockNanos = nanoTime.getAsLong();
            session.snubbed = false;
            piece = picker.active(block.piece()).orElse(null);
            int index = block.offset() / PieceLength.BLOCK_BYTES;
            if (piece == null || !piece.hasBlock(block.offset(), length) || piece.arrived.get(index)) {
                fill(session);
                return;
            }
            piece.arrived.set(index);
            piece.sources.add(session);
            cancelElsewhere(key, length);
            fill(session);
        }
        downloaded.addAndGet(length);
        ByteBuffer data = block.data().duplicate();
        boolean full;
        try {
            storage.write(layout.offsetOf(block.piece()) + block.offset(), block.data());
            piece.digest(block.offset(), data);
            synchronized (this) {
                piece.written.set(block.offset() / PieceLength.BLOCK_BYTES);
                full = piece.isWritten() && picker.active(block.piece()).orElse(null) == piece;
            }
            if (full) {
                verify(piece);
            }
        } catch (TorrentFault e) {
            fail(e);
        } catch (IllegalStateException e) {
            // Someone else marked the piece as held meanwhile; the store keeps the held bytes.
            LOG.debug("a block of piece {} came too late", block.piece(), e);
        }
    }

    private void cancelElsewhere(long key, int length) {
        for (PeerSession other : sessions) {
            if (other.outstanding().remove(key) != null) {
                other.send(new Cancel((int) (key >>> 32), (int) key, length));
                fill(other);
            }
        }
    }

    /** Compares a full piece with its hash, if that is known; else {@link #tick()} tries again. */
    private void verify(PieceDownload piece) {
        Optional<PieceHash> wanted = spec.hashes().hash(piece.index());
        if (wanted.isEmpty()) {
            return;
        }
        synchronized (this) {
            if (!piece.isWritten() || piece.verifying) {
                return;
            }
            piece.verifying = true;
        }
        long start = layout.offsetOf(piece.index());
        boolean good =
                piece.hash((offset, into) -> storage.read(start + offset, into)).equals(wanted.get());
        if (good) {
            piecesFromPeers.incrementAndGet();
            storage.markHeld(piece.index());
        } else {
            refuse(piece);
        }
    }

    private synchronized void refuse(PieceDownload piece) {
        piecesRefused.incrementAndGet();
        LOG.warn("piece {} does not match its hash; it came from {}", piece.index(), piece.sources);
        if (piece.sources.size() == 1) {
            PeerSession liar = piece.sources.iterator().next();
            liar.distrust(piece.index());
            piece.only = null;
            if (liar.badPieces >= MAX_BAD_PIECES) {
                liar.close();
            }
            updateInterest(liar);
        } else {
            // Fetched again from one peer alone, so that it is known who lies.
            piece.only = piece.sources.stream()
                    .filter(source -> sessions.contains(source) && source.offers(piece.index()))
                    .findAny()
                    .orElse(null);
        }
        piece.restart();
        piece.verifying = false;
        fillAll();
    }

    // What the store says, on the thread that changed it.

    @Override
    public void held(int piece) {
        boolean unverified;
        synchronized (this) {
            if (closed || picker.isHeld(piece)) {
                return;
            }
            Optional<PieceDownload> ended = picker.becameHeld(piece);
            unverified = ended.isPresent()
                    && !ended.get().verifying
                    && !ended.get().arrived.isEmpty();
            ended.ifPresent(this::cancelAll);
            for (PeerSession session : List.copyOf(sessions)) {
                session.send(new Have(piece));
                updateInterest(session);
                closeIfPointless(session);
            }
            fillAll();
        }
        if (unverified) {
            recheck(piece);
        }
    }

    private void cancelAll(PieceDownload piece) {
        for (PeerSession session : sessions) {
            session.working().remove(piece);
            session.outstanding().keySet().removeIf(key -> {
                boolean of = (int) (key >>> 32) == piece.index();
                if (of) {
                    int offset = key.intValue();
                    session.send(
                            new Cancel(piece.index(), offset, piece.blockLength(offset / PieceLength.BLOCK_BYTES)));
                }
                return of;
            });
        }
    }

    /** Peers' unverified blocks were being written while someone else marked the piece as held. */
    private void recheck(int piece) {
        spec.hashes().hash(piece).ifPresent(wanted -> {
            long start = layout.offsetOf(piece);
            PieceHash hash = new PieceDownload(piece, layout.lengthOf(piece))
                    .hash((offset, into) -> storage.read(start + offset, into));
            if (!hash.equals(wanted)) {
                storage.drop(piece);
            }
        });
    }

    @Override
    public synchronized void dropped(int piece) {
        picker.becameDropped(piece);
        sessions.forEach(this::updateInterest);
        fillAll();
    }

    // What we want.

    private void updateInterest(PeerSession session) {
        boolean wanted = picker.isWantedFrom(session.offered());
        if (wanted != session.interested) {
            session.interested = wanted;
            session.send(wanted ? Interested.instance() : NotInterested.instance());
        }
    }

    private void fillAll() {
        sessions.forEach(this::fill);
    }

    private void fill(PeerSession session) {
        if (session.gone || session.choked || session.snubbed || closed || failure.isDone()) {
            return;
        }
        if (session.outstanding().isEmpty()) {
            session.lastBlockNanos = nanoTime.getAsLong();
        }
        while (session.outstanding().size() < config.outstandingRequests()) {
            Optional<PiecePicker.Pick> pick = picker.pick(session);
            if (pick.isEmpty()) {
                return;
            }
            ask(session, pick.get());
        }
    }

    private void ask(PeerSession session, PiecePicker.Pick pick) {
        session.outstanding().put(pick.key(), nanoTime.getAsLong());
        int length = pick.piece().blockLength(pick.block());
        session.send(new Request(pick.piece().index(), pick.block() * PieceLength.BLOCK_BYTES, length));
    }

    /** The watchdog, a few times a second: late hashes, late blocks, silent peers. */
    void tick() {
        List<PieceDownload> full = new ArrayList<>();
        List<PeerSession> dead = new ArrayList<>();
        synchronized (this) {
            long now = nanoTime.getAsLong();
            for (PeerSession session : sessions) {
                session.sendIfSilent(KEEP_ALIVE);
                Duration idle = Duration.ofNanos(now - session.lastBlockNanos);
                boolean owes = !session.outstanding().isEmpty();
                boolean stuck = (session.snubbed || owes) && idle.compareTo(STUCK) > 0;
                if (stuck || session.silence().compareTo(DEAD) > 0) {
                    dead.add(session);
                } else if (owes && idle.compareTo(SNUB) > 0) {
                    session.snubbed = true;
                    releaseAll(session);
                }
                askForLate(session, now);
            }
            fillAll();
            if (sessions.stream().allMatch(session -> session.outstanding().isEmpty())) {
                picker.releaseAll();
                fillAll();
            }
            picker.active().forEach(piece -> {
                if (piece.isWritten() && !piece.verifying) {
                    full.add(piece);
                }
            });
        }
        dead.forEach(PeerSession::close);
        try {
            full.forEach(this::verify);
        } catch (TorrentFault e) {
            fail(e);
        }
    }

    private void askForLate(PeerSession session, long now) {
        if (session.choked || session.snubbed || !session.outstanding().isEmpty() || failure.isDone()) {
            return;
        }
        boolean othersAreLate = sessions.stream()
                .flatMap(other -> other.outstanding().values().stream())
                .anyMatch(asked -> now - asked > LATE.toNanos());
        while (othersAreLate && session.outstanding().size() < config.outstandingRequests()) {
            Optional<PiecePicker.Pick> pick = picker.pickLate(session);
            if (pick.isEmpty()) {
                return;
            }
            ask(session, pick.get());
        }
    }

    private void fail(TorrentFault fault) {
        if (failure.completeExceptionally(fault)) {
            LOG.warn("the swarm of {} stops: {}", storage.id(), fault.getMessage());
            synchronized (this) {
                sessions.forEach(PeerSession::close);
            }
        }
    }

    /** Leaves: no peer is connected and no thread runs afterwards, or the time is over. */
    void close(Duration timeout) {
        List<PeerSession> leaving;
        synchronized (this) {
            closed = true;
            leaving = List.copyOf(sessions);
        }
        subscription.close();
        leaving.forEach(PeerSession::close);
        long deadline = nanoTime.getAsLong() + timeout.toNanos();
        try {
            for (PeerSession session : leaving) {
                session.join(Duration.ofNanos(Math.max(1, deadline - nanoTime.getAsLong())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
