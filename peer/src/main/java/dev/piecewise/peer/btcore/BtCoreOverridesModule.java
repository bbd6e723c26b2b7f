package dev.piecewise.peer.btcore;

import bt.module.BitTorrentProtocol;
import bt.net.ConnectionHandlerFactory;
import bt.net.ConnectionKey;
import bt.net.DataReceiver;
import bt.net.HandshakeHandler;
import bt.net.IConnectionHandlerFactory;
import bt.net.IMessageDispatcher;
import bt.net.IPeerConnectionFactory;
import bt.net.InetPeer;
import bt.net.PeerConnection;
import bt.net.PeerId;
import bt.net.SocketChannelConnectionAcceptor;
import bt.net.pipeline.ChannelHandlerContext;
import bt.peer.IPeerRegistry;
import bt.protocol.Handshake;
import bt.protocol.IHandshakeFactory;
import bt.protocol.Message;
import bt.protocol.handler.MessageHandler;
import bt.runtime.Config;
import bt.torrent.TorrentRegistry;
import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.piecewise.peer.extension.ExtensionMessage;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Every binding of bt-core 1.10 that is replaced, and why. What stays is its runtime and lifecycle, the torrent registry, the
 * listener and the dialler with their threads, the connection pool, the handshake, and the coding of messages.
 *
 * <ul>
 *   <li>{@link IPeerConnectionFactory}: bt-core's connections spin on a full socket, in the one thread that serves all peers,
 *       and two nodes that send to each other can wait for each other for ever; they pass received blocks through a map that is
 *       not keyed by torrent. Ours block, with two threads a peer, and keep blocks in their own buffer.
 *   <li>{@link DataReceiver}, {@link IMessageDispatcher}: the selector loop and the polling loop of those connections; nothing
 *       is left for them to do.
 *   <li>The session above them (torrent worker, assignments, data worker, choker) is not a binding; bt-core starts it through a
 *       torrent's processing chain, which we do not start: it wants all hashes before the first connection, checks every byte at
 *       the start, polls completion once a second and unchokes in steps of ten seconds. {@link SwarmCore} is in its place.
 *   <li>{@link SocketChannelConnectionAcceptor}: binds late, in its own thread, and dies of the first error.
 *   <li>{@link IConnectionHandlerFactory}: without bitfield and extension handshake, which belong to the session. Of bt-core's
 *       extension protocol (BEP 10) and metadata exchange (BEP 9) nothing is used: its agents refuse the metadata of private
 *       torrents and live in the session that we do not start. {@code peer.extension} is in their place.
 *   <li>{@link IPeerRegistry}: runs its own announces; ours only says who we are.
 * </ul>
 *
 * Peer exchange and local discovery are switched off where the runtime is built.
 */
final class BtCoreOverridesModule extends AbstractModule {
    private final ServerSocketChannel listener;
    private final InetSocketAddress address;
    private final PeerId localId;
    private final int maxBitfieldBytes;

    BtCoreOverridesModule(
            ServerSocketChannel listener, InetSocketAddress address, PeerId localId, int maxBitfieldBytes) {
        this.listener = listener;
        this.address = address;
        this.localId = localId;
        this.maxBitfieldBytes = maxBitfieldBytes;
    }

    @Override
    protected void configure() {
        bind(IMessageDispatcher.class).toInstance(new NoDispatcher());
        bind(DataReceiver.class).toInstance(new NoReceiver());
        bind(IPeerRegistry.class)
                .toInstance(new LocalPeer(InetPeer.builder(address.getAddress(), address.getPort())
                        .peerId(localId)
                        .build()));
        bind(IPeerConnectionFactory.class).to(WireConnectionFactory.class);
        bind(SocketChannelConnectionAcceptor.class).to(BoundAcceptor.class);
    }

    @Provides
    @Singleton
    WireConnectionFactory connections(
            @BitTorrentProtocol MessageHandler<Message> protocol, IConnectionHandlerFactory handlers) {
        return new WireConnectionFactory(protocol, handlers, address.getAddress(), maxBitfieldBytes);
    }

    @Provides
    @Singleton
    BoundAcceptor acceptor(IPeerConnectionFactory factory) {
        return new BoundAcceptor(null, factory, address, listener);
    }

    @Provides
    @Singleton
    IConnectionHandlerFactory handshakes(IHandshakeFactory handshakes, TorrentRegistry torrents, Config config) {
        return new ConnectionHandlerFactory(
                handshakes, torrents, List.of(new ExtensionBit()), config.getPeerHandshakeTimeout());
    }

    /** Says in our handshakes that we speak the extension protocol; the peer's word is read by {@link WireConnection}. */
    private static final class ExtensionBit implements HandshakeHandler {
        @Override
        public void processIncomingHandshake(PeerConnection connection, Handshake peerHandshake) {}

        @Override
        public void processOutgoingHandshake(Handshake handshake) {
            handshake.setReservedBit(ExtensionMessage.HANDSHAKE_BIT);
        }
    }

    private static final class NoDispatcher implements IMessageDispatcher {
        @Override
        public void addMessageConsumer(ConnectionKey connectionKey, Consumer<Message> messageConsumer) {}

        @Override
        public void addMessageSupplier(ConnectionKey connectionKey, Supplier<Message> messageSupplier) {}
    }

    private static final class NoReceiver implements DataReceiver {
        @Override
        public void registerChannel(SelectableChannel channel, ChannelHandlerContext context) {}

        @Override
        public void unregisterChannel(SelectableChannel channel) {}

        @Override
        public void activateChannel(SelectableChannel channel) {}

        @Override
        public void deactivateChannel(SelectableChannel channel) {}
    }
}
