package dev.piecewise.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.peer.Swarm;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.IdentityHashMap;

/**
 * What peers sent, credited to those who wait for it: each byte once, to whoever has waited longest in that swarm. Thread-safe.
 */
final class PeerBytes {
    @GuardedBy("this")
    private final IdentityHashMap<Swarm, Deque<Share>> waiting = new IdentityHashMap<>();

    /** One of those who wait in a swarm, until this is closed. */
    final class Share implements AutoCloseable {
        private final Swarm swarm;
        private long before;

        private Share(Swarm swarm) {
            this.swarm = swarm;
        }

        boolean isIn(Swarm other) {
            return swarm == other;
        }

        /** Payload bytes that are credited to this one. */
        long bytes() {
            synchronized (PeerBytes.this) {
                return isFirst() ? swarm.stats().downloadedBytes() - before : 0;
            }
        }

        @GuardedBy("PeerBytes.this")
        private boolean isFirst() {
            Deque<Share> all = waiting.get(swarm);
            return all != null && all.peek() == this;
        }

        @Override
        public void close() {
            synchronized (PeerBytes.this) {
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
                    next.before = swarm.stats().downloadedBytes();
                }
            }
        }
    }

    /** Waits in this swarm from now on. */
    synchronized Share in(Swarm swarm) {
        Share share = new Share(swarm);
        share.before = swarm.stats().downloadedBytes();
        waiting.computeIfAbsent(swarm, absent -> new ArrayDeque<>()).add(share);
        return share;
    }
}
