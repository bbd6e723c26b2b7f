package dev.piecewise.peer.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask us for blocks. Without a limit everyone who is interested may, once and for all: choking again would only cost a
 * round trip later. With one, our own nodes take turns of a piece or a few: whoever asks for another one while others wait is choked,
 * gets the rest of what it asked for, and waits again. So pieces become whole one after the other and are passed on by who has
 * them, and nobody has settled on a piece long before it is sent. Strangers keep their slots longer, as they lose more by a choke.
 *
 * <p>Whoever comes stands in line at a random place: all want the same at the same moment, and if all lines had that order, all would
 * serve the same few.
 *
 * <p>While those who wait have next to nothing, few are served at a time: what one has soon, it can pass on. Who takes much longer
 * than others does not count: its own link is what it waits for, and ours is free for one more.
 */
public final class UploadSlots {
    /** Whoever has had a slot for so long makes room for others, whatever it does. */
    private static final Duration TERM = Duration.ofSeconds(5);
    /** A turn is not shorter: pieces may be small. */
    private static final Duration LEAST_TURN = Duration.ofMillis(100);
    /** Nor than this, unless it had several pieces: behind queues the round trip between two turns is long. */
    private static final Duration USUAL_LEAST_TURN = Duration.ofMillis(300);

    private static final int SEVERAL = 4;
    /** Turns that come to nothing end at most so often: who has nothing to give would only send words. */
    private static final Duration REFUSAL_PAUSE = Duration.ofMillis(1);

    /** Whoever takes so many times as long for a piece as is usual is slow. */
    private static final int SLOW = 3;

    private static final int MOST_FOLD = 4;
    /** More than so many peers to a slot are many. */
    private static final int MANY_FOLD = 2;
    /** Halving ends here. */
    private static final int LEAST_SLOTS = 4;
    /** While those who wait have fewer pieces on average, two are served at a time: with one the link would wait between its turns. */
    private static final int ALMOST_NOTHING = 4;
    /** ... three. */
    private static final int LITTLE = 12;

    /** A peer that wants blocks. */
    public interface Taker {
        void unchoke();

        void choke();

        /** How many pieces it has. */
        int heldCount();

        /** Whether it is one of our own nodes, which know what a turn is. */
        default boolean takesTurns() {
            return true;
        }
    }

    private static final class Turn {
        private final Taker taker;
        private final long sinceNanos;
        private int piece = -1;
        private long pieceSinceNanos;
        private int pieces;
        private boolean refused;

        Turn(Taker taker, long sinceNanos) {
            this.taker = taker;
            this.sinceNanos = sinceNanos;
            this.pieceSinceNanos = sinceNanos;
        }
    }

    private final int slots;
    private final IntSupplier peers;
    private final RandomGenerator random;
    private final LongSupplier nanoTime;
    private final List<Turn> turns = new ArrayList<>();
    private final List<Taker> waiting = new ArrayList<>();
    private long refusedNanos;
    /** How long a piece takes; 0 while that is not known. */
    private long usualNanos;

    /**
     * @param slots 0 for no limit
     * @param peers how many are connected, whether they want blocks or not
     */
    public UploadSlots(int slots, IntSupplier peers, RandomGenerator random, LongSupplier nanoTime) {
        this.slots = slots;
        this.peers = peers;
        this.random = random;
        this.nanoTime = nanoTime;
        this.refusedNanos = nanoTime.getAsLong() - REFUSAL_PAUSE.toNanos();
    }

    /**
     * To how many peers to send at a time, and of how many to take: among many peers half as many, as pieces are whole sooner then; among
     * few, whoever looks for the next turn finds too few others.
     *
     * @param slots among few
     */
    static int slotsAmong(int slots, int peers) {
        return peers > MANY_FOLD * slots ? Math.max(Math.min(LEAST_SLOTS, slots), slots / 2) : slots;
    }

    /** The peer wants blocks; may be said twice. */
    public void wanted(Taker taker) {
        if (turnOf(taker) == null && !waiting.contains(taker)) {
            waiting.add(random.nextInt(waiting.size() + 1), taker);
            grant();
        }
    }

    private @Nullable Turn turnOf(Taker taker) {
        for (Turn turn : turns) {
            if (turn.taker == taker) {
                return turn;
            }
        }
        return null;
    }

    /** The peer wants nothing any more, or left. */
    public void ended(Taker taker) {
        waiting.remove(taker);
        if (slots > 0 && turns.removeIf(turn -> turn.taker == taker)) {
            taker.choke();
            grant();
        }
    }

    /**
     * One of our own nodes, which may ask for blocks, asks for one of this piece.
     *
     * @return false if its turn is over, and this block is not to be sent
     */
    public boolean admits(Taker taker, int piece) {
        Turn turn = slots == 0 ? null : turnOf(taker);
        if (turn == null) {
            return true;
        }
        turn.refused = false;
        if (turn.piece == piece) {
            return true;
        }
        long now = nanoTime.getAsLong();
        if (turn.piece >= 0) {
            turn.pieces++;
            long took = now - turn.pieceSinceNanos;
            usualNanos = usualNanos == 0 ? took : usualNanos + (Math.min(took, 2 * usualNanos) - usualNanos) / 16;
            if (!waiting.isEmpty() && isLong(turn, now - turn.sinceNanos)) {
                end(turn);
                return false;
            }
            turn.pieceSinceNanos = now;
        }
        turn.piece = piece;
        return true;
    }

    private boolean isLong(Turn turn, long lasted) {
        boolean brief = turn.pieces >= SEVERAL || heldByWaiting() < LITTLE;
        return lasted >= (brief ? LEAST_TURN : USUAL_LEAST_TURN).toNanos();
    }

    /**
     * The peer, which may ask for blocks, asks for one that it cannot have, and is being sent none: others may have its turn, now or at
     * the next tick.
     */
    public void refused(Taker taker) {
        Turn turn = slots == 0 ? null : turnOf(taker);
        if (turn == null || waiting.isEmpty()) {
            return;
        }
        long now = nanoTime.getAsLong();
        if (now - refusedNanos >= REFUSAL_PAUSE.toNanos()) {
            refusedNanos = now;
            end(turn);
        } else {
            turn.refused = true;
        }
    }

    private void end(Turn turn) {
        turns.remove(turn);
        turn.taker.choke();
        grant();
        waiting.add(turn.taker);
        grant();
    }

    private void grant() {
        while (!waiting.isEmpty() && (slots == 0 || isRoom())) {
            Taker next = waiting.remove(0);
            turns.add(new Turn(next, nanoTime.getAsLong()));
            next.unchoke();
        }
    }

    private boolean isRoom() {
        if (turns.size() >= MOST_FOLD * slots) {
            return false;
        }
        long now = nanoTime.getAsLong();
        long slow = SLOW * Math.max(usualNanos, LEAST_TURN.toNanos());
        int quick = 0;
        for (Turn turn : turns) {
            quick += usualNanos == 0 || now - turn.pieceSinceNanos <= slow ? 1 : 0;
        }
        return quick < atOnce();
    }

    private int atOnce() {
        int held = heldByWaiting();
        return Math.min(slots, held < ALMOST_NOTHING ? 2 : held < LITTLE ? 3 : slotsAmong(slots, peers.getAsInt()));
    }

    /** How many pieces one of our own nodes among them has on average; strangers are many at a time from the start, as their terms are long. */
    private int heldByWaiting() {
        int held = 0;
        int ours = 0;
        for (Taker taker : waiting) {
            if (taker.takesTurns()) {
                held += taker.heldCount();
                ours++;
            }
        }
        return ours == 0 ? Integer.MAX_VALUE : held / ours;
    }

    /** Now and then: who had a slot for very long, or for nothing, makes room for who waits. */
    public void tick() {
        if (slots == 0) {
            return;
        }
        List<Turn> over = new ArrayList<>();
        long now = nanoTime.getAsLong();
        for (Turn turn : turns) {
            boolean ends = turn.refused || now - turn.sinceNanos > TERM.toNanos();
            if (ends && over.size() < waiting.size()) {
                over.add(turn);
            }
        }
        over.forEach(this::end);
        grant();
    }
}
