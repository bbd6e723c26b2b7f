package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.store.StoredState;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What lies in the store of a process, who needs it to stay there, and what goes. Nothing that somebody {@link #enter}ed is removed,
 * and nobody enters what is being removed. Thread-safe.
 */
public final class KeptArtifacts {
    private static final Logger LOG = LoggerFactory.getLogger(KeptArtifacts.class);

    private final Store store;
    private final Consumer<ArtifactId> withdraw;
    private final ArtifactUses uses = new ArtifactUses();

    /** @param withdraw called before the bytes of an artifact are removed: it is offered to nobody from then on */
    KeptArtifacts(Store store, Consumer<ArtifactId> withdraw) {
        this.store = store;
        this.withdraw = withdraw;
    }

    /** Opens or begins something that the tracker knows nothing of; else it is {@link Participant#share}d. */
    public StoredArtifact open(ArtifactId id, ArtifactContent content) {
        return store.artifact(id, content);
    }

    /** How everything stands that lies there, wanted or not. */
    public List<StoredState> states() {
        return store.states();
    }

    /** The torrent of that infohash, if it lies there. */
    public Optional<KnownTorrent> known(InfoHash infoHash) {
        return store.stored().stream()
                .flatMap(stored -> stored
                        .torrent()
                        .filter(torrent -> torrent.infoHash().equals(infoHash))
                        .map(torrent -> new KnownTorrent(stored.id(), torrent))
                        .stream())
                .findFirst();
    }

    /** A torrent in the store. */
    public record KnownTorrent(ArtifactId id, EncodedInfo torrent) {}

    /** Something here needs the artifact to stay, until {@link #leave}; waits while it is being removed. */
    public void enter(ArtifactId id) throws InterruptedException {
        uses.enter(id);
    }

    /** Ends what {@link #enter} began. */
    public void leave(ArtifactId id) {
        uses.leave(id);
    }

    /** Whether somebody {@link #enter}ed it. */
    boolean isNeeded(ArtifactId id) {
        return uses.isUsed(id);
    }

    /** Whether something else here needs the artifact, too, beside whoever asks and {@link #enter}ed it. */
    public boolean isNeededByOthers(ArtifactId id) {
        return uses.isUsedTwice(id);
    }

    /**
     * Records that a shared artifact was asked for now.
     *
     * @param source by what: a URI, or a magnet link without its trackers
     * @param version names what stood at the origin
     */
    public void used(ArtifactId id, String source, String version) {
        store.recordUse(id, source, version);
    }

    /**
     * Records the same, but that the artifact need not stay once that is served: unless it is {@link #used} otherwise, before or
     * after, {@link #discard} removes it.
     */
    public void passes(ArtifactId id, String source, String version) {
        store.recordPassing(id, source, version);
    }

    /** Removes what only {@link #passes}; not if somebody {@link #enter}ed it, who will discard it, too, or wants it to stay. */
    public void discard(ArtifactId id) {
        if (store.isPassing(id)) {
            boolean removed = remove(id);
            LOG.debug("{} was not to be cached, and {}", id, removed ? "is removed" : "is still needed");
        }
    }

    /**
     * Leaves the swarm of an artifact, withdraws it and removes its bytes.
     *
     * @return false if somebody {@link #enter}ed it, and it stays
     */
    public boolean remove(ArtifactId id) {
        if (!uses.remove(id)) {
            return false;
        }
        try {
            withdraw.accept(id);
            store.remove(id);
            return true;
        } finally {
            uses.removed(id);
        }
    }

    /**
     * Hashes again what is held of an artifact; what is bad is dropped, and fetched again if its swarm runs.
     *
     * @param told after each piece
     */
    public StoredArtifact.Verification verify(ArtifactId id, IntConsumer told) throws InterruptedException {
        uses.enter(id);
        try {
            return store.verify(id, told);
        } finally {
            uses.leave(id);
        }
    }

    /**
     * Fills what is missing of an artifact from bytes that are on this machine, before its swarm is joined.
     *
     * @param torrent its torrent, recorded as by {@link Participant#join}
     * @param trackers other announce URLs than the cluster's tracker
     * @param beside where its files may lie already, in torrent order; empty if nowhere
     * @param told after every piece that was looked at
     */
    public void reuse(ArtifactId id, EncodedInfo torrent, List<String> trackers, List<Path> beside, Runnable told)
            throws InterruptedException {
        store.recordTorrent(id, torrent, trackers);
        long bytes = store.reuse(id, beside, told);
        if (bytes > 0) {
            LOG.info("{}: {} bytes were here already", torrent.info().content().name(), bytes);
        }
    }
}
