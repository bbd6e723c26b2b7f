package dev.piecewise.peer.btcore;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLength;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A piece that is being fetched: which blocks were asked for, which are written. Its fields are guarded by the swarm's lock,
 * but for the digest, which has its own: blocks that arrive in order are hashed as they are written.
 */
final class PieceDownload {
    /** Reads bytes of the piece back from the store. */
    interface Reader {
        void read(int offset, ByteBuffer into);
    }

    private static final int READ_BYTES = 256 * 1024;

    private final int index;
    private final int length;
    private final int blockCount;
    final BitSet requested = new BitSet();
    final BitSet arrived = new BitSet();
    final BitSet written = new BitSet();
    final Set<PeerSession> sources = new HashSet<>();
    /** After a bad hash of several sources' blocks: the one peer that may send the piece this time. */
    @Nullable
    PeerSession only;
    /** Whether a thread compares its hash. */
    boolean verifying;

    private MessageDigest digest = sha1();
    private int digested;

    PieceDownload(int index, int length) {
        this.index = index;
        this.length = length;
        this.blockCount = (length + PieceLength.BLOCK_BYTES - 1) / PieceLength.BLOCK_BYTES;
    }

    int index() {
        return index;
    }

    int length() {
        return length;
    }

    int blockLength(int block) {
        return Math.min(PieceLength.BLOCK_BYTES, length - block * PieceLength.BLOCK_BYTES);
    }

    /** Whether such a block exists; all three come off the wire. */
    boolean hasBlock(int offset, int bytes) {
        return offset >= 0
                && offset < length
                && offset % PieceLength.BLOCK_BYTES == 0
                && bytes == blockLength(offset / PieceLength.BLOCK_BYTES);
    }

    /** A block nobody was asked for, or -1. */
    int nextFree() {
        int block = requested.nextClearBit(0);
        return block < blockCount ? block : -1;
    }

    /** A block that someone was asked for but that did not arrive, from {@code from} on, or -1. */
    int nextLate(int from) {
        int block = arrived.nextClearBit(from);
        return block < blockCount ? block : -1;
    }

    boolean isWritten() {
        return written.cardinality() == blockCount;
    }

    /** Hashes a block just written, if it is the next one. */
    synchronized void digest(int offset, ByteBuffer data) {
        if (offset == digested) {
            digested += data.remaining();
            digest.update(data);
        }
    }

    /** The hash of the whole piece, all of which is written; blocks that came out of order are read back. */
    synchronized PieceHash hash(Reader reader) {
        if (digested < length) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.min(READ_BYTES, length - digested));
            while (digested < length) {
                buffer.clear().limit(Math.min(buffer.capacity(), length - digested));
                reader.read(digested, buffer);
                digested += buffer.flip().limit();
                digest.update(buffer);
            }
        }
        PieceHash hash = PieceHash.of(digest.digest());
        restartDigest();
        return hash;
    }

    /** Forgets every block, to fetch them again. */
    void restart() {
        requested.clear();
        arrived.clear();
        written.clear();
        sources.clear();
        synchronized (this) {
            restartDigest();
        }
    }

    private void restartDigest() {
        digest = sha1();
        digested = 0;
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
