package dev.piecewise.peer.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask us for blocks. Without a limit everyone who is interested may, once and for all: choking again would only cost a
 * round trip later. With one, our own nodes take turns of a piece: whoever asks for another one while others wait is choked, gets
 * the rest of what it asked for, and stands in line again. So pieces become whole one after the other and are passed on by who has
 * them, and nobody has settled on a piece long before it is sent. Strangers keep their slots longer, as they lose more by a choke.
 *
 * <p>While those who wait have next to nothing, few are served at a time: what one has soon, it can pass on. Who takes much longer
 * than others does not count: its own link is what it waits for, and ours is free for one more.
 */
public final class UploadSlots {
    /** Whoever has had a slot for so long makes room for others, whatever it does. */
    private static final Duration TERM = Duration.ofSeconds(5);
    /** A turn is not shorter: pieces may be small, and round trips long. */
    private static final Duration LEAST_TURN = Duration.ofMillis(100);
    /** Turns of so many times the usual length are those of slow takers. */
    private static final int SLOW = 3;

    private static final int MOST_FOLD = 4;
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
    }

    private static final class Turn {
        private final Taker taker;
        private final long sinceNanos;
        private int piece = -1;

        Turn(Taker taker, long sinceNanos) {
            this.taker = taker;
            this.sinceNanos = sinceNanos;
        }
    }

    private final int slots;
    private final LongSupplier nanoTime;
    private final Deque<Turn> turns = new ArrayDeque<>();
    private final Deque<Taker> waiting = new ArrayDeque<>();
    /** How long turns are; 0 while that is not known. */
    private long usualNanos;

    /** @param slots 0 for no limit */
    public UploadSlots(int slots, LongSupplier nanoTime) {
        this.slots = slots;
        this.nanoTime = nanoTime;
    }

    /** The peer wants blocks; may be said twice. */
    public void wanted(Taker taker) {
        if (turnOf(taker) == null && !waiting.contains(taker)) {
            waiting.add(taker);
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
        if (turn == null || turn.piece == piece) {
            return true;
        }
        long lasted = nanoTime.getAsLong() - turn.sinceNanos;
        if (turn.piece >= 0 && lasted >= LEAST_TURN.toNanos()) {
            usualNanos = usualNanos == 0 ? lasted : usualNanos + (Math.min(lasted, 2 * usualNanos) - usualNanos) / 16;
            if (!waiting.isEmpty()) {
                end(turn);
                return false;
            }
        }
        turn.piece = piece;
        return true;
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
            Taker next = waiting.remove();
            turns.add(new Turn(next, nanoTime.getAsLong()));
            next.unchoke();
        }
    }

    private boolean isRoom() {
        if (turns.size() >= MOST_FOLD * slots) {
            return false;
        }
        long now = nanoTime.getAsLong();
        int quick = 0;
        for (Turn turn : turns) {
            quick += usualNanos == 0 || now - turn.sinceNanos <= SLOW * usualNanos ? 1 : 0;
        }
        return quick < atOnce();
    }

    private int atOnce() {
        int held = 0;
        for (Taker taker : waiting) {
            held += taker.heldCount();
        }
        int average = held / waiting.size();
        return Math.min(slots, average < ALMOST_NOTHING ? 2 : average < LITTLE ? 3 : slots);
    }

    /** Now and then: who had a slot for very long makes room for who waits. */
    public void tick() {
        if (slots == 0) {
            return;
        }
        List<Turn> over = new ArrayList<>();
        long now = nanoTime.getAsLong();
        for (Turn turn : turns) {
            if (over.size() < waiting.size() && now - turn.sinceNanos > TERM.toNanos()) {
                over.add(turn);
            }
        }
        over.forEach(this::end);
        grant();
    }
}
