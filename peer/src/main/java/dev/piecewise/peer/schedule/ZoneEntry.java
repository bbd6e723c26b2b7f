package dev.piecewise.peer.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which pieces this node brings into its zone. A piece is to enter a zone once: of the zone's nodes one fetches it from another zone
 * and says so to the others (it <em>claims</em> the piece), who wait until they can get it from that one. When a piece can be had
 * first, or from one more zone, the zone's nodes take turns, in an order that hashing gives for this piece, so that they do not all claim it at once; if two do,
 * the smaller key keeps it. A claim ends with the piece, with its holder's connection, when its holder says so, or when it takes far
 * longer than claims usually do. A peer of another zone is <em>far</em>, one of the same zone <em>near</em>; others are neither
 * and know nothing of this.
 */
public final class ZoneEntry {
    /** A claim is known to the zone within much less than this. */
    private static final Duration TURN = Duration.ofMillis(100);

    private static final int MOST_TURNS = 5;
    /** While peers of a zone owe so much, and what their pipelines need beyond the least, nothing more is claimed from there. */
    private static final long ENOUGH_BYTES = 512 << 10;

    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(20);
    private static final int PATIENCE = 4;
    /** Nobody owes anything of a piece that was claimed here: somebody else may have better luck. */
    private static final Duration IDLE = Duration.ofSeconds(5);
    /** What is brought longer than this, and much longer than usual, keeps from nothing else. */
    private static final Duration BRINGING = Duration.ofSeconds(5);
    /** So many pieces that can be had first just now are looked at. */
    private static final int CANDIDATES = 512;

    private final long ownKey;
    private final Set<PeerState> near = new LinkedHashSet<>();
    private final FarZones far;
    private final Deque<Young> young = new ArrayDeque<>();
    private final Map<Integer, Map<PeerState, Long>> claims = new HashMap<>();
    private final Map<Integer, Long> own = new LinkedHashMap<>();
    private final Map<Integer, Long> idle = new HashMap<>();
    private long usualNanos;

    /** Pieces that nobody of the zone could have before, or not from there. */
    private record Young(BitSet pieces, long sinceNanos) {}

    /**
     * @param ownZone label of this node's zone
     * @param ownKey of this node, see {@link PeerState#placed}
     */
    public ZoneEntry(String ownZone, long ownKey) {
        this.far = new FarZones(ownZone);
        this.ownKey = ownKey;
    }

    /** It turned out where the peer stands: what was claimed here it is told, if it is near. */
    void placed(PeerState peer, long nowNanos) {
        if (peer.isNear() && near.add(peer)) {
            own.keySet().forEach(piece -> peer.voice().claims(piece, true));
        } else if (peer.isFar()) {
            far.joined(peer);
            opened(far.has(peer, peer.has()), nowNanos);
        }
    }

    private void opened(BitSet pieces, long nowNanos) {
        if (!pieces.isEmpty()) {
            young.add(new Young(pieces, nowNanos));
        }
    }

    private void opened(int piece, long nowNanos) {
        BitSet one = new BitSet();
        one.set(piece);
        opened(one, nowNanos);
    }

    /**
     * A peer has these.
     *
     * @return pieces that were claimed here and are needed from far no more
     */
    List<Integer> has(PeerState peer, BitSet pieces, long nowNanos) {
        List<Integer> over = new ArrayList<>();
        if (peer.isFar()) {
            opened(far.has(peer, pieces), nowNanos);
        } else if (peer.isNear()) {
            claims.keySet().removeIf(pieces::get);
            own.keySet().removeIf(piece -> pieces.get(piece) && over.add(piece));
            over.forEach(idle::remove);
        }
        return over;
    }

    /**
     * A near peer claims a piece, or does so no longer.
     *
     * @return whether it was claimed here, too, and is now that peer's
     */
    boolean claimed(PeerState peer, int piece, boolean claims, long nowNanos) {
        if (!near.contains(peer)) {
            return false;
        }
        if (!claims) {
            ended(peer, piece, nowNanos);
            return false;
        }
        if (own.containsKey(piece)) {
            if (Long.compareUnsigned(ownKey, peer.key()) < 0) {
                return false; // it hears of ours and gives way
            }
            release(piece);
            this.claims.computeIfAbsent(piece, absent -> new LinkedHashMap<>()).put(peer, nowNanos);
            return true;
        }
        this.claims.computeIfAbsent(piece, absent -> new LinkedHashMap<>()).put(peer, nowNanos);
        return false;
    }

    private void ended(PeerState peer, int piece, long nowNanos) {
        Map<PeerState, Long> of = claims.get(piece);
        if (of != null && of.remove(peer) != null && of.isEmpty()) {
            claims.remove(piece);
            opened(piece, nowNanos);
        }
    }

    void left(PeerState peer, long nowNanos) {
        far.left(peer);
        if (near.remove(peer)) {
            for (int piece : List.copyOf(claims.keySet())) {
                ended(peer, piece, nowNanos);
            }
        }
    }

    /** Whether blocks of a piece may be asked of a far peer. */
    boolean isOwn(int piece) {
        return own.containsKey(piece);
    }

    /** Leaves those of the pieces that may be claimed now to be fetched from this far peer. */
    void filter(BitSet pieces, PeerState peer, long nowNanos) {
        if (hasEnough(peer)) {
            pieces.clear();
            return;
        }
        for (PeerState other : near) {
            if (!other.isSnubbed()) {
                pieces.andNot(other.has());
            }
        }
        claims.keySet().forEach(pieces::clear);
        while (!young.isEmpty() && nowNanos - young.element().sinceNanos > MOST_TURNS * TURN.toNanos()) {
            young.remove();
        }
        if (near.isEmpty()) {
            return;
        }
        for (Young batch : young) {
            int seen = 0;
            for (int piece = batch.pieces.nextSetBit(0); piece >= 0; piece = batch.pieces.nextSetBit(piece + 1)) {
                if (!pieces.get(piece)) {
                    continue;
                }
                boolean due = ++seen <= CANDIDATES
                        && (peer.suggested().contains(piece)
                                || nowNanos - batch.sinceNanos >= turn(piece) * TURN.toNanos());
                if (!due) {
                    pieces.clear(piece);
                }
            }
        }
    }

    /**
     * Those that this node had best begin to fetch from the far peer, perhaps none for now: what other zones bring, or had best bring, it begins
     * only while it brings nothing else, or nothing that comes in time; they may be slow.
     */
    BitSet preferred(BitSet pieces, PeerState peer, long nowNanos) {
        BitSet first = far.first(pieces, peer);
        if (!first.isEmpty()) {
            return first;
        }
        return isBringing(nowNanos) ? new BitSet() : far.next(pieces, peer);
    }

    private boolean isBringing(long nowNanos) {
        long late = Math.max(BRINGING.toNanos(), 2 * usualNanos);
        return own.values().stream().anyMatch(since -> nowNanos - since <= late);
    }

    /** Who claims much more than the link brings keeps others from it. */
    private boolean hasEnough(PeerState from) {
        long owed = 0;
        long enough = ENOUGH_BYTES;
        for (PeerState peer : far.peersWith(from)) {
            owed += peer.outstandingBytes();
            enough += peer.pipeline().targetBytes() - PeerState.LEAST_PIPELINE_BYTES;
        }
        return owed >= enough;
    }

    /** How many near peers that lack the piece go before us. */
    private int turn(int piece) {
        long mine = mix(ownKey ^ piece);
        int before = 0;
        for (PeerState peer : near) {
            if (!peer.has().get(piece) && Long.compareUnsigned(mix(peer.key() ^ piece), mine) < 0) {
                before++;
            }
        }
        return Math.min(before, MOST_TURNS);
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
    static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /** This node fetches the piece from far. */
    void claim(int piece, long nowNanos) {
        if (own.putIfAbsent(piece, nowNanos) == null) {
            near.forEach(peer -> peer.voice().claims(piece, true));
        }
    }

    /** It does so no longer. */
    void release(int piece) {
        idle.remove(piece);
        if (own.remove(piece) != null) {
            near.forEach(peer -> peer.voice().claims(piece, false));
        }
    }

    /** It is here; the others hear of that by themselves. */
    void held(int piece, long nowNanos) {
        Long since = own.remove(piece);
        if (since != null) {
            usualNanos += (nowNanos - since - usualNanos) / 4;
        }
        idle.remove(piece);
        claims.remove(piece);
    }

    /**
     * A few times a second: ends claims that lead to nothing.
     *
     * @param owed pieces of which far peers owe something
     */
    void tick(BitSet owed, long nowNanos) {
        for (int piece : List.copyOf(own.keySet())) {
            if (owed.get(piece)) {
                idle.remove(piece);
            } else if (nowNanos - idle.computeIfAbsent(piece, absent -> nowNanos) > IDLE.toNanos()) {
                release(piece);
                opened(piece, nowNanos);
            }
        }
        long patience = Math.max(LEAST_PATIENCE.toNanos(), PATIENCE * usualNanos);
        claims.entrySet().removeIf(entry -> {
            entry.getValue().values().removeIf(since -> nowNanos - since > patience);
            if (entry.getValue().isEmpty()) {
                opened(entry.getKey(), nowNanos);
            }
            return entry.getValue().isEmpty();
        });
    }
}
