package dev.piecewise.trackerclient.api;

import dev.piecewise.core.PieceHash;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/artifacts/ID/hashes?from=CURSOR&waitSeconds=S}: hashes of pieces in the order in which they came to be known,
 * from where an earlier answer ended. Waits while there is nothing new and the artifact is READING.
 *
 * @param state of the artifact
 * @param infoHash hexadecimal, once published; then there are no more hashes than in this and the former answers, or a following
 *     one that does not wait
 * @param swarm hexadecimal: the id of the swarm in which nodes exchange pieces while there is no infohash
 * @param cursor opaque; what to ask {@code from} next. One that the tracker does not know any more begins anew
 * @param hashes base64 of 24 bytes each: the piece, big-endian, and its SHA-1
 */
public record HashList(ArtifactState state, @Nullable String infoHash, String swarm, String cursor, String hashes) {
    private static final int ENTRY_BYTES = Integer.BYTES + PieceHash.BYTES;

    /** The hash of one piece. */
    public record Entry(int piece, PieceHash hash) {}

    /** Entries as they stand in {@link #hashes()}. */
    public static String pack(List<Entry> entries) {
        ByteBuffer packed = ByteBuffer.allocate(entries.size() * ENTRY_BYTES);
        entries.forEach(entry -> packed.putInt(entry.piece()).put(entry.hash().bytes()));
        return Base64.getEncoder().encodeToString(packed.array());
    }

    /**
     * The entries of {@link #hashes()}.
     *
     * @throws PeerFault if that is not what it should be
     */
    public List<Entry> unpack() {
        ByteBuffer packed;
        try {
            packed = ByteBuffer.wrap(Base64.getDecoder().decode(hashes));
        } catch (IllegalArgumentException e) {
            throw new PeerFault(Kind.FAILED, "a list of hashes is not base64", e);
        }
        if (packed.remaining() % ENTRY_BYTES != 0) {
            throw new PeerFault(Kind.FAILED, "a list of hashes ends in the middle of one");
        }
        List<Entry> entries = new ArrayList<>(packed.remaining() / ENTRY_BYTES);
        while (packed.hasRemaining()) {
            int piece = packed.getInt();
            byte[] sha1 = new byte[PieceHash.BYTES];
            packed.get(sha1);
            entries.add(new Entry(piece, PieceHash.of(sha1)));
        }
        return entries;
    }
}
