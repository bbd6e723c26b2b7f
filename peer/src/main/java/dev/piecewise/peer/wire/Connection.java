package dev.piecewise.peer.wire;

import bt.protocol.Message;
import dev.piecewise.core.fault.TorrentFault;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One peer's socket after the handshake: receives into shared buffers, pauses while there are none, sends what its outbox
 * holds. Of its network thread, but for what {@link Outbox} allows others.
 */
final class Connection implements NetworkLoop.Handler {
    /** What happens above the socket. */
    interface Session extends FrameParser.Sink {
        /** Whether bytes that come may have to be kept. */
        boolean expectsBlocks();

        /** The connection is over; told once. */
        void ended(Throwable reason);

        /** The store broke while a block was read. */
        void storeFailed(TorrentFault fault);
    }

    /**
     * What connections of one swarm share.
     *
     * @param account for received bytes that wait
     * @param busy counts tasks that use the store
     */
    record Shared(
            NetworkLoop loop,
            ReceiveBuffers buffers,
            Lane workers,
            BufferPool.Account account,
            RateLimit download,
            RateLimit upload,
            InFlight busy,
            LongSupplier nanoTime) {}

    private static final int MOST_RECEIVED_BYTES = BufferPool.BUFFER_BYTES;

    private final SharedSocket socket;
    private final InetSocketAddress remote;
    private final Shared shared;
    private final Session session;
    private final FrameParser parser;
    private final Outbox outbox;
    private @Nullable SelectionKey key;
    private boolean pumping;
    private boolean paused;
    private boolean over;
    private long receivedNanos;
    private long sentNanos;

    Connection(
            SocketChannel channel,
            InetSocketAddress remote,
            Shared shared,
            Session session,
            FrameParser parser,
            Outbox outbox) {
        this.socket = new SharedSocket(channel);
        this.remote = remote;
        this.shared = shared;
        this.session = session;
        this.parser = parser;
        this.outbox = outbox;
        this.receivedNanos = shared.nanoTime.getAsLong();
        this.sentNanos = receivedNanos;
    }

    void start() throws IOException {
        key = shared.loop.register(socket.channel(), SelectionKey.OP_READ, this);
        pumpSoon();
    }

    Outbox outbox() {
        return outbox;
    }

    /** Whether we do not listen to the peer for now. */
    boolean isPaused() {
        return paused;
    }

    boolean isOver() {
        return over;
    }

    /** When something was received last. */
    long receivedNanos() {
        return receivedNanos;
    }

    /** When a message was last given to be sent. */
    long sentNanos() {
        return sentNanos;
    }

    void send(Message message) {
        sentNanos = shared.nanoTime.getAsLong();
        outbox.add(message);
        pumpSoon();
    }

    @Override
    public void ready(int operations) throws IOException {
        if ((operations & SelectionKey.OP_WRITE) != 0) {
            interest(SelectionKey.OP_WRITE, false);
            outbox.end();
            pump();
        }
        if ((operations & SelectionKey.OP_READ) != 0) {
            receive();
        }
    }

    private void interest(int operation, boolean wanted) {
        SelectionKey mine = key;
        if (mine != null && mine.isValid()) {
            mine.interestOps(wanted ? mine.interestOps() | operation : mine.interestOps() & ~operation);
        }
    }

    private void receive() throws IOException {
        if (!session.expectsBlocks() && !parser.isInBlock()) {
            ByteBuffer scratch = shared.buffers.scratch();
            int received = socket.channel().read(scratch);
            accept(null, scratch, 0, received);
            return;
        }
        int allowed = shared.download.available();
        if (allowed == 0) {
            pause();
            shared.loop.schedule(shared.download.waitNanos(), this::resume);
            return;
        }
        SharedBuffer buffer = shared.buffers.take(shared.account);
        if (buffer == null) {
            pause();
            shared.buffers.whenFreed(this::resume);
            return;
        }
        ByteBuffer bytes = buffer.bytes();
        int from = bytes.position();
        bytes.limit((int) Math.min(bytes.capacity(), (long) from + Math.min(allowed, MOST_RECEIVED_BYTES)));
        int received = socket.channel().read(bytes);
        bytes.limit(bytes.capacity());
        shared.download.take(Math.max(0, received));
        shared.loop.received(Math.max(0, received));
        accept(buffer, bytes, from, received);
    }

    private void accept(@Nullable SharedBuffer buffer, ByteBuffer bytes, int from, int received) throws IOException {
        if (received < 0) {
            throw new EOFException("the peer closed the connection");
        }
        receivedNanos = shared.nanoTime.getAsLong();
        parser.accept(buffer, bytes, from, from + received);
    }

    private void pause() {
        paused = true;
        interest(SelectionKey.OP_READ, false);
    }

    private void resume() {
        paused = false;
        interest(SelectionKey.OP_READ, true);
    }

    /** Sends what was added, before this thread waits the next time. */
    void pumpSoon() {
        if (!pumping) {
            pumping = true;
            shared.loop.beforeWaiting(() -> {
                pumping = false;
                pump();
            });
        }
    }

    private void pump() {
        if (over || !outbox.begin()) {
            return;
        }
        if (outbox.hasBlocks()) {
            sendByWorker();
        } else {
            send(shared.buffers.scratch());
        }
    }

    private void sendByWorker() {
        shared.busy.enter();
        shared.workers.execute(bench -> {
            try {
                send(bench.staging());
            } finally {
                shared.busy.leave();
            }
        });
    }

    private void send(ByteBuffer staging) {
        try {
            Outbox.Turn turn = sendTurn(staging);
            if (turn == Outbox.Turn.OTHERS_FIRST && !shared.loop.isInside()) {
                sendByWorker();
            } else if (turn != Outbox.Turn.EMPTY) {
                inside(() -> sendLater(turn));
            }
        } catch (TorrentFault e) {
            inside(() -> session.storeFailed(e));
        } catch (IOException | RuntimeException e) {
            inside(() -> failed(e));
        }
    }

    private Outbox.Turn sendTurn(ByteBuffer staging) throws IOException {
        if (!socket.enter()) {
            return Outbox.Turn.EMPTY; // nothing will be sent any more
        }
        try {
            return outbox.send(socket.channel(), staging);
        } finally {
            socket.leave();
        }
    }

    private void inside(Runnable task) {
        if (shared.loop.isInside()) {
            task.run();
        } else {
            shared.loop.execute(task);
        }
    }

    private void sendLater(Outbox.Turn turn) {
        if (turn == Outbox.Turn.SOCKET_FULL) {
            interest(SelectionKey.OP_WRITE, true);
        } else {
            long wait = turn == Outbox.Turn.LIMITED ? shared.upload.waitNanos() : 0;
            shared.loop.schedule(wait, () -> {
                outbox.end();
                pump();
            });
        }
    }

    @Override
    public void failed(Throwable reason) {
        if (!over) {
            over = true;
            outbox.close();
            SelectionKey mine = key;
            if (mine != null) {
                mine.cancel();
            }
            try {
                socket.close();
            } catch (IOException e) {
                reason.addSuppressed(e);
            }
            session.ended(reason);
        }
    }

    /** Closes the socket and tells the session. */
    void close(String why) {
        failed(new EOFException(why));
    }

    InetSocketAddress remote() {
        return remote;
    }

    @Override
    public String toString() {
        return remote.getAddress().getHostAddress() + ":" + remote.getPort();
    }
}
