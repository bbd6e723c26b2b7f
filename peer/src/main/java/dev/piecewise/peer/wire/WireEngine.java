package dev.piecewise.peer.wire;

import dev.piecewise.core.ByteSize;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.PeerSource;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmSpec;
import dev.piecewise.peer.metadata.MetadataSearches;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Our own engine: one port and a few threads for all torrents of a process. Thread-safe. */
public final class WireEngine implements SwarmEngine {
    /** How our peer ids begin (BEP 20). */
    public static final String PEER_ID_PREFIX = "-PW0001-";

    private static final Logger LOG = LoggerFactory.getLogger(WireEngine.class);
    private static final int BACKLOG = 512;
    /** Callers that have not said what they look for; more are turned away. */
    private static final int MOST_CALLERS = 500;

    private final EngineConfig config;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final ServerSocketChannel listener;
    private final int port;
    private final List<NetworkLoop> loops = new ArrayList<>();
    private final List<ReceiveBuffers> buffers = new ArrayList<>();
    private final Workers workers;
    private final BufferPool pool;
    private final TokenBucket upload;
    private final TokenBucket download;
    private final List<WireSwarm> swarms = new CopyOnWriteArrayList<>();
    private final Set<Handshaking> callers = ConcurrentHashMap.newKeySet();
    private final MetadataSearches searches;
    private final AtomicInteger joins = new AtomicInteger();
    private volatile boolean closed;

    /** @throws ProcessFault if the configured port is in use */
    public WireEngine(EngineConfig config) {
        this(config, System::nanoTime, new SecureRandom());
    }

    /**
     * @param nanoTime a monotonic clock
     * @param random for peer ids, and among equally rare pieces
     */
    public WireEngine(EngineConfig config, LongSupplier nanoTime, RandomGenerator random) {
        this.config = config;
        this.nanoTime = nanoTime;
        this.random = random;
        this.searches = new MetadataSearches(config.listen(), nanoTime);
        this.upload = new TokenBucket(config.limits().uploadRate(), nanoTime);
        this.download = new TokenBucket(config.limits().downloadRate(), nanoTime);
        this.pool = new BufferPool(config.limits().bufferBytes(), this::buffersFreed);
        try {
            this.listener = bind(config);
            this.port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            for (int i = 0; i < config.threads().network(); i++) {
                loops.add(new NetworkLoop("piecewise-network-" + port + "-" + i, nanoTime));
                buffers.add(new ReceiveBuffers(pool));
            }
        } catch (IOException e) {
            loops.forEach(NetworkLoop::close);
            throw noPort(config, e);
        }
        this.workers = new Workers(config.threads().workers());
        loops.forEach(NetworkLoop::start);
        loops.get(0).execute(this::accept);
    }

    private static ServerSocketChannel bind(EngineConfig config) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(config.listen(), config.port()), BACKLOG);
            channel.configureBlocking(false);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static ProcessFault noPort(EngineConfig config, IOException cause) {
        String reason = cause instanceof BindException ? "port in use" : "cannot listen";
        return new ProcessFault(
                Kind.FAILED,
                reason + ": " + config.listen().getHostAddress() + ":" + config.port() + " for peers ("
                        + cause.getMessage() + "); choose another --listen",
                cause);
    }

    private void accept() {
        NetworkLoop loop = loops.get(0);
        try {
            loop.register(listener, SelectionKey.OP_ACCEPT, new Door(loop));
        } catch (IOException e) {
            LOG.error("no peer can be accepted on port {}", port, e);
        }
    }

    /** Where peers call. */
    private final class Door implements NetworkLoop.Handler {
        private final NetworkLoop loop;

        Door(NetworkLoop loop) {
            this.loop = loop;
        }

        @Override
        public void ready(int operations) throws IOException {
            for (SocketChannel caller = listener.accept(); caller != null; caller = listener.accept()) {
                if (callers.size() >= MOST_CALLERS) {
                    caller.close();
                } else {
                    Handshaking answered = Handshaking.answer(loop, caller, desk, nanoTime);
                    if (!answered.isOver()) {
                        callers.add(answered);
                    }
                }
            }
        }

        @Override
        public void failed(Throwable reason) {
            // One caller less; out of descriptors, say. The door stays open.
            LOG.warn("a peer could not be accepted on port {}: {}", port, reason.toString());
        }
    }

    private final Handshaking.Desk desk = new Handshaking.Desk() {
        @Override
        public @Nullable WireSwarm find(InfoHash infoHash, PeerId remoteId) {
            WireSwarm best = null;
            for (WireSwarm swarm : swarms) {
                if (swarm.infoHashes().contains(infoHash) && !swarm.localId().equals(remoteId)) {
                    best = WireSwarm.better(swarm, best);
                }
            }
            return best;
        }

        @Override
        public void over(Handshaking handshaking) {
            callers.remove(handshaking);
        }
    };

    private final WireSwarm.Host host = new WireSwarm.Host() {
        @Override
        public int port() {
            return port;
        }

        @Override
        public void dial(WireSwarm swarm, InetSocketAddress address) {
            try {
                Handshaking unused = Handshaking.call(swarm, socket(), address, desk, nanoTime);
            } catch (IOException e) {
                LOG.warn("no socket for {}: {}", address, e.toString());
                swarm.addresses().dialled(address, null);
            }
        }

        @Override
        public void closed(WireSwarm swarm) {
            swarms.remove(swarm);
        }
    };

    /** A socket that calls from where we listen, so that a peer sees one address. */
    private SocketChannel socket() throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            if (!config.listen().isAnyLocalAddress()) {
                channel.bind(new InetSocketAddress(config.listen(), 0));
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private void buffersFreed() {
        for (int i = 0; i < loops.size(); i++) {
            loops.get(i).execute(buffers.get(i)::freed);
        }
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public Swarm join(SwarmSpec spec) {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
        spec.storage().verifyStamps();
        int index = Math.floorMod(joins.getAndIncrement(), loops.size());
        NetworkLoop loop = loops.get(index);
        EngineConfig.Limits limits = config.limits();
        Connection.Shared shared = new Connection.Shared(
                loop,
                buffers.get(index),
                new Lane(workers, Math.max(1, config.threads().workers() - 1)),
                new BufferPool.Account(),
                new RateLimit(new TokenBucket(limits.torrentDownloadRate(), nanoTime), download),
                new RateLimit(new TokenBucket(limits.torrentUploadRate(), nanoTime), upload),
                new InFlight(),
                nanoTime);
        WireSwarm swarm = CompletableFuture.supplyAsync(
                        () -> {
                            WireSwarm made = new WireSwarm(spec, config, newPeerId(), host, shared, random);
                            swarms.add(made);
                            made.start();
                            return made;
                        },
                        loop::execute)
                .join();
        loops.get(0).execute(() -> List.copyOf(callers).forEach(Handshaking::lookAgain));
        LOG.debug(
                "joined {} on port {}: {}",
                spec.infoHashes().get(0),
                port,
                ByteSize.format(spec.storage().content().layout().totalBytes()));
        return swarm;
    }

    @Override
    public OptionalLong uploadLimit() {
        return lower(config.limits().uploadRate(), config.limits().torrentUploadRate());
    }

    @Override
    public OptionalLong downloadLimit() {
        return lower(config.limits().downloadRate(), config.limits().torrentDownloadRate());
    }

    private static OptionalLong lower(long... rates) {
        return LongStream.of(rates).filter(rate -> rate > 0).min();
    }

    @Override
    public void awaitUpload(int bytes) throws InterruptedException {
        upload.await(bytes);
    }

    @Override
    public Optional<EncodedInfo> metadata(InfoHash infoHash, PeerSource peers, Duration patience)
            throws InterruptedException {
        return searches.find(infoHash, peers, newPeerId(), patience);
    }

    private PeerId newPeerId() {
        byte[] id = new byte[PeerId.BYTES];
        random.nextBytes(id);
        byte[] prefix = PEER_ID_PREFIX.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(prefix, 0, id, 0, prefix.length);
        return PeerId.of(id);
    }

    @Override
    public void close() {
        closed = true;
        searches.close();
        List.copyOf(swarms).stream().parallel().forEach(WireSwarm::close);
        loops.forEach(NetworkLoop::close);
        workers.close();
        try {
            listener.close();
        } catch (IOException e) {
            LOG.debug("closing the listener failed", e);
        }
    }
}
