package dev.piecewise.peer.btcore;

import bt.net.PeerId;
import bt.protocol.Bitfield;
import bt.protocol.Have;
import bt.protocol.Unchoke;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final int MAX_BAD_PIECES = 5;

    private final SwarmSpec spec;
    private final StoredArtifact storage;
    private final PieceLayout layout;
    private final EngineConfig config;
    private final int port;
    private final PeerId localId;
    private final LongSupplier nanoTime;
    private final PiecePicker picker;
    private final BlockRequests requests;
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
            this.requests = new BlockRequests(picker, sessions, config.outstandingRequests(), nanoTime);
        }
    }

    int port() {
        return port;
    }

    /** The info dictionary, if it is known. */
    Optional<EncodedInfo> metadata() {
        return spec.metadata();
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
        return picker.leftBytes();
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
            session.greet();
            if (picker.heldCount() > 0) {
                session.send(new Bitfield(WireBits.encode(picker.held(), layout.pieceCount())));
            }
        }
        twin.ifPresent(PeerSession::close);
        session.start();
    }

    /** A session ended; may be called more than once. */
    void left(PeerSession session) {
        session.close();
        synchronized (this) {
            if (forget(session)) {
                requests.fillAll();
            }
        }
    }

    private boolean forget(PeerSession session) {
        if (!sessions.remove(session)) {
            return false;
        }
        session.gone = true;
        requests.release(session);
        picker.left(session);
        return true;
    }

    // What peers say, each on its session's reading thread.

    /** Not only the first message: aria2 sends one in place of many haves. */
    synchronized void onBitfield(PeerSession session, byte[] bits) throws IOException {
        WireBits.decode(bits, layout.pieceCount()).stream()
                .filter(piece -> !session.has().get(piece))
                .forEach(piece -> {
                    session.has().set(piece);
                    picker.copyAdded(piece);
                });
        requests.updateInterest(session);
        requests.fill(session);
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
                requests.updateInterest(session);
                requests.fill(session);
            } else {
                closeIfPointless(session);
            }
        }
    }

    synchronized void onChoke(PeerSession session) {
        session.choked = true;
        requests.release(session);
        requests.fillAll();
    }

    synchronized void onUnchoke(PeerSession session) {
        session.choked = false;
        session.lastBlockNanos = nanoTime.getAsLong();
        requests.fill(session);
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
                requests.fill(session);
                return;
            }
            piece.arrived.set(index);
            piece.sources.add(session);
            requests.cancel(key, length);
            requests.fill(session);
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
            requests.updateInterest(liar);
        } else {
            // Fetched again from one peer alone, so that it is known who lies.
            piece.only = piece.sources.stream()
                    .filter(source -> sessions.contains(source) && source.offers(piece.index()))
                    .findAny()
                    .orElse(null);
        }
        piece.restart();
        piece.verifying = false;
        requests.fillAll();
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
            ended.ifPresent(requests::cancelAll);
            for (PeerSession session : List.copyOf(sessions)) {
                session.send(new Have(piece));
                requests.updateInterest(session);
                closeIfPointless(session);
            }
            requests.fillAll();
        }
        if (unverified) {
            recheck(piece);
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
        sessions.forEach(requests::updateInterest);
        requests.fillAll();
    }

    /** A few times a second: silent peers, late blocks, late hashes. */
    void tick() {
        List<PieceDownload> full;
        List<PeerSession> dead;
        synchronized (this) {
            dead = requests.tick();
            full = picker.unverified();
        }
        dead.forEach(PeerSession::close);
        try {
            full.forEach(this::verify);
        } catch (TorrentFault e) {
            fail(e);
        }
    }

    private void fail(TorrentFault fault) {
        if (failure.completeExceptionally(fault)) {
            LOG.warn("the swarm of {} stops: {}", storage.id(), fault.getMessage());
            synchronized (this) {
                requests.stop();
                sessions.forEach(PeerSession::close);
            }
        }
    }

    /** Leaves: no peer is connected and no thread runs afterwards, or the time is over. */
    void close(Duration timeout) {
        List<PeerSession> leaving;
        synchronized (this) {
            closed = true;
            requests.stop();
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
