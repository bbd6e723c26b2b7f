package dev.piecewise.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.peer.Swarm;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.LongSupplier;

/**
 * What peers sent and what was read from the origin, credited to those who wait for it: each byte once, to whoever has waited longest
 * in that swarm. Thread-safe.
 */
final class Credits {
    @GuardedBy("this")
    private final IdentityHashMap<Swarm, Deque<Share>> waiting = new IdentityHashMap<>();
    /** Swarms that somebody waited in. */
    @GuardedBy("this")
    private final Set<Swarm> known = Collections.newSetFromMap(new WeakHashMap<>());

    /** One of those who wait in a swarm, until this is closed. */
    final class Share implements AutoCloseable {
        private final Swarm swarm;
        private final LongSupplier fromOrigin;
        private Received before;

        private Share(Swarm swarm, boolean fromItsStart, LongSupplier fromOrigin) {
            this.swarm = swarm;
            this.fromOrigin = fromOrigin;
            this.before = fromItsStart ? new Received(0, 0, 0, 0, fromOrigin.getAsLong()) : total();
        }

        private Received total() {
            Swarm.Stats stats = swarm.stats();
            Swarm.FromPlaces places = stats.fromPlaces();
            return new Received(
                    stats.downloadedBytes(),
                    places.sameRack(),
                    places.sameZone(),
                    places.otherZone(),
                    fromOrigin.getAsLong());
        }

        boolean isIn(Swarm other) {
            return swarm == other;
        }

        /** What is credited to this one. */
        Received received() {
            synchronized (Credits.this) {
                return isFirst() ? total().minus(before) : Received.NOTHING;
            }
        }

        @GuardedBy("Credits.this")
        private boolean isFirst() {
            Deque<Share> all = waiting.get(swarm);
            return all != null && all.peek() == this;
        }

        @Override
        public void close() {
            synchronized (Credits.this) {
                Deque<Share> all = waiting.get(swarm);
                if (all == null) {
                    return;
                }
                boolean first = all.peek() == this;
                all.remove(this);
                Share next = all.peek();
                if (next == null) {
                    waiting.remove(swarm);
                } else if (first) {
                    next.before = next.total();
                }
            }
        }
    }

    /**
     * Waits in this swarm from now on.
     *
     * @param begunForIt whether the swarm was joined for the sake of who waits: what came before this call counts, too
     * @param fromOrigin what this process read of its artifact so far
     */
    synchronized Share in(Swarm swarm, boolean begunForIt, LongSupplier fromOrigin) {
        boolean nobodyWaitedYet = known.add(swarm);
        Share share = new Share(swarm, begunForIt && nobodyWaitedYet, fromOrigin);
        waiting.computeIfAbsent(swarm, absent -> new ArrayDeque<>()).add(share);
        return share;
    }
}
