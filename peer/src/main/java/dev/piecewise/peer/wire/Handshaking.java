package dev.piecewise.peer.wire;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.peer.schedule.Neighbour;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket until both handshakes are through (BEP 3). Whoever was called answers as soon as it knows the torrent. Of one network
 * thread; the socket may go on in another.
 */
final class Handshaking implements NetworkLoop.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(Handshaking.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    /** The tracker names a node as soon as that asks: whoever calls it before it is ready need not call again. */
    private static final Duration EARLY = Duration.ofSeconds(2);

    /** Where sockets go. */
    interface Desk {
        /** The swarm that an incoming peer looks for, null if there is none. */
        @Nullable
        WireSwarm find(InfoHash infoHash, PeerId remoteId);

        /** It is over, in whatever way. */
        void over(Handshaking handshaking);
    }

    private final NetworkLoop loop;
    private final SocketChannel channel;
    private final Desk desk;
    private final @Nullable WireSwarm ours;
    private final @Nullable InetSocketAddress dialled;
    private final MessageCodec codec = new MessageCodec();
    private final ByteBuffer received = ByteBuffer.allocate(MessageCodec.HANDSHAKE_BYTES);
    private final long startNanos;
    private final LongSupplier nanoTime;
    private long roundTripNanos = -1;
    private @Nullable SelectionKey key;
    private MessageCodec.@Nullable Greeting early;
    private boolean over;

    private Handshaking(
            NetworkLoop loop,
            SocketChannel channel,
            Desk desk,
            @Nullable WireSwarm ours,
            @Nullable InetSocketAddress dialled,
            LongSupplier nanoTime) {
        this.loop = loop;
        this.channel = channel;
        this.desk = desk;
        this.ours = ours;
        this.dialled = dialled;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
    }

    /** A peer called us. */
    static Handshaking answer(NetworkLoop loop, SocketChannel channel, Desk desk, LongSupplier nanoTime) {
        Handshaking handshaking = new Handshaking(loop, channel, desk, null, null, nanoTime);
        handshaking.begin(SelectionKey.OP_READ);
        return handshaking;
    }

    /** Calls a peer; the swarm's address book is told how that ends. */
    static Handshaking call(
            WireSwarm swarm, SocketChannel channel, InetSocketAddress address, Desk desk, LongSupplier nanoTime) {
        Handshaking handshaking = new Handshaking(swarm.loop(), channel, desk, swarm, address, nanoTime);
        handshaking.begin(SelectionKey.OP_CONNECT);
        return handshaking;
    }

    private void begin(int operations) {
        try {
            channel.configureBlocking(false);
            SocketOptions.set(channel);
            InetSocketAddress address = dialled;
            if (address != null && channel.connect(address)) {
                key = loop.register(channel, SelectionKey.OP_READ, this);
                connected();
            } else {
                key = loop.register(channel, operations, this);
            }
            loop.schedule(TIMEOUT.toNanos(), () -> failed(new EOFException("no handshake")));
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    private void connected() throws IOException {
        roundTripNanos = nanoTime.getAsLong() - startNanos;
        WireSwarm swarm = ours;
        if (swarm != null) {
            greet(swarm);
        }
    }

    private void greet(WireSwarm swarm, InfoHash infoHash) throws IOException {
        ByteBuffer greeting = codec.greeting(infoHash, swarm.localId());
        channel.write(greeting);
        if (greeting.hasRemaining()) {
            throw new IOException("no room for a handshake");
        }
    }

    private void greet(WireSwarm swarm) throws IOException {
        greet(swarm, swarm.infoHashes().get(0));
    }

    @Override
    public void ready(int operations) throws IOException {
        SelectionKey mine = key;
        if (mine == null || over) {
            return;
        }
        if ((operations & SelectionKey.OP_CONNECT) != 0) {
            channel.finishConnect();
            mine.interestOps(SelectionKey.OP_READ);
            connected();
        } else if ((operations & SelectionKey.OP_READ) != 0) {
            if (channel.read(received) < 0) {
                throw new EOFException("the peer closed the connection instead of a handshake");
            }
            if (received.position() > 0 && received.get(0) != 19) {
                throw new PeerFault(Kind.FAILED, "no BitTorrent handshake"); // an encrypted one, most likely
            }
            if (!received.hasRemaining()) {
                finish(mine, codec.greeting(received.array()));
            }
        }
    }

    private void finish(SelectionKey mine, MessageCodec.Greeting greeting) throws IOException {
        WireSwarm swarm = ours;
        Neighbour.Dialling dialling = Neighbour.Dialling.OURS;
        if (swarm == null) {
            dialling = Neighbour.Dialling.THEIRS;
            swarm = desk.find(greeting.infoHash(), greeting.peerId());
            if (swarm == null) {
                await(mine, greeting);
                return;
            }
            greet(swarm, greeting.infoHash());
        } else if (!swarm.infoHashes().contains(greeting.infoHash())) {
            throw new PeerFault(Kind.FAILED, "answers for the torrent " + greeting.infoHash());
        }
        end(greeting.peerId());
        WireSwarm target = swarm;
        Neighbour.Dialling from = dialling;
        InetSocketAddress remote = (InetSocketAddress) channel.getRemoteAddress();
        if (target.loop() == loop) {
            join(target, remote, greeting, from);
        } else {
            mine.cancel();
            target.loop().execute(() -> join(target, remote, greeting, from));
        }
    }

    /** Its swarm may be about to be joined. */
    private void await(SelectionKey mine, MessageCodec.Greeting greeting) {
        if (early == null) {
            early = greeting;
            mine.interestOps(0);
            loop.schedule(
                    EARLY.toNanos(),
                    () -> failed(new PeerFault(Kind.FAILED, "looks for the torrent " + greeting.infoHash())));
        }
    }

    /** A swarm was joined, perhaps the one for which this waits. */
    void lookAgain() {
        SelectionKey mine = key;
        MessageCodec.Greeting waiting = early;
        if (mine != null && waiting != null && !over) {
            try {
                finish(mine, waiting);
            } catch (IOException | RuntimeException e) {
                failed(e);
            }
        }
    }

    private void join(
            WireSwarm swarm, InetSocketAddress remote, MessageCodec.Greeting greeting, Neighbour.Dialling dialling) {
        boolean taken = false;
        try {
            taken = swarm.joined(channel, remote, greeting, dialling, roundTripNanos);
        } catch (IOException e) {
            LOG.debug("peer {} was lost", remote, e);
        } finally {
            if (!taken) {
                closeChannel();
            }
        }
    }

    private void end(@Nullable PeerId answered) {
        over = true;
        desk.over(this);
        WireSwarm swarm = ours;
        InetSocketAddress address = dialled;
        if (swarm != null && address != null) {
            swarm.addresses().dialled(address, answered);
        }
    }

    @Override
    public void failed(Throwable reason) {
        if (!over) {
            end(null);
            LOG.debug("no connection with {}: {}", dialled == null ? "a caller" : dialled, reason.toString());
            closeChannel();
        }
    }

    boolean isOver() {
        return over;
    }

    private void closeChannel() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing a socket failed", e);
        }
    }
}
