package dev.piecewise.peer.schedule;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Of how many peers a node takes blocks at a time, where peers serve a few at a time. It takes from as many as each serves: then every
 * sender has takers and every taker has senders, and no link waits while another one is asked for too much. A sender that takes
 * much longer for a piece than others do leaves room for one more, and so does one that has ended the turn and sends the rest of what
 * it was asked for: the next turn begins meanwhile.
 */
final class Appetite {
    /** Whoever takes so many times as long for a piece as is usual is slow. */
    private static final int SLOW = 3;
    /** With slow ones it is at most so many times as many. */
    private static final int MOST_FOLD = 4;

    private final int feeders;
    /** Those who owe something, and some who do no more. */
    private final Set<PeerState> asked = new LinkedHashSet<>();
    /** How long a peer takes for a piece; 0 while that is not known. */
    private long usualNanos;

    /** @param feeders 0 for any number */
    Appetite(int feeders) {
        this.feeders = feeders;
    }

    boolean isLimited() {
        return feeders > 0;
    }

    /**
     * Whether one more may be asked.
     *
     * @param peers how many are connected
     */
    boolean isHungry(int peers, long nowNanos) {
        if (feeders == 0) {
            return true;
        }
        asked.removeIf(peer -> !peer.owes());
        int most = UploadSlots.slotsAmong(feeders, peers);
        int count = 0;
        for (PeerState peer : asked) {
            boolean slow = usualNanos > 0 && nowNanos - peer.beganNanos() > SLOW * usualNanos;
            count += slow || peer.isChoking() ? 0 : 1;
        }
        return count < most && asked.size() < MOST_FOLD * most;
    }

    /** The peer is about to be asked for a block. */
    void asks(PeerState peer, BlockRequest request, long nowNanos) {
        boolean goesOn = peer.owes();
        if (!goesOn || request.offset() == 0) {
            if (goesOn) {
                ended(peer, nowNanos);
            }
            peer.begins(nowNanos);
            asked.add(peer);
        }
    }

    /** The peer sent all of what was asked for together. */
    void ended(PeerState peer, long nowNanos) {
        long took = nowNanos - peer.beganNanos();
        usualNanos = usualNanos == 0 ? took : usualNanos + (Math.min(took, 2 * usualNanos) - usualNanos) / 16;
    }

    void left(PeerState peer) {
        asked.remove(peer);
    }
}
