package dev.piecewise.peer.metadata;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.PeerSource;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** The searches of one engine, which end with it. Thread-safe. */
public final class MetadataSearches implements AutoCloseable {
    private final InetAddress local;
    private final LongSupplier nanoTime;
    private final Set<MetadataSearch> running = new HashSet<>();
    private boolean closed;

    /** @param local the address to make and accept connections on, any free port of it; the wildcard address for all */
    public MetadataSearches(InetAddress local, LongSupplier nanoTime) {
        this.local = local;
        this.nanoTime = nanoTime;
    }

    /**
     * As {@link dev.piecewise.peer.SwarmEngine#metadata}.
     *
     * @param localId who we are, to other peers; new for every search
     */
    public Optional<EncodedInfo> find(InfoHash infoHash, PeerSource peers, PeerId localId, Duration patience)
            throws InterruptedException {
        MetadataSearch search;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the engine is closed");
            }
            search = new MetadataSearch(infoHash, peers, local, localId, nanoTime);
            running.add(search);
        }
        try (search) {
            return search.await(patience);
        } finally {
            synchronized (this) {
                running.remove(search);
            }
        }
    }

    @Override
    public void close() {
        List<MetadataSearch> ending;
        synchronized (this) {
            closed = true;
            ending = List.copyOf(running);
        }
        ending.forEach(MetadataSearch::close);
    }
}
