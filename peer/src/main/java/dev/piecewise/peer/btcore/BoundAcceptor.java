package dev.piecewise.peer.btcore;

import bt.net.ConnectionResult;
import bt.net.ConnectionRoutine;
import bt.net.IPeerConnectionFactory;
import bt.net.InetPeer;
import bt.net.SocketChannelConnectionAcceptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts on a channel that is bound already, so that a port in use is found out when a swarm is joined. Outlives errors of
 * single accepts (no file descriptors left), ends silently.
 */
final class BoundAcceptor extends SocketChannelConnectionAcceptor {
    private static final Logger LOG = LoggerFactory.getLogger(BoundAcceptor.class);
    private static final Duration BREATH = Duration.ofMillis(200);

    private final ServerSocketChannel channel;
    private final IPeerConnectionFactory factory;
    private final ReentrantLock accepting = new ReentrantLock();

    BoundAcceptor(
            @Nullable Selector unused,
            IPeerConnectionFactory factory,
            InetSocketAddress address,
            ServerSocketChannel channel) {
        super(unused, factory, address);
        this.channel = channel;
        this.factory = factory;
    }

    @Override
    public ConnectionRoutine accept() {
        while (true) {
            accepting.lock();
            try {
                return new Accepted(channel.accept());
            } catch (ClosedChannelException e) {
                return new Nobody();
            } catch (IOException e) {
                LOG.warn("cannot accept a peer: {}", e.toString());
                LockSupport.parkNanos(BREATH.toNanos());
            } finally {
                accepting.unlock();
            }
        }
    }

    /** Frees the port: the kernel keeps it until the accepting thread has left. */
    void close(Duration timeout) throws IOException, InterruptedException {
        channel.close();
        if (accepting.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            accepting.unlock();
        } else {
            LOG.warn("port {} is not free yet", getLocalAddress().getPort());
        }
    }

    private final class Accepted implements ConnectionRoutine {
        private final SocketChannel accepted;
        private final InetSocketAddress remote;

        Accepted(SocketChannel accepted) throws IOException {
            this.accepted = accepted;
            this.remote = (InetSocketAddress) accepted.getRemoteAddress();
        }

        @Override
        public SocketAddress getRemoteAddress() {
            return remote;
        }

        @Override
        public ConnectionResult establish() {
            return factory.createIncomingConnection(InetPeer.build(remote.getAddress()), accepted);
        }

        @Override
        public void cancel() {
            try {
                accepted.close();
            } catch (IOException e) {
                LOG.debug("closing a refused connection failed", e);
            }
        }
    }

    /** What is accepted when the channel has been closed. */
    private final class Nobody implements ConnectionRoutine {
        @Override
        public SocketAddress getRemoteAddress() {
            return getLocalAddress();
        }

        @Override
        public ConnectionResult establish() {
            return ConnectionResult.failure("closing");
        }

        @Override
        public void cancel() {}
    }
}
