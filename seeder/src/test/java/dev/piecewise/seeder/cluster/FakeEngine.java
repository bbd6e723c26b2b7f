package dev.piecewise.seeder.cluster;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.PeerSource;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmSpec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Joins nothing and remembers it. */
public final class FakeEngine implements SwarmEngine {
    public final List<SwarmSpec> joined = new CopyOnWriteArrayList<>();
    /** What running swarms were told of hashes and infohashes. */
    public final List<Integer> verifiable = new CopyOnWriteArrayList<>();

    public final List<InfoHash> laterNames = new CopyOnWriteArrayList<>();
    public final List<InetSocketAddress> introduced = new CopyOnWriteArrayList<>();
    public final AtomicInteger announced = new AtomicInteger();
    private final AtomicInteger joins = new AtomicInteger();
    public final CompletableFuture<Void> firstFailure = new CompletableFuture<>();
    public volatile boolean closed;
    public final AtomicLong uploadAwaited = new AtomicLong();

    @Override
    public int port() {
        return 1;
    }

    @Override
    public Swarm join(SwarmSpec spec) {
        CompletableFuture<Void> failure = joins.getAndIncrement() == 0 ? firstFailure : new CompletableFuture<>();
        joined.add(spec);
        return new Swarm() {
            @Override
            public int port() {
                return 1;
            }

            @Override
            public Stats stats() {
                return new Stats(0, 0, 0, 0, 0, 0, 0, Swarm.FromPlaces.NONE);
            }

            @Override
            public void hashesKnown(BitSet pieces) {
                pieces.stream().forEach(verifiable::add);
            }

            @Override
            public void alsoKnownAs(InfoHash infoHash, Optional<EncodedInfo> metadata) {
                laterNames.add(infoHash);
            }

            @Override
            public boolean isKnownAs(InfoHash infoHash) {
                return spec.infoHashes().contains(infoHash);
            }

            @Override
            public void introduce(List<InetSocketAddress> newcomers) {
                introduced.addAll(newcomers);
            }

            @Override
            public void announce() {
                announced.incrementAndGet();
            }

            @Override
            public CompletionStage<Void> failure() {
                return failure;
            }

            @Override
            public void close() {
                joined.remove(spec);
            }
        };
    }

    @Override
    public void awaitUpload(int bytes) {
        uploadAwaited.addAndGet(bytes);
    }

    @Override
    public Optional<EncodedInfo> metadata(InfoHash infoHash, PeerSource peers, Duration patience) {
        return Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
    }
}
