package dev.piecewise.peer.btcore;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.PieceLength;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides which block a peer is asked for next. A peer finishes its own pieces first, then starts the rarest piece it has (at
 * random among equals), then helps with others' pieces, then repeats what others were asked for long ago. Guarded by the
 * swarm's lock.
 *
 * <p>Every piece is held, being fetched ({@code active}) or open.
 */
final class PiecePicker {
    /** Rarest of so many candidates is rare enough; bounds the work on torrents of very many pieces. */
    private static final int CANDIDATES = 512;

    /** A block of a piece that is being fetched. */
    record Pick(PieceDownload piece, int block) {
        long key() {
            return key(piece.index(), block * PieceLength.BLOCK_BYTES);
        }

        static long key(int piece, int offset) {
            return ((long) piece << 32) | offset;
        }
    }

    private final PieceLayout layout;
    private final RandomGenerator random;
    private final BitSet held;
    private final BitSet open;
    private final Map<Integer, PieceDownload> active = new LinkedHashMap<>();
    private final int[] copies;

    PiecePicker(PieceLayout layout, BitSet held, RandomGenerator random) {
        this.layout = layout;
        this.random = random;
        this.held = (BitSet) held.clone();
        this.open = new BitSet();
        open.set(0, layout.pieceCount());
        open.andNot(held);
        this.copies = new int[layout.pieceCount()];
    }

    boolean isComplete() {
        return held.cardinality() == layout.pieceCount();
    }

    boolean isHeld(int piece) {
        return held.get(piece);
    }

    /** A copy. */
    BitSet held() {
        return (BitSet) held.clone();
    }

    int heldCount() {
        return held.cardinality();
    }

    /** Payload still wanted. */
    long leftBytes() {
        return layout.totalBytes() - held.stream().mapToLong(layout::lengthOf).sum();
    }

    boolean isWantedFrom(BitSet has) {
        BitSet wanted = (BitSet) has.clone();
        wanted.andNot(held);
        return !wanted.isEmpty();
    }

    void copyAdded(int piece) {
        copies[piece]++;
    }

    Optional<PieceDownload> active(int piece) {
        return Optional.ofNullable(active.get(piece));
    }

    /** Pieces all of whose blocks are written, and that no thread compares with their hash. */
    List<PieceDownload> unverified() {
        return active.values().stream()
                .filter(piece -> piece.isWritten() && !piece.verifying)
                .toList();
    }

    /** @return the download that this ends, if any */
    Optional<PieceDownload> becameHeld(int piece) {
        held.set(piece);
        open.clear(piece);
        return Optional.ofNullable(active.remove(piece));
    }

    void becameDropped(int piece) {
        held.clear(piece);
        if (!active.containsKey(piece)) {
            open.set(piece);
        }
    }

    /** A peer left: pieces that nobody began are open again. */
    void left(PeerSession peer) {
        peer.has().stream().forEach(piece -> copies[piece]--);
        for (PieceDownload piece : List.copyOf(active.values())) {
            if (piece.only == peer) {
                piece.only = null;
            }
            if (piece.arrived.isEmpty() && piece.requested.isEmpty()) {
                active.remove(piece.index());
                open.set(piece.index());
            }
        }
    }

    /** The next block to ask this peer for, marked as requested. */
    Optional<Pick> pick(PeerSession peer) {
        Optional<Pick> pick = peer.working().stream()
                .filter(piece -> isAllowed(piece, peer) && piece.nextFree() >= 0)
                .findFirst()
                .map(piece -> new Pick(piece, piece.nextFree()));
        if (pick.isEmpty()) {
            pick = start(peer);
        }
        if (pick.isEmpty()) {
            pick = active.values().stream()
                    .filter(piece -> isAllowed(piece, peer) && piece.nextFree() >= 0)
                    .findFirst()
                    .map(piece -> new Pick(piece, piece.nextFree()));
        }
        pick.ifPresent(found -> {
            found.piece.requested.set(found.block);
            peer.working().add(found.piece);
        });
        return pick;
    }

    /** A block that others were asked for and did not send, for a peer that has nothing better to do. */
    Optional<Pick> pickLate(PeerSession peer) {
        for (PieceDownload piece : active.values()) {
            if (isAllowed(piece, peer)) {
                for (int block = piece.nextLate(0); block >= 0; block = piece.nextLate(block + 1)) {
                    Pick pick = new Pick(piece, block);
                    if (!peer.outstanding().containsKey(pick.key())) {
                        return Optional.of(pick);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private boolean isAllowed(PieceDownload piece, PeerSession peer) {
        return active.get(piece.index()) == piece
                && peer.offers(piece.index())
                && (piece.only == null || piece.only == peer);
    }

    private Optional<Pick> start(PeerSession peer) {
        BitSet candidates = peer.offered();
        candidates.and(open);
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        int piece = rarest(candidates);
        open.clear(piece);
        PieceDownload download = new PieceDownload(piece, layout.lengthOf(piece));
        active.put(piece, download);
        return Optional.of(new Pick(download, 0));
    }

    /** The candidate that the fewest connected peers have; at random among equals, so that nodes differ. */
    int rarest(BitSet candidates) {
        int from = random.nextInt(candidates.length());
        int best = -1;
        int ties = 0;
        int seen = 0;
        int piece = candidates.nextSetBit(from);
        boolean wrapped = false;
        while (seen < CANDIDATES) {
            if (wrapped && (piece < 0 || piece >= from)) {
                break;
            }
            if (piece < 0) {
                wrapped = true;
                piece = candidates.nextSetBit(0);
                continue;
            }
            seen++;
            if (best < 0 || copies[piece] < copies[best]) {
                best = piece;
                ties = 1;
            } else if (copies[piece] == copies[best] && random.nextInt(++ties) == 0) {
                best = piece;
            }
            piece = candidates.nextSetBit(piece + 1);
        }
        return best;
    }

    /** Gives a requested block free again, unless it arrived. */
    void release(long key) {
        PieceDownload piece = active.get((int) (key >>> 32));
        int block = (int) key / PieceLength.BLOCK_BYTES;
        if (piece != null && !piece.arrived.get(block)) {
            piece.requested.clear(block);
        }
    }

    /** Gives every block free that did not arrive, when nobody is asked for any. */
    void releaseAll() {
        active.values().forEach(piece -> piece.requested.and(piece.arrived));
    }
}
