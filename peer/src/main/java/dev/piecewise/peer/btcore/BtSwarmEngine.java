package dev.piecewise.peer.btcore;

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
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine on bt-core: one runtime with a port of its own per torrent. Thread-safe. */
public final class BtSwarmEngine implements SwarmEngine {
    /** How our peer ids begin (BEP 20). */
    public static final String PEER_ID_PREFIX = "-PW0001-";

    private static final Logger LOG = LoggerFactory.getLogger(BtSwarmEngine.class);
    private static final int PORTS = 100;

    private final EngineConfig config;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final Set<BtSwarm> swarms = ConcurrentHashMap.newKeySet();
    private final MetadataSearches searches;
    /** The configured port, bound from the start so that nobody else takes it. */
    private @Nullable ServerSocketChannel reserved;

    private boolean closed;

    /** @throws ProcessFault if the configured port is in use */
    public BtSwarmEngine(EngineConfig config) {
        this(config, System::nanoTime, new SecureRandom());
    }

    /**
     * @param nanoTime a monotonic clock
     * @param random for peer ids, and among equally rare pieces
     */
    public BtSwarmEngine(EngineConfig config, LongSupplier nanoTime, RandomGenerator random) {
        this.config = config;
        this.nanoTime = nanoTime;
        this.random = random;
        this.searches = new MetadataSearches(config.listen(), nanoTime);
        if (config.port() != 0) {
            try {
                reserved = bind(config.port());
            } catch (IOException e) {
                throw noPort("" + config.port(), e);
            }
        }
    }

    private ServerSocketChannel bind(int port) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(config.listen(), port));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private ProcessFault noPort(String ports, IOException cause) {
        String reason = cause instanceof BindException ? "port in use" : "cannot listen";
        return new ProcessFault(
                Kind.FAILED,
                reason + ": " + config.listen().getHostAddress() + ":" + ports + " for peers (" + cause.getMessage()
                        + "); choose another --listen",
                cause);
    }

    private synchronized ServerSocketChannel listener() {
        if (closed) {
            throw new IllegalStateException("the engine is closed");
        }
        ServerSocketChannel mine = reserved;
        if (mine != null) {
            reserved = null;
            return mine;
        }
        IOException last = new IOException("no port tried");
        int ports = config.port() == 0 ? 1 : Math.min(PORTS, 65_536 - config.port());
        for (int i = 0; i < ports; i++) {
            try {
                return bind(config.port() == 0 ? 0 : config.port() + i);
            } catch (IOException e) {
                last = e;
            }
        }
        throw noPort(config.port() + "-" + (config.port() + ports - 1), last);
    }

    @Override
    public Swarm join(SwarmSpec spec) {
        spec.storage().verifyStamps();
        ServerSocketChannel listener = listener();
        List<BtSwarm> made = new ArrayList<>();
        try {
            BtSwarm swarm =
                    new BtSwarm(spec, config, listener, newPeerId(), nanoTime, random, () -> swarms.removeAll(made));
            made.add(swarm);
            swarms.add(swarm);
            swarm.start(spec.storage());
            LOG.debug(
                    "joined {} on port {}: {}",
                    spec.infoHashes().get(0),
                    swarm.port(),
                    ByteSize.format(spec.storage().content().layout().totalBytes()));
            return swarm;
        } catch (IOException e) {
            throw noPort("" + config.port(), e);
        } finally {
            if (made.isEmpty()) {
                closeQuietly(listener);
            }
        }
    }

    /** Peers may call back on any free port: the configured ones are the swarms'. */
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

    private static void closeQuietly(ServerSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("closing a listener failed", e);
        }
    }

    @Override
    public void close() {
        ServerSocketChannel unused;
        synchronized (this) {
            closed = true;
            unused = reserved;
            reserved = null;
        }
        if (unused != null) {
            closeQuietly(unused);
        }
        searches.close();
        swarms.stream().parallel().forEach(BtSwarm::close);
    }
}
