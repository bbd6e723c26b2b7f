package dev.piecewise.peer;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.PieceLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;

/**
 * The bytes of one artifact in this process's data directory, and which of its pieces are held: written <em>and</em>
 * verified. The only owner of that knowledge; engine, lease worker and reporter all ask and listen here. Thread-safe.
 *
 * <p>Faults are {@link dev.piecewise.core.fault.TorrentFault}s: a full or broken disk costs this artifact only.
 */
public interface StoredArtifact extends AutoCloseable {
    ArtifactId id();

    ArtifactContent content();

    /** A copy of the set of held pieces. */
    BitSet held();

    /** Bytes of the held pieces. */
    default long heldBytes() {
        PieceLayout layout = content().layout();
        BitSet held = held();
        int last = layout.pieceCount() - 1;
        long whole = (long) held.cardinality() * layout.pieceBytes();
        return last >= 0 && held.get(last) ? whole - layout.pieceBytes() + layout.lengthOf(last) : whole;
    }

    /** Whether every piece is held; an empty artifact always is. */
    boolean isComplete();

    /** Completes, on an arbitrary thread, when every piece is held. */
    CompletionStage<Void> completion();

    /**
     * Writes bytes at an offset of the artifact (all files concatenated); held pieces must not be written.
     *
     * @param bytes from position to limit, consumed
     */
    void write(long offset, ByteBuffer bytes);

    /** What {@link #write} did so far. */
    default Writes writes() {
        return new Writes(0, 0);
    }

    /**
     * Bytes written, in this run of the process.
     *
     * @param bytes how many
     * @param busyNanos time during which at least one write was under way
     */
    record Writes(long bytes, long busyNanos) {}

    /** Fills {@code into} from an offset of the artifact. */
    void read(long offset, ByteBuffer into);

    /**
     * Sends bytes from an offset of the artifact to a channel, as many as it takes now, without copying them where the system
     * can.
     *
     * @return how many were sent; 0 if the channel takes none for now
     * @throws IOException if the channel fails; what goes wrong with the store is a fault
     */
    default int transferTo(long offset, int bytes, WritableByteChannel target) throws IOException {
        ByteBuffer copy = ByteBuffer.allocate(Math.min(bytes, 64 * 1024));
        read(offset, copy);
        return target.write(copy.flip());
    }

    /** Declares a piece written and verified: recorded so that a restart need not hash it, then told to listeners. */
    void markHeld(int piece);

    /**
     * By piece that is not held: units of 16 KiB of it that were written, by this process or an earlier one; a copy. Nobody
     * verified them: the piece's hash decides, and a wrong record costs no more than fetching the piece again.
     */
    Map<Integer, BitSet> written();

    /**
     * Records that these units of a piece were written, so that a later process need not fetch them again. What is recorded
     * survives the death of the process, not that of the machine. Of a held piece nothing is recorded.
     */
    void markWritten(int piece, BitSet units);

    /** Takes back what {@link #markWritten} recorded: the piece's bytes turned out bad. */
    void forgetWritten(int piece);

    /** Withdraws a piece whose bytes turned out bad. */
    void drop(int piece);

    /**
     * Compares the files with what this process last did to them (size, mtime, inode); pieces of a file that someone else
     * changed are hashed again if their hashes are known, bad or uncheckable ones dropped. Called before a swarm serves.
     */
    void verifyStamps();

    /**
     * Hashes every held piece again, whatever stamps say, and drops the bad ones.
     *
     * @param told after each
     */
    Verification verify(IntConsumer told) throws InterruptedException;

    /**
     * What {@link #verify} found.
     *
     * @param checked pieces that were hashed
     * @param unchecked held pieces whose hash is not known here yet
     * @param bad pieces that were not what they should be, and are held no longer
     */
    record Verification(int checked, int unchecked, List<Integer> bad) {
        public Verification {
            bad = List.copyOf(bad);
        }
    }

    /** Tells changes from now on, on the thread that makes them; close to stop. */
    Subscription subscribe(Listener listener);

    /** The stored files in torrent order; only complete artifacts may be published from them. */
    List<Path> files();

    /** Hears of every change of {@link #held()}. */
    interface Listener {
        void held(int piece);

        default void dropped(int piece) {}
    }

    /** Ends a subscription. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    void close();
}
