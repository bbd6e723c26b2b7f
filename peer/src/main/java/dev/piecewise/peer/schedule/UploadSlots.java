package dev.piecewise.peer.schedule;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Who may ask us for blocks. Without a limit everyone who is interested may, once and for all: choking again would only cost a
 * round trip later. With one, a slot that becomes free goes at once to who waits longest, and nobody keeps one for long while
 * others wait.
 */
public final class UploadSlots {
    private static final Duration TERM = Duration.ofSeconds(5);

    /** A peer that wants blocks. */
    public interface Taker {
        void unchoke();

        void choke();
    }

    private record Holder(Taker taker, long sinceNanos) {}

    private final int slots;
    private final LongSupplier nanoTime;
    private final Deque<Holder> holders = new ArrayDeque<>();
    private final Deque<Taker> waiting = new ArrayDeque<>();

    /** @param slots 0 for no limit */
    public UploadSlots(int slots, LongSupplier nanoTime) {
        this.slots = slots;
        this.nanoTime = nanoTime;
    }

    /** The peer wants blocks; may be said twice. */
    public void wanted(Taker taker) {
        if (waiting.contains(taker) || holders.stream().anyMatch(holder -> holder.taker == taker)) {
            return;
        }
        waiting.add(taker);
        grant();
    }

    /** The peer wants nothing any more, or left. */
    public void ended(Taker taker) {
        waiting.remove(taker);
        if (slots > 0 && holders.removeIf(holder -> holder.taker == taker)) {
            taker.choke();
            grant();
        }
    }

    private void grant() {
        while (!waiting.isEmpty() && (slots == 0 || holders.size() < slots)) {
            Taker next = waiting.remove();
            holders.add(new Holder(next, nanoTime.getAsLong()));
            next.unchoke();
        }
    }

    /** Now and then: who had a slot for long makes room for who waits. */
    public void tick() {
        List<Taker> back = new ArrayList<>();
        long now = nanoTime.getAsLong();
        while (back.size() < waiting.size()
                && !holders.isEmpty()
                && now - holders.element().sinceNanos > TERM.toNanos()) {
            Taker taker = holders.remove().taker;
            taker.choke();
            back.add(taker);
        }
        grant();
        waiting.addAll(back);
    }
}
