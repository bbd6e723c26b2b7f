package dev.piecewise.peer.btcore;

import bt.event.EventSource;
import bt.metainfo.TorrentId;
import bt.net.ConnectionResult;
import bt.net.IConnectionSource;
import bt.net.IPeerConnectionPool;
import bt.net.InetPeer;
import bt.net.PeerId;
import bt.runtime.BtRuntime;
import bt.runtime.BtRuntimeBuilder;
import bt.runtime.Config;
import bt.service.IRuntimeLifecycleBinder;
import bt.service.IRuntimeLifecycleBinder.LifecycleEvent;
import bt.torrent.TorrentRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bt-core runtime for one torrent: listens, dials, shakes hands. Its lifecycle bindings are run from here, for
 * {@link BtRuntime#startup()} would add a JVM shutdown hook that races with our own order of closing.
 */
final class BtRuntimeHandle implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BtRuntimeHandle.class);
    private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int DIALS_AT_ONCE = 16;

    private final BtRuntime runtime;
    private final IConnectionSource connections;

    BtRuntimeHandle(
            ServerSocketChannel listener,
            InetSocketAddress address,
            PeerId localId,
            int maxPeers,
            int maxBitfieldBytes,
            List<TorrentId> torrents,
            Consumer<WireConnection> joined) {
        Config config = new Config();
        config.setAcceptorAddress(address.getAddress());
        config.setAcceptorPort(address.getPort());
        config.setPeerHandshakeTimeout(HANDSHAKE_TIMEOUT);
        // A refused peer may listen a moment later; when to dial is the address book's decision.
        config.setUnreachablePeerBanDuration(Duration.ZERO);
        config.setMaxPendingConnectionRequests(DIALS_AT_ONCE);
        // Twins are sorted out after the handshake, so there may be some too many for a moment.
        config.setMaxPeerConnections(2 * maxPeers + DIALS_AT_ONCE);
        config.setMaxPeerConnectionsPerTorrent(2 * maxPeers + DIALS_AT_ONCE);
        config.setMseDisabled(true);
        config.setShutdownHookTimeout(PATIENCE);
        runtime = new BtRuntimeBuilder(config)
                .disableAutomaticShutdown()
                .disablePeerExchange()
                .disableLocalServiceDiscovery()
                .module(new BtCoreOverridesModule(listener, address, localId, maxBitfieldBytes))
                .build();
        connections = runtime.service(IConnectionSource.class);
        IPeerConnectionPool pool = runtime.service(IPeerConnectionPool.class);
        TorrentRegistry registry = runtime.service(TorrentRegistry.class);
        for (TorrentId torrent : torrents) {
            runtime.service(EventSource.class).onPeerConnected(torrent, event -> {
                if (pool.getConnection(event.getConnectionKey()) instanceof WireConnection connection) {
                    joined.accept(connection);
                }
            });
            registry.register(torrent).start();
        }
    }

    /** Begins to accept peers. */
    void start() {
        runBindings(LifecycleEvent.STARTUP);
    }

    /** Dials a peer; the future gives the connection's outcome and never fails. */
    CompletableFuture<ConnectionResult> dial(InetSocketAddress address, TorrentId torrent) {
        return connections
                .getConnectionAsync(InetPeer.build(address.getAddress(), address.getPort()), torrent)
                .exceptionally(error -> ConnectionResult.failure("not connected", error));
    }

    private void runBindings(LifecycleEvent event) {
        List<Runnable> bindings = new ArrayList<>();
        runtime.service(IRuntimeLifecycleBinder.class)
                .visitBindings(event, binding -> bindings.add(binding.getRunnable()));
        bindings.forEach(Runnable::run);
    }

    @Override
    public void close() {
        try {
            runtime.service(WireConnectionFactory.class).close();
            runBindings(LifecycleEvent.SHUTDOWN);
            runtime.service(BoundAcceptor.class).close(PATIENCE);
        } catch (IOException | RuntimeException e) {
            LOG.warn("stopping the peer network failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
