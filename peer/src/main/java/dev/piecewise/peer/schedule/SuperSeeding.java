package dev.piecewise.peer.schedule;

import dev.piecewise.core.PieceLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What leaves a peer that has everything, or that brings pieces from elsewhere, and to whom first: no piece goes to a second of our own nodes before every piece went
 * to one, for they pass it on to each other. Each is suggested what nobody has yet (BEP 6, Suggest Piece: "super-seeding
 * without throughput reduction") and refused what another one is bringing. Whoever does not bring what it took in time, or
 * leaves, is no reason to refuse any more; strangers are never refused anything. While more pieces are to come, and the one that
 * comes next is to leave at once, a second copy leaves only when no first one does; but if others bring pieces, too, then what
 * all bring is to be passed on by all, and only a first copy has one taker.
 */
public final class SuperSeeding {
    /** One of our own nodes that wants blocks. */
    public interface Taker {
        /** Or can get it in its own zone, which is not ours. */
        boolean has(int piece);

        /** It had best ask for this piece next. */
        void suggest(int piece);
    }

    /** Suggested and not asked for as yet, at least one piece. */
    private static final int AHEAD_BYTES = 512 << 10;
    /** A suggestion that is not followed for so long is given to someone else. */
    private static final Duration STALE = Duration.ofSeconds(2);
    /** A piece may take so many times as long as they usually do, and at least so long. */
    private static final int PATIENCE = 4;

    private static final Duration LEAST_PATIENCE = Duration.ofMillis(500);
    /** How long pieces usually take, until some have come. */
    private static final Duration USUALLY = Duration.ofSeconds(2);

    /** One more copy may leave while no more than this part of the takers bring a first one. */
    private static final int TAKERS_PER_LAST_TURN = 4;

    /** Someone is fetching a piece from us that was nowhere else. */
    private record Turn(Taker taker, long sinceNanos) {}

    private final PieceLayout layout;
    private final IntUnaryOperator copies;
    private final BooleanSupplier othersBring;
    private final LongSupplier nanoTime;
    private final BitSet offered;
    /** Somebody has it, is fetching it from us, or was told to; or we do not have it. */
    private final BitSet given = new BitSet();

    private final Map<Integer, Turn> turns = new HashMap<>();
    private final Map<Taker, Map<Integer, Long>> suggested = new LinkedHashMap<>();
    private final int[] repeats;
    private final int ahead;
    private long usualNanos = USUALLY.toNanos();
    private int cursor;

    /**
     * Of a peer that has everything.
     *
     * @param copies of each piece among the connected peers
     */
    public SuperSeeding(PieceLayout layout, IntUnaryOperator copies, LongSupplier nanoTime, RandomGenerator random) {
        this(layout, all(layout), copies, () -> false, nanoTime, random);
    }

    private static BitSet all(PieceLayout layout) {
        BitSet all = new BitSet();
        all.set(0, layout.pieceCount());
        return all;
    }

    /**
     * @param offered pieces that we have so far
     * @param othersBring whether many of the pieces come from peers
     */
    public SuperSeeding(
            PieceLayout layout,
            BitSet offered,
            IntUnaryOperator copies,
            BooleanSupplier othersBring,
            LongSupplier nanoTime,
            RandomGenerator random) {
        this.layout = layout;
        this.offered = (BitSet) offered.clone();
        this.copies = copies;
        this.othersBring = othersBring;
        this.nanoTime = nanoTime;
        this.repeats = new int[layout.pieceCount()];
        this.ahead = Math.max(1, Math.min(layout.pieceCount(), AHEAD_BYTES / layout.pieceBytes()));
        this.cursor = random.nextInt(Math.max(1, layout.pieceCount())); // several seeds begin at different places
        for (int piece = 0; piece < layout.pieceCount(); piece++) {
            given.set(piece, !offered.get(piece) || copies.applyAsInt(piece) > 0);
        }
    }

    /** We have this one, too; whoever fetches least is told first. */
    public void offer(int piece) {
        if (!offered.get(piece)) {
            offered.set(piece);
            free(piece);
            Map<Taker, Integer> load = new HashMap<>();
            suggested.forEach((taker, told) -> load.put(taker, told.size()));
            turns.values().forEach(turn -> load.merge(turn.taker, 1, Integer::sum));
            suggested.keySet().stream()
                    .sorted(Comparator.comparing(load::get))
                    .toList()
                    .forEach(taker -> {
                        if (hasFresh()) {
                            suggest(taker);
                        }
                    });
        }
    }

    /** We have this one no longer. */
    public void withdraw(int piece) {
        offered.clear(piece);
        given.set(piece);
        turns.remove(piece);
        suggested.values().forEach(told -> told.remove(piece));
    }

    /** Is served from now on; may be said twice. */
    public void joined(Taker taker) {
        if (!suggested.containsKey(taker)) {
            suggested.put(taker, new LinkedHashMap<>());
            suggest(taker);
        }
    }

    /** It is served no longer for now: what it was told and did not ask for is for others. */
    public void rests(Taker taker) {
        Map<Integer, Long> told = suggested.remove(taker);
        if (told != null) {
            told.keySet().forEach(this::free);
        }
    }

    /** Is served no longer; what it has counts no longer in the copies. */
    public void left(Taker taker) {
        suggested.remove(taker);
        turns.values().removeIf(turn -> turn.taker == taker);
        for (int piece = given.nextSetBit(0); piece >= 0; piece = given.nextSetBit(piece + 1)) {
            free(piece);
        }
    }

    /** A peer has this piece. */
    public void has(Taker taker, int piece) {
        given.set(piece);
        Turn turn = turns.get(piece);
        if (turn != null && turn.taker == taker) {
            turns.remove(piece);
            usualNanos += (nanoTime.getAsLong() - turn.sinceNanos - usualNanos) / 8;
            suggest(taker);
        }
        forget(taker, piece);
    }

    /** Whether this one may have blocks of the piece now; if not it will find something else, or in a while this one again. */
    public boolean admits(Taker taker, int piece) {
        if (!offered.get(piece)) {
            return false;
        }
        joined(taker);
        Turn turn = turns.get(piece);
        if (turn != null && turn.taker == taker) {
            return true;
        }
        boolean first = turn == null && copies.applyAsInt(piece) == 0;
        Taker told = first ? toldOf(piece) : null;
        if (first ? told != null && told != taker && hasFresh() : !mayRepeat()) {
            return false;
        }
        if (first) {
            turns.put(piece, new Turn(taker, nanoTime.getAsLong()));
            given.set(piece);
        } else if (turn != null) {
            return false;
        }
        if (told != null && told != taker) {
            forget(told, piece);
        }
        forget(taker, piece);
        return true;
    }

    private void forget(Taker taker, int piece) {
        Map<Integer, Long> told = suggested.get(taker);
        if (told != null && told.remove(piece) != null) {
            suggest(taker);
        }
    }

    private @Nullable Taker toldOf(int piece) {
        for (Map.Entry<Taker, Map<Integer, Long>> entry : suggested.entrySet()) {
            if (entry.getValue().containsKey(piece)) {
                return entry.getKey();
            }
        }
        return null;
    }

    private boolean hasFresh() {
        return given.nextClearBit(0) < layout.pieceCount();
    }

    /** Every piece left once, is leaving or was suggested, and few are still leaving; or what others bring is to be passed on. */
    private boolean mayRepeat() {
        boolean moreToCome = isMoreToCome();
        if (moreToCome && othersBring.getAsBoolean()) {
            return true;
        }
        return !hasFresh() && turns.size() <= (moreToCome ? 0 : suggested.size() / TAKERS_PER_LAST_TURN);
    }

    private boolean isMoreToCome() {
        return offered.nextClearBit(0) < layout.pieceCount();
    }

    /** Nobody has it or brings it any more: it is to leave anew. */
    private void free(int piece) {
        if (offered.get(piece) && copies.applyAsInt(piece) == 0 && !turns.containsKey(piece) && toldOf(piece) == null) {
            given.clear(piece);
        }
    }

    private void suggest(Taker taker) {
        Map<Integer, Long> told = suggested.get(taker);
        while (told != null && told.size() < ahead) {
            int piece = hasFresh() ? nextFresh() : told.isEmpty() ? nextOfOthers(taker) : -1;
            if (piece < 0) {
                return;
            }
            given.set(piece);
            told.put(piece, nanoTime.getAsLong());
            taker.suggest(piece);
        }
    }

    private int nextFresh() {
        int piece = given.nextClearBit(cursor);
        if (piece >= layout.pieceCount()) {
            piece = given.nextClearBit(0);
        }
        cursor = piece + 1;
        return piece;
    }

    /** What was told to someone else, who is busy, or what few have. */
    private int nextOfOthers(Taker taker) {
        boolean idle = turns.values().stream().noneMatch(turn -> turn.taker == taker);
        for (Map<Integer, Long> told : idle ? suggested.values() : List.<Map<Integer, Long>>of()) {
            for (int piece : told.keySet()) {
                if (copies.applyAsInt(piece) == 0 && !turns.containsKey(piece)) {
                    told.remove(piece);
                    return piece;
                }
            }
        }
        boolean shared = isMoreToCome() && othersBring.getAsBoolean();
        return !shared && mayRepeat() ? rarestLacking(taker) : -1;
    }

    private int rarestLacking(Taker taker) {
        int best = -1;
        int bestScore = Integer.MAX_VALUE;
        for (int i = 0; i < layout.pieceCount(); i++) {
            int piece = (cursor + i) % layout.pieceCount();
            int score = copies.applyAsInt(piece) + repeats[piece];
            if (offered.get(piece) && score < bestScore && !turns.containsKey(piece) && !taker.has(piece)) {
                best = piece;
                bestScore = score;
            }
        }
        if (best >= 0) {
            repeats[best]++;
        }
        return best;
    }

    /** Now and then: what was not done in time is someone else's. */
    public void tick() {
        long now = nanoTime.getAsLong();
        long patience = Math.max(LEAST_PATIENCE.toNanos(), PATIENCE * usualNanos);
        List<Integer> over = new ArrayList<>();
        turns.forEach((piece, turn) -> {
            if (now - turn.sinceNanos > patience) {
                over.add(piece);
            }
        });
        over.forEach(turns::remove);
        for (Map<Integer, Long> told : suggested.values()) {
            Iterator<Map.Entry<Integer, Long>> entries = told.entrySet().iterator();
            while (entries.hasNext()) {
                Map.Entry<Integer, Long> entry = entries.next();
                if (now - entry.getValue() > STALE.toNanos()) {
                    over.add(entry.getKey());
                    entries.remove();
                }
            }
        }
        over.forEach(this::free);
        List.copyOf(suggested.keySet()).forEach(this::suggest);
    }
}
