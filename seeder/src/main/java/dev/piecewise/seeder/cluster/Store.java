package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.PieceHashes;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.store.StoredState;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** The artifacts that lie in this process's data directory. Thread-safe. */
public interface Store {
    /** Opens an artifact, or begins it; the same object every time while this process runs. */
    StoredArtifact artifact(ArtifactId id, ArtifactContent content);

    /**
     * Keeps the torrent of an artifact, so that a restarted process seeds without asking.
     *
     * @param trackers announce URLs other than the cluster's tracker, possibly none
     */
    void recordTorrent(ArtifactId id, EncodedInfo torrent, List<String> trackers);

    /** How much is there and how much more may be; empty if that cannot be told. */
    default Optional<Space> space() {
        return Optional.empty();
    }

    /**
     * @param heldBytes verified pieces of what is open
     * @param freeBytes that this process may still use
     */
    record Space(long heldBytes, long freeBytes) {}

    /** Records that an artifact that lies there was asked for now, as {@link KeptArtifacts#used}. */
    void recordUse(ArtifactId id, String source, String version);

    /** The same, but it is to stay only as long as somebody needs it, unless it was or will be asked for otherwise. */
    void recordPassing(ArtifactId id, String source, String version);

    /** Whether it was asked for by {@link #recordPassing} only. */
    boolean isPassing(ArtifactId id);

    /** How everything stands that lies there. */
    List<StoredState> states();

    /**
     * Hashes again what is recorded as held of an artifact, and drops what is bad.
     *
     * @param told after each piece
     */
    StoredArtifact.Verification verify(ArtifactId id, IntConsumer told) throws InterruptedException;

    /** Removes an artifact and closes it; nobody may be using it. */
    void remove(ArtifactId id);

    /**
     * Fills an artifact, whose torrent is recorded, from bytes of this machine.
     *
     * @param beside where its files may lie, in torrent order; empty if nowhere
     * @param told after every piece that was looked at
     * @return bytes that came to be held
     */
    long reuse(ArtifactId id, List<Path> beside, Runnable told) throws InterruptedException;

    /**
     * The same with some pieces of an artifact that has no torrent yet.
     *
     * @param pieces whose hashes are known
     */
    void reuse(ArtifactId id, PieceHashes hashes, BitSet pieces, List<Path> beside) throws InterruptedException;

    /** One artifact, if it lies there. */
    Optional<Stored> stored(ArtifactId id);

    /** All artifacts that lie there. */
    List<Stored> stored();

    /**
     * @param content what it consists of
     * @param torrent its torrent, if it was published when this process heard last
     * @param trackers what {@link Store#recordTorrent} was told of them
     */
    record Stored(ArtifactId id, ArtifactContent content, Optional<EncodedInfo> torrent, List<String> trackers) {}
}
