package dev.piecewise.peer.store;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.TorrentFault;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hashes pieces where they lie. Not thread-safe, for it has one buffer. */
final class PieceHashing {
    private static final int BUFFER_BYTES = 1 << 20;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    /** Takes the bytes of a piece as they are read, in order. */
    @FunctionalInterface
    interface Sink {
        /** @param bytes from position to limit; consumed or not */
        void take(long offset, ByteBuffer bytes);
    }

    /** @throws TorrentFault if it cannot be read */
    PieceHash hash(ArtifactFiles files, PieceLayout layout, int piece) {
        return hash(files, layout, piece, (offset, bytes) -> {});
    }

    /**
     * Hashes what it gives to {@code sink}.
     *
     * @throws TorrentFault if it cannot be read
     */
    PieceHash hash(ArtifactFiles files, PieceLayout layout, int piece, Sink sink) {
        MessageDigest sha1 = ArtifactMeta.sha1();
        long start = layout.offsetOf(piece);
        long end = start + layout.lengthOf(piece);
        for (long offset = start; offset < end; offset += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - offset));
            files.read(offset, buffer);
            sha1.update(buffer.flip());
            sink.take(offset - start, buffer.rewind());
            buffer.rewind();
        }
        return PieceHash.of(sha1.digest());
    }

    /** Whether a piece can be read and is the one of this hash. */
    boolean matches(ArtifactFiles files, PieceLayout layout, int piece, PieceHash expected) {
        try {
            return hash(files, layout, piece).equals(expected);
        } catch (TorrentFault unreadable) {
            return false;
        }
    }

    /** Those of the suspects that differ from their hash; without hashes all of them. */
    static BitSet bad(ArtifactFiles files, PieceLayout layout, BitSet suspects, @Nullable List<PieceHash> hashes) {
        if (hashes == null || suspects.isEmpty()) {
            return (BitSet) suspects.clone();
        }
        PieceHashing hashing = new PieceHashing();
        BitSet bad = new BitSet();
        suspects.stream()
                .filter(piece -> !hashes.get(piece).equals(hashing.hash(files, layout, piece)))
                .forEach(bad::set);
        return bad;
    }

    /** The pieces that have bytes in a file. */
    static BitSet piecesOf(ArtifactFiles files, PieceLayout layout, int file) {
        BitSet pieces = new BitSet();
        if (files.sizeOf(file) > 0) {
            long last = files.startOf(file) + files.sizeOf(file) - 1;
            pieces.set(layout.pieceAt(files.startOf(file)), layout.pieceAt(last) + 1);
        }
        return pieces;
    }
}
