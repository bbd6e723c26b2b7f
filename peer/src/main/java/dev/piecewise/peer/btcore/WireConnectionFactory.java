package dev.piecewise.peer.btcore;

import bt.metainfo.TorrentId;
import bt.net.ConnectionHandler;
import bt.net.ConnectionResult;
import bt.net.IConnectionHandlerFactory;
import bt.net.IPeerConnectionFactory;
import bt.net.Peer;
import bt.protocol.Message;
import bt.protocol.handler.MessageHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes {@link WireConnection}s, handshake included. What is still being made is closed with it. */
final class WireConnectionFactory implements IPeerConnectionFactory, AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;

    private final MessageHandler<Message> protocol;
    private final IConnectionHandlerFactory handlers;
    private final InetAddress local;
    private final int maxBitfieldBytes;
    private final Set<SocketChannel> pending = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    WireConnectionFactory(
            MessageHandler<Message> protocol,
            IConnectionHandlerFactory handlers,
            InetAddress local,
            int maxBitfieldBytes) {
        this.protocol = protocol;
        this.handlers = handlers;
        this.local = local;
        this.maxBitfieldBytes = maxBitfieldBytes;
    }

    @Override
    public ConnectionResult createOutgoingConnection(Peer peer, TorrentId torrentId) {
        SocketChannel channel;
        try {
            channel = SocketChannel.open();
        } catch (IOException e) {
            return ConnectionResult.failure("no socket", e);
        }
        pending.add(channel);
        try {
            InetAddress remote = peer.getInetAddress();
            if (!local.isAnyLocalAddress()
                    && local.getClass() == remote.getClass()
                    && local.isLoopbackAddress() == remote.isLoopbackAddress()) {
                channel.bind(new InetSocketAddress(local, 0));
            }
            channel.socket().connect(new InetSocketAddress(remote, peer.getPort()), CONNECT_MILLIS);
            return shakeHands(peer, channel, handlers.getOutgoingHandler(torrentId), true);
        } catch (IOException e) {
            close(channel);
            return ConnectionResult.failure("cannot connect", e);
        } finally {
            pending.remove(channel);
        }
    }

    @Override
    public ConnectionResult createIncomingConnection(Peer peer, SocketChannel channel) {
        pending.add(channel);
        try {
            return shakeHands(peer, channel, handlers.getIncomingHandler(), false);
        } catch (IOException e) {
            close(channel);
            return ConnectionResult.failure("no handshake", e);
        } finally {
            pending.remove(channel);
        }
    }

    private ConnectionResult shakeHands(Peer peer, SocketChannel channel, ConnectionHandler handler, boolean outgoing)
            throws IOException {
        if (closed) {
            close(channel);
            return ConnectionResult.failure("closing");
        }
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        WireConnection connection = new WireConnection(peer, channel, protocol, outgoing, maxBitfieldBytes);
        if (handler.handleConnection(connection)) {
            return ConnectionResult.success(connection);
        }
        connection.closeQuietly();
        return ConnectionResult.failure("no handshake");
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("a socket that cannot be closed", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        pending.forEach(WireConnectionFactory::close);
    }
}
