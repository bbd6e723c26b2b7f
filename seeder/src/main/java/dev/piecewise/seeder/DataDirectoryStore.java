package dev.piecewise.seeder;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.PieceHashes;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.peer.store.StoredState;
import dev.piecewise.peer.store.StoredTorrent;
import dev.piecewise.seeder.cluster.Store;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/** The {@link Store} that lies in a data directory, which its caller closes. */
public final class DataDirectoryStore implements Store {
    private final DataDirectory data;

    public DataDirectoryStore(DataDirectory data) {
        this.data = data;
    }

    @Override
    public StoredArtifact artifact(ArtifactId id, ArtifactContent content) {
        return data.artifact(id, content);
    }

    @Override
    public void recordTorrent(ArtifactId id, EncodedInfo torrent, List<String> trackers) {
        data.recordTorrent(id, torrent, trackers);
    }

    @Override
    public Optional<Space> space() {
        OptionalLong free = data.freeBytes();
        return free.isPresent() ? Optional.of(new Space(data.heldBytes(), free.getAsLong())) : Optional.empty();
    }

    @Override
    public void recordUse(ArtifactId id, String source, String version) {
        data.recordUse(id, source, version);
    }

    @Override
    public void recordPassing(ArtifactId id, String source, String version) {
        data.recordPassing(id, source, version);
    }

    @Override
    public boolean isPassing(ArtifactId id) {
        return data.isPassing(id);
    }

    @Override
    public List<StoredState> states() {
        return data.states();
    }

    @Override
    public StoredArtifact.Verification verify(ArtifactId id, IntConsumer told) throws InterruptedException {
        return data.verify(id, told);
    }

    @Override
    public void remove(ArtifactId id) {
        data.remove(id);
    }

    @Override
    public long reuse(ArtifactId id, List<Path> beside, Runnable told) throws InterruptedException {
        return data.reuse(id, beside, told);
    }

    @Override
    public void reuse(ArtifactId id, PieceHashes hashes, BitSet pieces, List<Path> beside) throws InterruptedException {
        data.reuse(id, hashes, pieces, beside);
    }

    @Override
    public List<Stored> stored() {
        return data.stored().stream().map(DataDirectoryStore::stored).toList();
    }

    @Override
    public Optional<Stored> stored(ArtifactId id) {
        return data.stored(id).map(DataDirectoryStore::stored);
    }

    private static Stored stored(StoredTorrent stored) {
        return new Stored(
                stored.id(),
                stored.content(),
                stored.torrent().map(StoredTorrent.Known::torrent),
                stored.torrent().map(StoredTorrent.Known::trackers).orElse(List.of()));
    }
}
