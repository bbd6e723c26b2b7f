package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.peer.PieceHashes;
import dev.piecewise.peer.StoredArtifact;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place of a process's bytes, owned by one process at a time; its layout stands in {@code docs/architecture.md}.
 * Thread-safe.
 */
public final class DataDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

    private static final int MAX_PLACES = 4; // a piece of zeros may be everywhere

    /** File locks are the process's: within it, opening and closing the lock file twice would give the first one up. */
    private static final Set<Path> OPEN_HERE = new HashSet<>();

    private final Path path;
    private final FileChannel lockFile;
    private final BootSession boot;
    private final Map<ArtifactId, FileStoredArtifact> open = new HashMap<>();
    private @Nullable StoredHashes hashes; // made when first needed
    private boolean closed;

    private DataDirectory(Path path, FileChannel lockFile, BootSession boot) {
        this.path = path;
        this.lockFile = lockFile;
        this.boot = boot;
    }

    /**
     * Takes ownership of a data directory, creating it if need be.
     *
     * @throws ProcessFault if another owner has it, or it cannot be written
     */
    public static DataDirectory open(Path path) {
        return open(path, BootSession.current());
    }

    static DataDirectory open(Path path, BootSession boot) {
        return tryOpen(path, boot).orElseThrow(() -> inUse(path));
    }

    /**
     * Takes ownership of a data directory, creating it if need be, unless another owner has it.
     *
     * @throws ProcessFault if it cannot be written
     */
    public static Optional<DataDirectory> tryOpen(Path path) {
        return tryOpen(path, BootSession.current());
    }

    private static Optional<DataDirectory> tryOpen(Path path, BootSession boot) {
        try {
            Files.createDirectories(path.resolve("artifacts"));
            Path real = path.toRealPath();
            synchronized (OPEN_HERE) {
                if (!OPEN_HERE.add(real)) {
                    return Optional.empty();
                }
            }
            boolean owned = false;
            try {
                FileChannel lockFile =
                        FileChannel.open(real.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                try {
                    FileLock lock = lockFile.tryLock();
                    owned = lock != null;
                    if (!owned) {
                        return Optional.empty();
                    }
                    Removal.finish(real.resolve("artifacts"));
                    return Optional.of(new DataDirectory(real, lockFile, boot));
                } finally {
                    if (!owned) {
                        lockFile.close();
                    }
                }
            } finally {
                if (!owned) {
                    release(real);
                }
            }
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "cannot use the data directory " + path + " (" + e + "); make it writable or choose another --data",
                    e);
        }
    }

    /** What to tell whoever cannot wait until another owner has left. */
    public static ProcessFault inUse(Path path) {
        return new ProcessFault(
                Kind.FAILED,
                "data directory in use: " + path
                        + " belongs to another running process; stop it or choose another --data");
    }

    private static void release(Path path) {
        synchronized (OPEN_HERE) {
            OPEN_HERE.remove(path);
        }
    }

    /** Where it is, absolute. */
    public Path path() {
        return path;
    }

    /**
     * The artifact's store, opened (and its files made, sparse) on the first call; until it is closed later calls give the
     * same object. Pieces recorded by an earlier run are trusted or checked as {@code docs/architecture.md} says.
     *
     * @throws TorrentFault if the disk refuses, or another content is recorded under this id
     */
    public synchronized StoredArtifact artifact(ArtifactId id, ArtifactContent content) {
        needOpen();
        FileStoredArtifact known = open.get(id);
        if (known != null && known.content().equals(content)) {
            return known;
        }
        Path directory = directory(id);
        Path meta = directory.resolve("meta");
        Optional<ArtifactMeta> recorded = meta(id);
        if (recorded.isPresent() && !recorded.get().content().equals(content)) {
            throw new TorrentFault(
                    Kind.FAILED, "the store in " + directory + " has other files than artifact " + id + "; delete it");
        }
        if (recorded.isEmpty()) {
            try {
                Files.createDirectories(directory);
                new ArtifactMeta(content, Optional.empty()).write(meta);
            } catch (IOException e) {
                throw new TorrentFault(Kind.FAILED, "cannot make the store " + directory + ": " + e.getMessage(), e);
            }
        }
        Optional<List<PieceHash>> hashes = recorded.flatMap(ArtifactMeta::torrent)
                .map(torrent -> torrent.info().hashes());
        FileStoredArtifact opened = FileStoredArtifact.open(directory, id, content, hashes, boot, () -> forget(id));
        open.put(id, opened);
        return opened;
    }

    private synchronized void forget(ArtifactId id) {
        open.remove(id);
    }

    /**
     * Records an artifact's torrent, so that a restarted node can seed it and check its pieces without asking anyone.
     *
     * @param infoDictionary its exact bytes, for their hash is the infohash
     * @throws TorrentFault if it is none, describes other content, or the disk refuses
     */
    public void recordTorrent(ArtifactId id, byte[] infoDictionary) {
        recordTorrent(id, EncodedInfo.parse(infoDictionary), List.of());
    }

    /**
     * The same with the announce URLs of a torrent that is not the cluster's tracker's.
     *
     * @throws TorrentFault if it describes other content, or the disk refuses
     */
    public synchronized void recordTorrent(ArtifactId id, EncodedInfo torrent, List<String> trackers) {
        needOpen();
        Path file = directory(id).resolve("meta");
        ArtifactMeta meta = ArtifactMeta.read(file);
        InfoDictionary info = torrent.info();
        if (!info.content().layout().equals(meta.content().layout())) {
            throw new TorrentFault(Kind.FAILED, "this torrent is not that of artifact " + id);
        }
        boolean news = meta.torrent()
                .filter(former -> former.infoHash().equals(torrent.infoHash())
                        && former.trackers().equals(trackers))
                .isEmpty();
        try {
            if (news) {
                new ArtifactMeta(meta.content(), Optional.of(new StoredTorrent.Known(torrent, trackers))).write(file);
            }
        } catch (IOException e) {
            throw new TorrentFault(Kind.FAILED, "cannot record the torrent in " + file + ": " + e.getMessage(), e);
        }
        FileStoredArtifact opened = open.get(id);
        if (hashes != null && news) {
            hashes.add(id, info.hashes());
        }
        if (opened != null) {
            opened.know(info.hashes());
            meta.torrent().ifPresent(former -> dropDiffering(opened, former.info(), info));
        }
    }

    /** A torrent that proved wrong was replaced: what was verified by it is good only where both agree. */
    private static void dropDiffering(FileStoredArtifact artifact, InfoDictionary former, InfoDictionary present) {
        for (int piece : artifact.held().stream().toArray()) {
            if (!present.hashes().get(piece).equals(former.hashes().get(piece))) {
                artifact.drop(piece);
            }
        }
    }

    /** What is stored here, complete or not. Of one whose record is damaged nothing is told until it is asked for again. */
    public synchronized List<StoredTorrent> stored() {
        return ids().stream().flatMap(id -> stored(id).stream()).toList();
    }

    private List<ArtifactId> ids() {
        needOpen();
        try (Stream<Path> directories = Files.list(path.resolve("artifacts"))) {
            return directories
                    .map(directory -> directory.getFileName().toString())
                    .filter(name -> name.matches("[0-9a-f]{64}"))
                    .sorted()
                    .map(ArtifactId::new)
                    .toList();
        } catch (IOException e) {
            throw new ProcessFault(Kind.FAILED, "cannot list the data directory " + path + ": " + e.getMessage(), e);
        }
    }

    /** One of {@link #stored()}. */
    public synchronized Optional<StoredTorrent> stored(ArtifactId id) {
        needOpen();
        return meta(id).map(meta -> new StoredTorrent(id, meta.content(), meta.torrent()));
    }

    /** The record of an artifact; a damaged one is none, for the artifact's id stands for its content. */
    private Optional<ArtifactMeta> meta(ArtifactId id) {
        Path file = directory(id).resolve("meta");
        try {
            return Files.exists(file) ? Optional.of(ArtifactMeta.read(file)) : Optional.empty();
        } catch (TorrentFault fault) {
            if (fault.getCause() instanceof IOException) {
                throw fault;
            }
            LOG.warn("{} is damaged and taken for absent ({})", file, fault.getMessage());
            return Optional.empty();
        }
    }

    /** How everything that is stored here stands. */
    public synchronized List<StoredState> states() {
        return ids().stream().flatMap(id -> state(id).stream()).toList();
    }

    /** One of {@link #states()}. */
    public synchronized Optional<StoredState> state(ArtifactId id) {
        needOpen();
        return meta(id).map(meta -> {
            try {
                return StoredState.of(directory(id), id, meta.content());
            } catch (IOException e) {
                throw new TorrentFault(Kind.FAILED, "cannot look at " + directory(id) + ": " + e.getMessage(), e);
            }
        });
    }

    /**
     * Records that an artifact, which must be stored here, was asked for now.
     *
     * @param source by what: a URI, or a magnet link without its trackers
     * @param version names what stood at the origin
     */
    public synchronized void recordUse(ArtifactId id, String source, String version) {
        needOpen();
        StoredUse.record(directory(id), source, version, true);
    }

    /** The same, but it is to stay only as long as somebody needs it, unless {@link #recordUse} says otherwise, before or after. */
    public synchronized void recordPassing(ArtifactId id, String source, String version) {
        needOpen();
        StoredUse.record(
                directory(id), source, version, use(id).filter(StoredUse::kept).isPresent());
    }

    /** Whether an artifact was asked for by {@link #recordPassing} only. */
    public synchronized boolean isPassing(ArtifactId id) {
        needOpen();
        return use(id).filter(use -> !use.kept()).isPresent();
    }

    private Optional<StoredUse> use(ArtifactId id) {
        try {
            return StoredUse.read(directory(id));
        } catch (IOException e) {
            throw new TorrentFault(Kind.FAILED, "cannot look at " + directory(id) + ": " + e.getMessage(), e);
        }
    }

    /**
     * Opens an artifact, if it is not open, and hashes again what is recorded as held, as {@link StoredArtifact#verify}; what turned
     * out bad because it was opened counts, too.
     *
     * @param told after each piece
     */
    public StoredArtifact.Verification verify(ArtifactId id, IntConsumer told) throws InterruptedException {
        BitSet recorded;
        StoredArtifact artifact;
        try {
            synchronized (this) {
                needOpen();
                recorded = PieceJournal.read(directory(id).resolve("pieces"))
                        .map(PieceJournal.Recorded::held)
                        .orElseGet(BitSet::new);
                Optional<ArtifactMeta> meta = meta(id);
                if (meta.isEmpty()) {
                    return new StoredArtifact.Verification(0, recorded.cardinality(), List.of());
                }
                artifact = artifact(id, meta.get().content());
            }
        } catch (IOException e) {
            throw new TorrentFault(Kind.FAILED, "cannot look at " + directory(id) + ": " + e.getMessage(), e);
        }
        StoredArtifact.Verification now = artifact.verify(told);
        recorded.or(artifact.held());
        int held = recorded.cardinality();
        recorded.andNot(artifact.held());
        return new StoredArtifact.Verification(
                held - now.unchecked(),
                now.unchecked(),
                recorded.stream().boxed().toList());
    }

    /**
     * Removes an artifact, closing it; what is published of it stays. Nobody may be using it.
     *
     * @throws TorrentFault if the disk refuses
     */
    public void remove(ArtifactId id) {
        try {
            Path gone;
            synchronized (this) {
                needOpen();
                FileStoredArtifact opened = open.get(id);
                if (opened != null) {
                    opened.close();
                }
                hashes = null; // it may be needed no more; else it is made again
                gone = Removal.begin(directory(id));
            }
            Removal.delete(gone);
        } catch (NoSuchFileException e) {
            LOG.debug("{} was removed already", id);
        } catch (IOException e) {
            throw new TorrentFault(
                    Kind.FAILED,
                    "cannot remove " + directory(id) + ": " + e.getMessage() + "; look at its permissions",
                    e);
        }
    }

    /**
     * Fills what an artifact lacks from bytes that are here already: pieces of other stored artifacts with the same hash, then
     * files that may lie where this one is to go. What comes to be held was hashed after it was written. The artifact's torrent
     * must be recorded, and its swarm not joined yet.
     *
     * @param beside where the artifact's files may lie, in torrent order; empty if nowhere
     * @param told after every piece that was looked at
     * @return bytes that came to be held
     * @throws TorrentFault if the disk refuses
     */
    public long reuse(ArtifactId id, List<Path> beside, Runnable told) throws InterruptedException {
        PieceReuse reuse;
        synchronized (this) {
            needOpen();
            FileStoredArtifact target = open.get(id);
            Optional<StoredTorrent.Known> torrent = meta(id).flatMap(ArtifactMeta::torrent);
            if (target == null || torrent.isEmpty() || target.isComplete()) {
                return 0;
            }
            List<PieceHash> all = torrent.get().info().hashes();
            BitSet pieces = new BitSet();
            pieces.set(0, all.size());
            reuse = new PieceReuse(target, PieceHashes.of(all), pieces, told);
        }
        reuse.from(hash -> places(hash, id), other -> StoredSource.open(directory(other)));
        if (!beside.isEmpty() && !reuse.missing().isEmpty()) {
            reuse.from(beside);
        }
        return reuse.bytes();
    }

    /**
     * The same with some pieces of an artifact that has no torrent yet; its swarm may be joined, if it was not told their hashes.
     *
     * @param hashes knows those of the pieces
     */
    public long reuse(ArtifactId id, PieceHashes hashes, BitSet pieces, List<Path> beside) throws InterruptedException {
        FileStoredArtifact target;
        synchronized (this) {
            needOpen();
            target = open.get(id);
        }
        if (target == null) {
            return 0;
        }
        PieceReuse reuse = new PieceReuse(target, hashes, pieces, () -> {});
        reuse.from(hash -> places(hash, id), other -> StoredSource.open(directory(other)));
        if (!beside.isEmpty() && !reuse.missing().isEmpty()) {
            reuse.copyFrom(beside);
        }
        return reuse.bytes();
    }

    private synchronized List<StoredHashes.Place> places(PieceHash hash, ArtifactId except) {
        StoredHashes index = hashes;
        if (index == null) {
            StoredHashes made = new StoredHashes();
            stored().forEach(stored -> stored.torrent()
                    .ifPresent(torrent -> made.add(stored.id(), torrent.info().hashes())));
            hashes = made;
            index = made;
        }
        return index.find(hash, except, MAX_PLACES);
    }

    /** Bytes of the held pieces of all artifacts that are open. */
    public long heldBytes() {
        List<StoredArtifact> opened;
        synchronized (this) {
            opened = List.copyOf(open.values());
        }
        return opened.stream().mapToLong(StoredArtifact::heldBytes).sum();
    }

    /** What this process may still put on the directory's disk; empty if that cannot be told. */
    public OptionalLong freeBytes() {
        try {
            return OptionalLong.of(Files.getFileStore(path).getUsableSpace());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private Path directory(ArtifactId id) {
        return path.resolve("artifacts").resolve(id.hex());
    }

    private void needOpen() {
        if (closed) {
            throw new IllegalStateException("the data directory " + path + " is closed");
        }
    }

    /** Closes every artifact, then gives up ownership. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (lockFile) {
            List.copyOf(open.values()).forEach(FileStoredArtifact::close);
        } catch (IOException e) {
            throw new ProcessFault(Kind.FAILED, "cannot close " + path + ": " + e.getMessage(), e);
        } finally {
            release(path);
        }
    }
}
