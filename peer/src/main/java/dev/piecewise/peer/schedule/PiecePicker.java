package dev.piecewise.peer.schedule;

import dev.piecewise.core.PieceLayout;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Decides which block a peer is asked for next. A peer finishes its own pieces first, then those that others began and left, then
 * starts the rarest piece it has (at random among equals; of what an earlier run left first), then helps with others' pieces, then repeats what others were asked for long ago.
 *
 * <p>Every piece is held, being fetched ({@code active}) or open. A peer of another zone is asked for those pieces only that {@link
 * ZoneEntry} lets this node fetch from there.
 */
public final class PiecePicker {
    /** Rarest of so many candidates is rare enough; bounds the work on torrents of very many pieces. */
    private static final int CANDIDATES = 512;

    private final PieceLayout layout;
    private final RandomGenerator random;
    private final ZoneEntry zone;
    private final BitSet held;
    private final BitSet open;
    private final Map<Integer, PieceProgress> active = new LinkedHashMap<>();
    private final Map<Integer, BitSet> leftovers = new HashMap<>();
    private final BitSet begun = new BitSet();
    private final BitSet unverifiable = new BitSet();
    private final int[] copies;
    private int heldCount;

    /** In no zone. */
    public PiecePicker(PieceLayout layout, BitSet held, RandomGenerator random) {
        this(layout, held, random, new ZoneEntry("", 0));
    }

    public PiecePicker(PieceLayout layout, BitSet held, RandomGenerator random, ZoneEntry zone) {
        this.layout = layout;
        this.random = random;
        this.zone = zone;
        this.held = (BitSet) held.clone();
        this.heldCount = held.cardinality();
        this.open = new BitSet();
        open.set(0, layout.pieceCount());
        open.andNot(held);
        this.copies = new int[layout.pieceCount()];
    }

    /** Pieces that an earlier run began: units that it wrote, by piece. */
    public void resume(Map<Integer, BitSet> written) {
        written.forEach((piece, units) -> {
            if (open.get(piece)) {
                leftovers.put(piece, units);
                begun.set(piece);
            }
        });
    }

    /** Pieces whose hashes are not known; they are not begun before {@link #becameVerifiable}. */
    public void unverifiable(BitSet pieces) {
        unverifiable.or(pieces);
    }

    void becameVerifiable(BitSet pieces) {
        unverifiable.andNot(pieces);
    }

    ZoneEntry zone() {
        return zone;
    }

    /** Whether there are pieces that nobody was asked for. */
    boolean hasOpen() {
        return !open.isEmpty();
    }

    /** Pieces that are being fetched. */
    public Collection<PieceProgress> active() {
        return active.values();
    }

    public boolean isComplete() {
        return heldCount == layout.pieceCount();
    }

    public boolean isHeld(int piece) {
        return held.get(piece);
    }

    /** A copy. */
    public BitSet held() {
        return (BitSet) held.clone();
    }

    public int heldCount() {
        return heldCount;
    }

    /** Payload still wanted. */
    public long leftBytes() {
        return layout.totalBytes() - held.stream().mapToLong(layout::lengthOf).sum();
    }

    boolean isWantedFrom(PeerState peer) {
        // By turns, as either set may be long where the other one has nothing.
        int offered = peer.has().nextSetBit(0);
        while (offered >= 0) {
            int lacking = held.nextClearBit(offered);
            if (lacking == offered && peer.offers(offered)) {
                return true;
            }
            offered = peer.has().nextSetBit(Math.max(lacking, offered + 1));
        }
        return false;
    }

    void copyAdded(int piece) {
        copies[piece]++;
    }

    @Nullable
    PieceProgress active(int piece) {
        return active.get(piece);
    }

    /** @return the progress that this ends, if any */
    @Nullable
    PieceProgress becameHeld(int piece) {
        if (!held.get(piece)) {
            held.set(piece);
            heldCount++;
        }
        open.clear(piece);
        leftover(piece);
        return active.remove(piece);
    }

    void becameDropped(int piece) {
        if (held.get(piece)) {
            held.clear(piece);
            heldCount--;
        }
        if (!active.containsKey(piece)) {
            open.set(piece);
        }
    }

    /** A peer left: pieces that nobody began are open again. */
    void left(PeerState peer) {
        peer.has().stream().forEach(piece -> copies[piece]--);
        for (PieceProgress piece : List.copyOf(active.values())) {
            piece.left(peer);
            if (piece.isUntouched()) {
                openAgain(piece);
            }
        }
    }

    /** Connected peers that have the piece. */
    public int copies(int piece) {
        return copies[piece];
    }

    /** Nobody began it and it was refused: it is open again. */
    void openAgain(PieceProgress piece) {
        if (piece.isUntouched() && active.remove(piece.index(), piece)) {
            open.set(piece.index());
            zone.release(piece.index());
        }
    }

    /** The next run of units to ask this peer for, if there is one. */
    @Nullable
    BlockRequest pick(PeerState peer, long nowNanos) {
        BlockRequest pick = firstFree(peer.working(), peer, nowNanos);
        if (pick != null) {
            return pick;
        }
        if (peer.isFar()) {
            return pickFar(peer, nowNanos);
        }
        pick = firstFree(abandoned(), peer, nowNanos);
        if (pick != null) {
            return pick;
        }
        PieceProgress fresh = start(peer, nowNanos);
        return fresh == null
                ? firstFree(active.values(), peer, nowNanos)
                : request(fresh, fresh.nextFree(), peer, nowNanos);
    }

    /** Begun by who does not send the rest of it: the part that is there serves nobody. */
    private List<PieceProgress> abandoned() {
        return active.values().stream().filter(PieceProgress::isAbandoned).toList();
    }

    /** Whether there is something to ask this peer for. */
    boolean hasPick(PeerState peer, long nowNanos) {
        for (PieceProgress piece : active.values()) {
            if (piece.nextFree() >= 0 && isAllowed(piece, peer, nowNanos)) {
                return true;
            }
        }
        return open.intersects(peer.has()) && !candidates(peer, nowNanos).isEmpty();
    }

    /** What was claimed is finished before more is claimed. */
    private @Nullable BlockRequest pickFar(PeerState peer, long nowNanos) {
        BlockRequest pick = firstFree(active.values(), peer, nowNanos);
        if (pick != null) {
            return pick;
        }
        PieceProgress fresh = start(peer, nowNanos);
        if (fresh != null) {
            return request(fresh, fresh.nextFree(), peer, nowNanos);
        }
        // Begun with peers of this zone, who are gone.
        BitSet begunHere = new BitSet();
        active.values().stream().filter(piece -> piece.nextFree() >= 0).forEach(piece -> begunHere.set(piece.index()));
        begunHere.and(peer.offered(nowNanos));
        zone.filter(begunHere, peer, nowNanos);
        int piece = begunHere.nextSetBit(0);
        if (piece >= 0) {
            zone.claim(piece, nowNanos);
        }
        return piece < 0 ? null : firstFree(active.values(), peer, nowNanos);
    }

    private @Nullable BlockRequest firstFree(Iterable<PieceProgress> pieces, PeerState peer, long nowNanos) {
        for (PieceProgress piece : pieces) {
            int unit = piece.nextFree();
            if (unit >= 0 && isAllowed(piece, peer, nowNanos)) {
                return request(piece, unit, peer, nowNanos);
            }
        }
        return null;
    }

    private static BlockRequest request(PieceProgress piece, int unit, PeerState peer, long nowNanos) {
        int units = piece.freeRun(unit, peer.unitsPerRequest());
        return new BlockRequest(piece, unit, units, nowNanos, !peer.owes());
    }

    /** A unit that others were asked for and did not send, for a peer that has nothing better to do. */
    @Nullable
    BlockRequest pickLate(PeerState peer, long nowNanos) {
        for (PieceProgress piece : active.values()) {
            if (!peer.isFar() && isAllowed(piece, peer, nowNanos)) {
                for (int unit = piece.nextLate(0); unit >= 0; unit = piece.nextLate(unit + 1)) {
                    if (piece.owed(unit) < 2 && !peer.hasOutstanding(piece.index(), unit)) {
                        return new BlockRequest(piece, unit, 1, nowNanos, !peer.owes());
                    }
                }
            }
        }
        return null;
    }

    private boolean isAllowed(PieceProgress piece, PeerState peer, long nowNanos) {
        return active.get(piece.index()) == piece
                && peer.offers(piece.index(), nowNanos)
                && piece.isAllowed(peer)
                && (!peer.isFar() || zone.isOwn(piece.index()));
    }

    private BitSet candidates(PeerState peer, long nowNanos) {
        BitSet candidates = peer.offered(nowNanos);
        candidates.and(open);
        candidates.andNot(unverifiable);
        if (peer.isFar()) {
            zone.filter(candidates, peer, nowNanos);
            return peer.suggested().stream().anyMatch(candidates::get)
                    ? candidates
                    : zone.preferred(candidates, peer, nowNanos);
        }
        return candidates;
    }

    private @Nullable PieceProgress start(PeerState peer, long nowNanos) {
        BitSet candidates = candidates(peer, nowNanos);
        if (candidates.isEmpty()) {
            return null;
        }
        if (candidates.intersects(begun)) {
            candidates.and(begun);
        }
        peer.suggested().removeIf(piece -> !open.get(piece));
        int index =
                peer.suggested().stream().filter(candidates::get).findFirst().orElseGet(() -> rarest(candidates));
        open.clear(index);
        PieceProgress piece = new PieceProgress(index, layout.lengthOf(index), leftover(index));
        active.put(index, piece);
        if (peer.isFar()) {
            zone.claim(index, nowNanos);
        }
        return piece;
    }

    private BitSet leftover(int piece) {
        begun.clear(piece);
        BitSet units = leftovers.remove(piece);
        return units == null ? new BitSet() : units;
    }

    /** The piece that the fewest connected peers have; at random among equals, so that nodes differ. */
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
}
