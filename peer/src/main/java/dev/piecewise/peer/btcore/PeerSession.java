package dev.piecewise.peer.btcore;

import bt.protocol.Bitfield;
import bt.protocol.Cancel;
import bt.protocol.Choke;
import bt.protocol.Have;
import bt.protocol.Interested;
import bt.protocol.KeepAlive;
import bt.protocol.Message;
import bt.protocol.NotInterested;
import bt.protocol.Piece;
import bt.protocol.Request;
import bt.protocol.Unchoke;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.peer.extension.ExtensionSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer of a swarm: a reading and a writing thread, and what is known of the peer. That knowledge is guarded by the
 * swarm's lock; the outbox has its own, taken last.
 */
final class PeerSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerSession.class);
    /** A peer that asks for more at once is not waiting for answers. */
    private static final int MAX_QUEUED_REQUESTS = 8192;

    /** Told to the peer, as {@code reqq}. */
    private static final int OFFERED_QUEUE = 2048;

    private final SwarmCore swarm;
    private final WireConnection connection;
    private final LongSupplier nanoTime;
    /** Used by the reading thread only. */
    private final ExtensionSession extensions;

    private final Thread reader;
    private final Thread writer;

    // Guarded by the swarm's lock.
    private final BitSet has = new BitSet();
    private final BitSet distrusted = new BitSet();
    private final Map<Long, Long> outstanding = new LinkedHashMap<>();
    private final Set<PieceDownload> working = new LinkedHashSet<>();
    boolean choked = true;
    boolean interested;
    boolean unchoked;
    /** No longer in the swarm, though its threads may still end. */
    boolean gone;

    boolean snubbed;
    int badPieces;
    long lastBlockNanos;

    private final Object outbox = new Object();
    private final Deque<Message> control = new ArrayDeque<>();
    private final Deque<Request> requests = new ArrayDeque<>();
    private boolean closed;
    private volatile long lastReadNanos;
    private volatile long lastWriteNanos;

    PeerSession(SwarmCore swarm, WireConnection connection, LongSupplier nanoTime) {
        this.swarm = swarm;
        this.connection = connection;
        this.nanoTime = nanoTime;
        this.extensions = ExtensionSession.serving(swarm.port(), OFFERED_QUEUE, OptionalInt.empty(), swarm.metadata());
        this.lastReadNanos = nanoTime.getAsLong();
        this.lastWriteNanos = lastReadNanos;
        this.lastBlockNanos = lastReadNanos;
        String name = "piecewise-peer-" + swarm.port() + "-" + connection;
        this.reader = new Thread(this::readAll, name + "-in");
        this.writer = new Thread(this::writeAll, name + "-out");
        reader.setDaemon(true);
        writer.setDaemon(true);
    }

    /** Queues what comes first: to those who understand it, the extension handshake. */
    void greet() {
        if (connection.speaksExtensions()) {
            send(new Extended.Outgoing(extensions.handshake()));
        }
    }

    void start() {
        reader.start();
        writer.start();
    }

    WireConnection connection() {
        return connection;
    }

    /** Pieces the peer has, as far as it told. */
    BitSet has() {
        return has;
    }

    /** Pieces to ask it for, a copy. */
    BitSet offered() {
        BitSet offered = (BitSet) has.clone();
        offered.andNot(distrusted);
        return offered;
    }

    boolean offers(int piece) {
        return has.get(piece) && !distrusted.get(piece);
    }

    /** Never again asks this connection for a piece that it spoilt. */
    void distrust(int piece) {
        distrusted.set(piece);
        badPieces++;
    }

    /** Blocks it was asked for, and when. */
    Map<Long, Long> outstanding() {
        return outstanding;
    }

    /** Pieces it was asked for blocks of. */
    Set<PieceDownload> working() {
        return working;
    }

    Duration silence() {
        return Duration.ofNanos(nanoTime.getAsLong() - lastReadNanos);
    }

    private void readAll() {
        try {
            while (true) {
                Message message = connection.read();
                lastReadNanos = nanoTime.getAsLong();
                handle(message);
            }
        } catch (IOException e) {
            LOG.debug("peer {} left: {}", connection, e.toString());
        } catch (RuntimeException e) {
            LOG.warn("peer {} is disconnected after an unexpected error", connection, e);
        } finally {
            swarm.left(this);
        }
    }

    private void handle(Message message) throws IOException {
        if (message instanceof Block block) {
            swarm.onBlock(this, block);
        } else if (message instanceof Request request) {
            onRequest(request);
        } else if (message instanceof Have have) {
            swarm.onHave(this, have.getPieceIndex());
        } else if (message instanceof Bitfield bitfield) {
            swarm.onBitfield(this, bitfield.getBitfield());
        } else if (message instanceof Choke) {
            swarm.onChoke(this);
        } else if (message instanceof Unchoke) {
            swarm.onUnchoke(this);
        } else if (message instanceof Interested) {
            swarm.onInterest(this);
        } else if (message instanceof Cancel cancel) {
            onCancel(cancel);
        } else if (message instanceof Extended.Incoming extended) {
            onExtended(extended);
        } else if (!(message instanceof KeepAlive || message instanceof NotInterested)) {
            throw new IOException("an unexpected " + message);
        }
    }

    private void onExtended(Extended.Incoming message) throws IOException {
        if (connection.speaksExtensions()) {
            try {
                extensions
                        .receive(message.id(), message.payload())
                        .forEach(answer -> send(new Extended.Outgoing(answer)));
            } catch (PeerFault e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    private void onRequest(Request request) throws IOException {
        if (!swarm.isBlock(request.getPieceIndex(), request.getOffset(), request.getLength())) {
            throw new IOException("asks for " + request);
        }
        synchronized (outbox) {
            if (requests.size() >= MAX_QUEUED_REQUESTS) {
                throw new IOException("asks for more than " + MAX_QUEUED_REQUESTS + " blocks at once");
            }
            requests.add(request);
            outbox.notifyAll();
        }
    }

    private void onCancel(Cancel cancel) {
        synchronized (outbox) {
            requests.removeIf(request -> request.getPieceIndex() == cancel.getPieceIndex()
                    && request.getOffset() == cancel.getOffset()
                    && request.getLength() == cancel.getLength());
        }
    }

    /** Queues a message; never blocks. */
    void send(Message message) {
        synchronized (outbox) {
            control.add(message);
            outbox.notifyAll();
        }
    }

    /** Keeps the connection alive if nothing was sent for so long. */
    void sendIfSilent(Duration silence) {
        if (nanoTime.getAsLong() - lastWriteNanos > silence.toNanos()) {
            send(KeepAlive.instance());
        }
    }

    private void writeAll() {
        try {
            while (true) {
                Message message = next();
                if (message == null) {
                    return;
                }
                if (message instanceof Piece piece) {
                    connection.send(piece, piece.getLength());
                    swarm.uploaded(piece.getLength());
                } else if (message instanceof Bitfield bitfield) {
                    connection.send(bitfield, bitfield.getBitfield().length);
                } else if (message instanceof Extended.Outgoing extended) {
                    connection.send(extended, extended.message().payloadBytes());
                } else {
                    connection.send(message, 0);
                }
                lastWriteNanos = nanoTime.getAsLong();
            }
        } catch (IOException e) {
            LOG.debug("peer {} left: {}", connection, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            swarm.left(this);
        }
    }

    /** What to send next; flushes before it waits; null at the end. */
    private @Nullable Message next() throws IOException, InterruptedException {
        boolean flushed = false;
        while (true) {
            Request request;
            synchronized (outbox) {
                while (flushed && !closed && control.isEmpty() && requests.isEmpty()) {
                    outbox.wait();
                }
                if (closed) {
                    return null;
                }
                if (!control.isEmpty()) {
                    return control.poll();
                }
                request = requests.poll();
            }
            if (request == null) {
                connection.flush();
                flushed = true;
            } else if (swarm.mayServe(this, request.getPieceIndex())) {
                Request wanted = request;
                return new Piece(
                        wanted.getPieceIndex(),
                        wanted.getOffset(),
                        wanted.getLength(),
                        buffer -> swarm.readBlock(
                                wanted.getPieceIndex(), wanted.getOffset(), wanted.getLength(), buffer));
            }
        }
    }

    /** Whether this is one of the session's own threads. */
    private boolean isOwn(Thread thread) {
        return thread == reader || thread == writer;
    }

    /** Ends both threads soon; does not wait. */
    @Override
    public void close() {
        connection.closeQuietly();
        synchronized (outbox) {
            closed = true;
            requests.clear();
            outbox.notifyAll();
        }
    }

    /** Waits for both threads after {@link #close()}. */
    void join(Duration timeout) throws InterruptedException {
        if (!isOwn(Thread.currentThread())) {
            long deadline = nanoTime.getAsLong() + timeout.toNanos();
            for (Thread thread : new Thread[] {reader, writer}) {
                long leftMillis = (deadline - nanoTime.getAsLong()) / 1_000_000;
                thread.join(Math.max(1, leftMillis));
            }
        }
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
