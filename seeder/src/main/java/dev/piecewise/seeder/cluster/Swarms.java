package dev.piecewise.seeder.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.peer.PeerSource;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The swarms in which a process takes part: of an artifact at most one, which goes on under the infohash once the artifact
 * is published. What was moved is counted beyond the life of a swarm. Thread-safe.
 */
final class Swarms {
    private static final Logger LOG = LoggerFactory.getLogger(Swarms.class);

    private final Store store;
    private final SwarmEngine engine;
    private final Transfers transfers;
    private final Level ends;

    @GuardedBy("this")
    private final Map<ArtifactId, Joined> swarms = new HashMap<>();

    @GuardedBy("this")
    private SelfReport.Traffic former = SelfReport.Traffic.NONE; // of swarms that were left

    private volatile boolean closing;

    /**
     * One of them.
     *
     * @param infoHash of the torrent, once it is known
     * @param growth until then
     */
    record Joined(Swarm swarm, Optional<InfoHash> infoHash, Optional<Growth> growth) {
        private boolean works() {
            return !swarm.failure().toCompletableFuture().isCompletedExceptionally();
        }

        private boolean grows() {
            return works() && growth.filter(of -> !of.isStuck()).isPresent();
        }

        private SelfReport.Traffic traffic() {
            Swarm.Stats stats = swarm.stats();
            return new SelfReport.Traffic(stats.downloadedBytes() + stats.duplicateBytes(), stats.uploadedBytes());
        }

        /** Closes the swarm, with all that follows hashes for it. */
        void close() {
            growth.ifPresent(Growth::close);
            swarm.close();
        }
    }

    /** Begins to follow the hashes of an artifact; given the one to tell when all are known. */
    @FunctionalInterface
    interface Following {
        Growth begin(BiConsumer<Growth, InfoDictionary> published) throws InterruptedException;
    }

    /**
     * @param engine closed by whoever made it
     * @param transfers told which swarm an artifact has
     * @param ends at which level to log that a swarm stops by itself
     */
    Swarms(Store store, SwarmEngine engine, Transfers transfers, Level ends) {
        this.store = store;
        this.engine = engine;
        this.transfers = transfers;
        this.ends = ends;
    }

    /** Those that run now. */
    synchronized List<Swarm> all() {
        return swarms.values().stream().map(Joined::swarm).toList();
    }

    /** What moved in all of them since the start, those that were left included. */
    synchronized SelfReport.Traffic traffic() {
        SelfReport.Traffic sum = former;
        for (Joined joined : swarms.values()) {
            sum = sum.plus(joined.traffic());
        }
        return sum;
    }

    /** That of an artifact, if it has one here; it may have stopped by itself. */
    synchronized Optional<Swarm> swarm(ArtifactId id) {
        return Optional.ofNullable(swarms.get(id)).map(Joined::swarm);
    }

    /** The torrent by which an artifact has a swarm here, if it does. */
    synchronized Optional<InfoHash> infoHash(ArtifactId id) {
        return Optional.ofNullable(swarms.get(id)).flatMap(Joined::infoHash);
    }

    /**
     * Joins the swarm of a torrent, which is recorded in the store first; one that runs by this torrent, or grows into it, is given
     * instead.
     *
     * @param trackers announce URLs other than the cluster's tracker
     * @throws PiecewiseFault if there is no port, or the disk is broken, or this closes
     */
    synchronized Swarm join(StoredArtifact artifact, EncodedInfo torrent, List<String> trackers, PeerSource peers) {
        mustBeOpen();
        Joined running = swarms.get(artifact.id());
        if (running != null && running.works()) {
            if (running.growth()
                    .filter(growth -> growth.complete(torrent.info()))
                    .isPresent()) {
                published(artifact.id(), running, torrent);
                return running.swarm();
            } else if (running.infoHash().equals(Optional.of(torrent.infoHash()))) {
                return running.swarm();
            }
        }
        store.recordTorrent(artifact.id(), torrent, trackers);
        return join(SwarmSpec.of(torrent, artifact, peers), Optional.of(torrent.infoHash()), Optional.empty());
    }

    @GuardedBy("this")
    private Swarm join(SwarmSpec spec, Optional<InfoHash> infoHash, Optional<Growth> growth) {
        ArtifactId id = spec.storage().id();
        Joined running = swarms.remove(id);
        if (running != null) {
            former = former.plus(running.traffic());
            running.growth().ifPresent(Growth::stop);
            running.swarm().close(); // what broke it, a full disk for example, may be over
        }
        Swarm swarm = engine.join(spec);
        swarms.put(id, new Joined(swarm, infoHash, growth));
        transfers.joined(id, swarm);
        String name = spec.storage().content().name();
        swarm.failure().whenComplete((none, broken) -> tell(name, broken));
        LOG.debug("joined the swarm of {} on port {}", name, swarm.port());
        return swarm;
    }

    private void tell(String name, @Nullable Throwable broken) {
        if (broken != null) {
            LOG.atLevel(ends).log("the swarm of {} stops: {}", name, broken.getMessage());
        }
    }

    /**
     * Joins the swarm of an artifact that is being read, and follows its hashes; one that grows already is given instead.
     *
     * @param following asked if none grows
     * @param failure completed if following them dies of a bug
     * @return nothing where the artifact has another torrent recorded, or a swarm by one
     * @throws PiecewiseFault if the tracker is away, there is no port, or the disk is broken, or this closes
     */
    Optional<Growth> grow(
            StoredArtifact artifact, PeerSource peers, Following following, CompletableFuture<Void> failure)
            throws InterruptedException {
        Optional<Growth> growing = growing(artifact.id());
        if (growing.isEmpty()
                && store.stored(artifact.id()).flatMap(Store.Stored::torrent).isEmpty()) {
            growing = begin(artifact, peers, following.begin(this::published));
        }
        growing.ifPresent(growth -> growth.follow(failure));
        synchronized (this) {
            notifyAll();
        }
        return growing;
    }

    private synchronized Optional<Growth> begin(StoredArtifact artifact, PeerSource peers, Growth growth) {
        mustBeOpen();
        Joined running = swarms.get(artifact.id());
        if (running != null && running.works()) {
            return running.growth(); // somebody was faster
        }
        SwarmSpec spec = new SwarmSpec(List.of(growth.provisionalId()), artifact, growth, peers, growth.isPrivate());
        growth.joined(join(spec, Optional.empty(), Optional.of(growth)));
        return Optional.of(growth);
    }

    private synchronized Optional<Growth> growing(ArtifactId id) {
        return Optional.ofNullable(swarms.get(id)).filter(Joined::works).flatMap(Joined::growth);
    }

    /** Whether an artifact that is not published yet has a swarm here, whose hashes are followed. */
    synchronized boolean grows(ArtifactId id) {
        Joined joined = swarms.get(id);
        return joined != null && joined.grows();
    }

    /** Waits until some artifact {@link #grows}. */
    synchronized void awaitGrowing() throws InterruptedException {
        while (swarms.values().stream().noneMatch(Joined::grows)) {
            wait();
        }
    }

    private synchronized void published(Growth growth, InfoDictionary info) {
        Joined running = swarms.get(growth.id());
        if (running != null && running.growth().equals(Optional.of(growth))) {
            published(growth.id(), running, EncodedInfo.of(info));
        }
    }

    @GuardedBy("this")
    private void published(ArtifactId id, Joined running, EncodedInfo torrent) {
        store.recordTorrent(id, torrent, List.of());
        running.swarm().alsoKnownAs(torrent.infoHash(), Optional.of(torrent));
        swarms.put(id, new Joined(running.swarm(), Optional.of(torrent.infoHash()), Optional.empty()));
        LOG.debug("{} is read, infohash {}", torrent.info().content().name(), torrent.infoHash());
    }

    /** Counts the swarm of an artifact as left; the caller closes it. */
    synchronized Optional<Joined> leave(ArtifactId id) {
        Joined joined = swarms.remove(id);
        if (joined != null) {
            former = former.plus(joined.traffic());
        }
        return Optional.ofNullable(joined);
    }

    /** No hashes are followed any more, nor is any swarm joined; those that run go on until the engine is closed. */
    void stop() {
        List<Growth> growing;
        synchronized (this) {
            closing = true;
            growing = swarms.values().stream()
                    .flatMap(joined -> joined.growth().stream())
                    .toList();
        }
        growing.forEach(Growth::stop);
        growing.forEach(Growth::close);
    }

    /** Whether {@link #stop} was called. */
    boolean isClosing() {
        return closing;
    }

    /** @throws ProcessFault after {@link #stop}, for then nothing arrives any more */
    void mustBeOpen() {
        if (closing) {
            throw new ProcessFault(PiecewiseFault.Kind.FAILED, "this process is closing");
        }
    }
}
