package dev.piecewise.peer.btcore;

import bt.protocol.Cancel;
import bt.protocol.Interested;
import bt.protocol.NotInterested;
import bt.protocol.Request;
import dev.piecewise.core.PieceLength;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Who owes us which blocks: keeps every willing peer busy, gives back what a lost, choking or silent peer owes. A block is
 * marked as requested in its piece exactly while someone owes it or after it arrived; a block marked otherwise would never be
 * fetched. Guarded by the swarm's lock.
 */
final class BlockRequests {
    /** A block asked for so long ago is asked of someone else too. */
    private static final Duration LATE = Duration.ofSeconds(2);
    /** A peer that owes blocks and sent none for so long gives them back. */
    private static final Duration SNUB = Duration.ofSeconds(15);
    /** ... and for so long is disconnected, to start afresh. */
    private static final Duration STUCK = Duration.ofSeconds(45);

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);
    private static final Duration DEAD = Duration.ofMinutes(4);

    private final PiecePicker picker;
    private final List<PeerSession> sessions;
    private final int perPeer;
    private final LongSupplier nanoTime;
    private boolean stopped;

    /** @param sessions the swarm's own list, for reading */
    BlockRequests(PiecePicker picker, List<PeerSession> sessions, int perPeer, LongSupplier nanoTime) {
        this.picker = picker;
        this.sessions = sessions;
        this.perPeer = perPeer;
        this.nanoTime = nanoTime;
    }

    /** Asks for nothing any more. */
    void stop() {
        stopped = true;
    }

    /** Tells the peer whether it has what we lack, if that changed. */
    void updateInterest(PeerSession session) {
        boolean wanted = picker.isWantedFrom(session.offered());
        if (wanted != session.interested) {
            session.interested = wanted;
            session.send(wanted ? Interested.instance() : NotInterested.instance());
        }
    }

    void fillAll() {
        sessions.forEach(this::fill);
    }

    /** Asks the peer for as many blocks as it may owe. */
    void fill(PeerSession session) {
        if (!isWilling(session)) {
            return;
        }
        if (session.outstanding().isEmpty()) {
            session.lastBlockNanos = nanoTime.getAsLong();
        }
        while (session.outstanding().size() < perPeer && ask(session, picker.pick(session))) {
            // It may owe one more.
        }
    }

    private boolean isWilling(PeerSession session) {
        // The reader of a replaced connection may come here once more; what it asked for would be lost.
        return !session.gone && !session.choked && !session.snubbed && !stopped;
    }

    private boolean ask(PeerSession session, Optional<PiecePicker.Pick> pick) {
        pick.ifPresent(block -> {
            session.outstanding().put(block.key(), nanoTime.getAsLong());
            int length = block.piece().blockLength(block.block());
            session.send(new Request(block.piece().index(), block.block() * PieceLength.BLOCK_BYTES, length));
        });
        return pick.isPresent();
    }

    /** The peer owes nothing any more. */
    void release(PeerSession session) {
        List<Long> keys = List.copyOf(session.outstanding().keySet());
        session.outstanding().clear();
        session.working().clear();
        for (long key : keys) {
            if (sessions.stream().noneMatch(other -> other.outstanding().containsKey(key))) {
                picker.release(key);
            }
        }
    }

    /** A block arrived: nobody else need send it. */
    void cancel(long key, int length) {
        for (PeerSession other : sessions) {
            if (other.outstanding().remove(key) != null) {
                other.send(new Cancel((int) (key >>> 32), (int) key, length));
                fill(other);
            }
        }
    }

    /** Nobody need send anything of this piece any more. */
    void cancelAll(PieceDownload piece) {
        for (PeerSession session : sessions) {
            session.working().remove(piece);
            List<Long> keys = session.outstanding().keySet().stream()
                    .filter(key -> (int) (key >>> 32) == piece.index())
                    .toList();
            for (long key : keys) {
                session.outstanding().remove(key);
                int length = piece.blockLength((int) key / PieceLength.BLOCK_BYTES);
                session.send(new Cancel(piece.index(), (int) key, length));
            }
        }
    }

    /**
     * The watchdog, a few times a second.
     *
     * @return peers to be disconnected
     */
    List<PeerSession> tick() {
        long now = nanoTime.getAsLong();
        List<PeerSession> dead = new ArrayList<>();
        for (PeerSession session : sessions) {
            session.sendIfSilent(KEEP_ALIVE);
            Duration idle = Duration.ofNanos(now - session.lastBlockNanos);
            boolean owes = !session.outstanding().isEmpty();
            boolean stuck = (session.snubbed || owes) && idle.compareTo(STUCK) > 0;
            if (stuck || session.silence().compareTo(DEAD) > 0) {
                dead.add(session);
            } else if (owes && idle.compareTo(SNUB) > 0) {
                session.snubbed = true;
                release(session);
            }
            askForLate(session, now);
        }
        fillAll();
        if (sessions.stream().allMatch(session -> session.outstanding().isEmpty())) {
            picker.releaseAll();
            fillAll();
        }
        return dead;
    }

    private void askForLate(PeerSession session, long now) {
        boolean othersAreLate = isWilling(session)
                && session.outstanding().isEmpty()
                && sessions.stream()
                        .flatMap(other -> other.outstanding().values().stream())
                        .anyMatch(asked -> now - asked > LATE.toNanos());
        while (othersAreLate && session.outstanding().size() < perPeer && ask(session, picker.pickLate(session))) {
            // It may owe one more.
        }
    }
}
