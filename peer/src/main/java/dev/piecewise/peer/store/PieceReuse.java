package dev.piecewise.peer.store;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.peer.PieceHashes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fills pieces that an artifact lacks from bytes that this machine has already. Nothing is trusted unread: a piece is hashed where
 * it lies, copied, and counts as held when the bytes that were written have its hash, too.
 */
final class PieceReuse {
    private static final Set<PosixFilePermission> WRITABLE =
            Set.of(PosixFilePermission.OWNER_WRITE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final FileStoredArtifact target;
    private final PieceHashes hashes;
    private final BitSet wanted;
    private final Runnable told;
    private final PieceLayout layout;
    private final PieceHashing hashing = new PieceHashing();
    private long bytes;

    /**
     * @param hashes of the wanted pieces
     * @param told after every piece that was looked at
     */
    PieceReuse(FileStoredArtifact target, PieceHashes hashes, BitSet wanted, Runnable told) {
        this.target = target;
        this.hashes = hashes;
        this.wanted = wanted;
        this.told = told;
        this.layout = target.content().layout();
    }

    /** Bytes that came to be held so far. */
    long bytes() {
        return bytes;
    }

    /** What is wanted and not held yet. */
    BitSet missing() {
        return without((BitSet) wanted.clone(), target.held());
    }

    private PieceHash hash(int piece) {
        return hashes.hash(piece).orElseThrow();
    }

    /**
     * Takes what it can of other artifacts.
     *
     * @param places where a piece of some hash may lie
     * @param open opens an artifact
     */
    void from(Function<PieceHash, List<StoredHashes.Place>> places, Function<ArtifactId, Optional<StoredSource>> open)
            throws InterruptedException {
        Map<ArtifactId, Optional<StoredSource>> sources = new HashMap<>();
        try {
            for (int piece : missing().stream().toArray()) {
                for (StoredHashes.Place place : places.apply(hash(piece))) {
                    Optional<StoredSource> source = sources.computeIfAbsent(place.artifact(), open);
                    if (source.isPresent()
                            && source.get().held().get(place.piece())
                            && missing().get(piece)) {
                        from(source.get().files(), source.get().layout(), place.piece(), piece);
                    }
                }
            }
        } finally {
            sources.values().forEach(source -> source.ifPresent(StoredSource::close));
        }
    }

    /** Takes a piece from another one, if they are equal. */
    private void from(ArtifactFiles other, PieceLayout otherLayout, int otherPiece, int piece)
            throws InterruptedException {
        if (otherLayout.lengthOf(otherPiece) == layout.lengthOf(piece)
                && matches(other, otherLayout, otherPiece, piece)) {
            take(other, otherLayout, otherPiece, piece, new BitSet());
        }
    }

    /**
     * Takes what it can of files that may be those of the artifact, or older ones. One that is equal as a whole, and that nobody
     * may write, is linked; of others pieces are copied. Nobody else may be writing to the artifact.
     *
     * @param paths in torrent order
     */
    void from(List<Path> paths) throws InterruptedException {
        from(paths, true);
    }

    /** The same without links. */
    void copyFrom(List<Path> paths) throws InterruptedException {
        from(paths, false);
    }

    private void from(List<Path> paths, boolean linking) throws InterruptedException {
        BitSet there = new BitSet();
        for (int file = 0; file < paths.size(); file++) {
            there.set(file, Files.isRegularFile(paths.get(file), LinkOption.NOFOLLOW_LINKS));
        }
        try (ArtifactFiles files = ArtifactFiles.at(paths, target.content())) {
            Map<Integer, FileStamp> before = new HashMap<>();
            for (int file : there.stream().toArray()) {
                FileStamp.of(paths.get(file)).ifPresent(stamp -> before.put(file, stamp));
            }
            BitSet equal = new BitSet();
            for (int piece : missing().stream().toArray()) {
                if (without(target.filesOf(piece), there).isEmpty() && matches(files, layout, piece, piece)) {
                    equal.set(piece);
                }
            }
            BitSet linked = new BitSet();
            for (int file : there.stream().toArray()) {
                linked.set(file, linking && link(file, paths.get(file), before.get(file), equal));
            }
            for (int piece : equal.stream().toArray()) {
                take(files, layout, piece, piece, linked);
            }
        } catch (IOException e) {
            throw new TorrentFault(
                    Kind.FAILED, "cannot look at what lies at " + paths.get(0) + ": " + e.getMessage(), e);
        }
    }

    private static BitSet without(BitSet set, BitSet others) {
        set.andNot(others);
        return set;
    }

    /** Whether the store's file is the one at that path now. */
    private boolean link(int file, Path path, @Nullable FileStamp before, BitSet equal) throws IOException {
        long size = target.content().files().get(file).sizeBytes();
        return size > 0
                && before != null
                && before.sizeBytes() == size
                && without(target.piecesOf(file), equal).isEmpty()
                && Collections.disjoint(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS), WRITABLE)
                && target.link(file, path);
    }

    private boolean matches(ArtifactFiles other, PieceLayout otherLayout, int otherPiece, int piece)
            throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean matches = hashing.matches(other, otherLayout, otherPiece, hash(piece));
        told.run();
        return matches;
    }

    private void take(ArtifactFiles other, PieceLayout otherLayout, int otherPiece, int piece, BitSet linked)
            throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean copied = !without(target.filesOf(piece), linked).isEmpty();
        if (copied) {
            target.forgetWritten(piece); // these units are written over, perhaps by others
            long start = layout.offsetOf(piece);
            hashing.hash(other, otherLayout, otherPiece, (at, chunk) -> target.writeMissing(start + at, chunk, linked));
        }
        if (target.matches(hashing, piece, hash(piece))) {
            target.markHeld(piece);
            bytes += layout.lengthOf(piece);
        }
        told.run();
    }
}
