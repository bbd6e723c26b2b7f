package dev.piecewise.peer.btcore;

import bt.metainfo.TorrentId;
import bt.net.ConnectionResult;
import bt.net.PeerId;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmSpec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One torrent's parts and their lifecycle: closed in the reverse order of their start, within two seconds. */
final class BtSwarm implements Swarm {
    private static final Logger LOG = LoggerFactory.getLogger(BtSwarm.class);
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofMillis(700);
    private static final int DIALS_A_TICK = 16;

    private final int port;
    private final TorrentId announced;
    private final EngineConfig config;
    private final SwarmCore core;
    private final AddressBook addresses;
    private final BtRuntimeHandle runtime;
    private final AnnounceLoop announces;
    private final ScheduledExecutorService ticker;
    private final Runnable onClose;
    private final AtomicBoolean closed = new AtomicBoolean();

    BtSwarm(
            SwarmSpec spec,
            EngineConfig config,
            ServerSocketChannel listener,
            dev.piecewise.core.announce.PeerId localId,
            LongSupplier nanoTime,
            RandomGenerator random,
            Runnable onClose)
            throws IOException {
        InetSocketAddress bound = (InetSocketAddress) listener.getLocalAddress();
        PieceLayout layout = spec.storage().content().layout();
        PeerId btId = PeerId.fromBytes(localId.bytes());
        List<TorrentId> torrents = spec.infoHashes().stream()
                .map(hash -> TorrentId.fromBytes(hash.bytes()))
                .toList();
        this.port = bound.getPort();
        this.announced = torrents.get(0);
        this.config = config;
        this.onClose = onClose;
        this.addresses = new AddressBook(nanoTime);
        this.core = new SwarmCore(spec, config, port, btId, nanoTime, random);
        this.runtime = new BtRuntimeHandle(
                listener,
                new InetSocketAddress(config.listen(), port),
                btId,
                config.maxPeers(),
                WireBits.length(layout.pieceCount()),
                torrents,
                core::joined);
        this.announces = new AnnounceLoop(
                spec.infoHashes().get(0), localId, spec.peers(), core, addresses, config.searchInterval(), nanoTime);
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "piecewise-swarm-" + port);
            thread.setDaemon(true);
            return thread;
        });
    }

    void start(StoredArtifact storage) {
        runtime.start();
        announces.start();
        boolean seed = storage.isComplete();
        if (!seed) {
            storage.completion().thenRun(announces::completed);
        }
        Future<?> unused = ticker.scheduleWithFixedDelay(this::tick, 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void tick() {
        try {
            core.tick();
            if (!core.isComplete()) {
                announces.wanting();
            }
            int room = Math.min(DIALS_A_TICK, config.maxPeers() - core.stats().peers());
            if (core.isRunning()) {
                addresses.due(core::isConnectedTo, room).forEach(this::dial);
            }
        } catch (RuntimeException e) {
            LOG.error("the swarm on port {} stumbled", port, e);
        }
    }

    private void dial(InetSocketAddress address) {
        Future<?> unused =
                runtime.dial(address, announced).thenAccept(result -> addresses.dialled(address, idOf(result)));
    }

    private static @Nullable PeerId idOf(ConnectionResult result) {
        return result.isSuccess() && result.getConnection() instanceof WireConnection connection
                ? connection.remoteId()
                : null;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Stats stats() {
        return core.stats();
    }

    @Override
    public CompletionStage<Void> failure() {
        return core.failure();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        ticker.shutdownNow();
        announces.close();
        runtime.close();
        core.close(PATIENCE);
        try {
            if (!ticker.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("the swarm on port {} takes long to stop", port);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            onClose.run();
        }
    }
}
