package dev.piecewise.peer.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who owes us which blocks: keeps every willing peer busy, gives back what a lost, choking or silent peer owes. Everything a
 * peer says about pieces and blocks comes here; what is to be said to peers leaves by their {@link PeerState.Voice}.
 */
public final class RequestSchedule {
    /** A block asked for so long ago is asked of someone else too, who has nothing better to do. */
    private static final Duration LATE = Duration.ofSeconds(1);
    /** One of ours that owes blocks and of which nothing is heard for so long gives them back until it is. */
    private static final Duration SILENT = Duration.ofSeconds(1);
    /** A peer that owes blocks and sent none for so long gives them back. */
    private static final Duration SNUB = Duration.ofSeconds(4);
    /** ... and for so long is disconnected, to start afresh. */
    private static final Duration STUCK = Duration.ofSeconds(20);

    /** Whoever refused a block is not asked for that piece before. */
    private static final Duration REFUSED = Duration.ofMillis(500);
    /** Whoever refuses so many pieces in a row is not asked for any before. */
    private static final int REFUSALS = 8;

    private final PiecePicker picker;
    private final Appetite appetite;
    private final ZoneEntry zone;
    private final LongSupplier nanoTime;
    private final List<PeerState> peers = new ArrayList<>();
    private boolean stopped;

    /** Asks everyone who is willing. */
    public RequestSchedule(PiecePicker picker, LongSupplier nanoTime) {
        this(picker, 0, nanoTime);
    }

    /**
     * @param feeders of peers that serve only a few at a time, how many are asked at a time: best as many as each of them serves, for
     *     then each has takers and each taker has feeders; 0 for all
     */
    public RequestSchedule(PiecePicker picker, int feeders, LongSupplier nanoTime) {
        this.picker = picker;
        this.appetite = new Appetite(feeders);
        this.zone = picker.zone();
        this.nanoTime = nanoTime;
    }

    /** Asks for nothing any more. */
    public void stop() {
        stopped = true;
    }

    /** A peer joined that has told nothing yet. */
    public void joined(PeerState peer) {
        peers.add(peer);
        peer.present(true);
    }

    /** A peer left; may be said twice. */
    public void left(PeerState peer) {
        if (peers.remove(peer)) {
            peer.present(false);
            appetite.left(peer);
            release(peer);
            zone.left(peer, nanoTime.getAsLong());
            picker.left(peer);
            fillAll();
        }
    }

    /**
     * The peer, which is one of ours, told where it stands.
     *
     * @param zone its label
     * @param key random, and the same for all that know this peer
     */
    public void placed(PeerState peer, PeerState.Nearness nearness, String zone, long key) {
        peer.placed(nearness, zone, key);
        this.zone.placed(peer, nanoTime.getAsLong());
        noLongerFromFar(this.zone.has(peer, peer.has(), nanoTime.getAsLong()));
    }

    /** A peer of our zone brings a piece from another one, or does so no longer. */
    public void claimed(PeerState peer, int piece, boolean claims) {
        if (zone.claimed(peer, piece, claims, nanoTime.getAsLong())) {
            noLongerFromFar(List.of(piece));
        }
        if (!claims) {
            fillAll();
        }
    }

    /** Whoever is far need not send the rest of these. */
    private void noLongerFromFar(List<Integer> pieces) {
        for (int index : pieces) {
            PieceProgress piece = picker.active(index);
            if (piece != null) {
                peers.stream().filter(PeerState::isFar).forEach(peer -> abandon(peer, piece));
                picker.openAgain(piece);
            }
        }
    }

    /** The peer told that it has these, beside those it told before. */
    public void has(PeerState peer, BitSet pieces) {
        for (int piece = pieces.nextSetBit(0); piece >= 0; piece = pieces.nextSetBit(piece + 1)) {
            if (!peer.has().get(piece)) {
                peer.has().set(piece);
                picker.copyAdded(piece);
            }
        }
        noLongerFromFar(zone.has(peer, pieces, nanoTime.getAsLong()));
        peer.interesting(picker.isWantedFrom(peer));
        fill(peer);
    }

    /** The peer told that it has this one too. */
    public void has(PeerState peer, int piece) {
        if (!peer.has().get(piece)) {
            peer.has().set(piece);
            picker.copyAdded(piece);
            if (peer.isNear() || peer.isFar()) {
                BitSet one = new BitSet();
                one.set(piece);
                noLongerFromFar(zone.has(peer, one, nanoTime.getAsLong()));
            }
            if (!picker.isHeld(piece)) {
                if (!isByTurns(peer)) {
                    peer.interesting(true);
                }
                fill(peer);
            }
        }
    }

    /** The peer answers no more requests for now. */
    public void choked(PeerState peer) {
        peer.choking(true);
        peer.suggested().clear();
        if (!peer.givesTurns()) { // others send nothing more of what they owe
            release(peer);
        }
        fillAll();
    }

    /** The peer answers requests. */
    public void unchoked(PeerState peer) {
        peer.choking(false);
        peer.blockAt(nanoTime.getAsLong());
        fill(peer);
    }

    /** Says that it wants a turn if it knows what for. */
    private void wantTurn(PeerState peer, long now) {
        if (!peer.isInteresting() && isHungry(now) && picker.hasPick(peer, now)) {
            peer.interesting(true);
        }
    }

    private boolean isHungry(long now) {
        return appetite.isHungry(peers.size(), now);
    }

    private boolean isByTurns(PeerState peer) {
        return appetite.isLimited() && peer.givesTurns();
    }

    /** Another peer may have the turn: there is nothing to be asked for, and this one says so again when there is. */
    private void decline(PeerState peer) {
        if (peer.isInteresting() && !peer.owes()) {
            peer.interesting(false);
        }
    }

    /** The peer will not send a block it owes (BEP 6). */
    public void rejected(PeerState peer, int piece, int offset, int length) {
        BlockRequest request = peer.owed(piece, offset, length);
        if (request != null) {
            peer.settle(request);
            peer.working().remove(request.piece());
            picker.openAgain(request.piece());
            if (peer.givesTurns() && peer.isChoking()) {
                fillAll();
                return;
            }
            // Asked again at once it might refuse again at once, for ever.
            long until = nanoTime.getAsLong() + REFUSED.toNanos();
            if (peer.refuse(piece, until) >= REFUSALS) {
                peer.sends();
                peer.pauseUntil(until);
            }
            fillAll();
        }
    }

    /** The peer, which is one of ours, had best be asked for this piece next (BEP 6). */
    public void suggested(PeerState peer, int piece) {
        if (!picker.isHeld(piece)) {
            peer.suggest(piece);
            fill(peer);
        }
    }

    /**
     * A block begins to arrive.
     *
     * @return what it answers, or null if it is not wanted
     */
    public @Nullable BlockRequest begins(PeerState peer, int piece, int offset, int length) {
        BlockRequest request = peer.owed(piece, offset, length);
        long now = nanoTime.getAsLong();
        peer.blockAt(now);
        peer.snubbed(false);
        peer.sends();
        if (request != null && request.isAlone()) {
            peer.pipeline().roundTrip(now - request.askedNanos());
        }
        return request;
    }

    /**
     * The next bytes of a block came, and are on their way to the store if the request is current.
     *
     * @return new payload in whole units
     */
    public int received(PeerState peer, BlockRequest request, int bytes) {
        long now = nanoTime.getAsLong();
        peer.blockAt(now);
        peer.pipeline().received(bytes, now);
        int fresh = 0;
        if (request.isCurrent()) {
            // Also of a block that is never finished bytes were hashed, and may be the wrong ones.
            request.piece().sources().add(peer);
            int from = request.unitsReceived();
            peer.received(request, bytes);
            boolean whole = request.receivedBytes() == request.length();
            int to = request.unitsReceived();
            for (int unit = request.firstUnit() + from; unit < request.firstUnit() + to; unit++) {
                fresh += arrived(peer, request.piece(), unit);
            }
            if (whole) {
                peer.settle(request);
                peer.working().removeIf(RequestSchedule::isOver);
                if (!peer.owes()) {
                    appetite.ended(peer, now);
                }
            }
        } else {
            peer.received(request, bytes);
            if (request.receivedBytes() == request.length()) {
                peer.settle(request);
            }
        }
        if (peer.isRunningLow()) {
            fill(peer);
        }
        return fresh;
    }

    private static boolean isOver(PieceProgress piece) {
        return piece.nextFree() < 0;
    }

    private int arrived(PeerState peer, PieceProgress piece, int unit) {
        if (piece.isArrived(unit)) {
            return 0;
        }
        piece.arrive(unit);
        if (piece.owed(unit) > 1) {
            cancelAnswered(peer, piece);
        }
        return piece.unitLength(unit);
    }

    /** Nobody else need send what arrived. */
    private void cancelAnswered(PeerState from, PieceProgress piece) {
        for (PeerState other : peers) {
            if (other != from) {
                for (BlockRequest request : other.outstanding()) {
                    int unit = request.firstUnit();
                    int lacking = piece.nextLate(unit);
                    if (request.piece() == piece && (lacking < 0 || lacking >= unit + request.units())) {
                        other.cancel(request);
                    }
                }
                fill(other);
            }
        }
    }

    /** The hashes of these pieces are known now. */
    public void verifiable(BitSet pieces) {
        picker.becameVerifiable(pieces);
        fillAll();
    }

    /** The piece is in the store and verified, whoever brought it. */
    public void held(int piece) {
        zone.held(piece, nanoTime.getAsLong());
        PieceProgress ended = picker.becameHeld(piece);
        if (ended != null) {
            for (PeerState peer : peers) {
                abandon(peer, ended);
            }
            ended.restart();
        }
        for (PeerState peer : peers) {
            if (peer.isInteresting() && peer.offers(piece) && !picker.isWantedFrom(peer)) {
                peer.interesting(false);
            }
        }
        fillAll();
    }

    private static void abandon(PeerState peer, PieceProgress piece) {
        peer.working().remove(piece);
        if (!peer.owes()) {
            return;
        }
        for (BlockRequest request : peer.outstanding()) {
            if (request.piece() == piece) {
                peer.cancel(request);
            }
        }
    }

    /** The piece is not in the store after all. */
    public void dropped(int piece) {
        picker.becameDropped(piece);
        peers.forEach(peer -> peer.interesting(picker.isWantedFrom(peer)));
        fillAll();
    }

    /** Everything of the piece arrived and does not match its hash: it is fetched again. */
    public void refused(PieceProgress piece) {
        List<PeerState> sources =
                piece.sources().stream().filter(PeerState::isPresent).toList();
        PeerState only = null;
        if (!piece.isResumed() && piece.sources().size() == 1) {
            sources.forEach(liar -> liar.distrust(piece.index()));
        } else if (!piece.isResumed()) {
            // Fetched again from one peer alone, so that it is known who lies.
            only = sources.stream()
                    .filter(source -> source.offers(piece.index()))
                    .findAny()
                    .orElse(null);
        }
        for (PeerState peer : peers) {
            abandon(peer, piece);
        }
        piece.restart();
        piece.onlyFrom(only);
        sources.forEach(source -> source.interesting(picker.isWantedFrom(source)));
        fillAll();
    }

    private void fillAll() {
        boolean hungry = isHungry(nanoTime.getAsLong());
        for (PeerState peer : List.copyOf(peers)) {
            if (hungry || !peer.isChoking()) {
                fill(peer);
            }
        }
    }

    /** Asks the peer for as many blocks as it should owe. */
    private void fill(PeerState peer) {
        long now = nanoTime.getAsLong();
        if (stopped) {
            return;
        }
        if (peer.isChoking()) {
            if (isByTurns(peer)) {
                wantTurn(peer, now);
            }
            return;
        }
        if (!peer.isWilling(now)) {
            return;
        }
        if (!peer.owes()) {
            if (isByTurns(peer) && !isHungry(now)) {
                decline(peer);
                return;
            }
            peer.blockAt(now);
        }
        while (peer.mayOweMore()) {
            BlockRequest request = picker.pick(peer, now);
            if (request == null) {
                if (isByTurns(peer) && !peer.owes()) {
                    askForLate(peer, now);
                    decline(peer);
                }
                return;
            }
            if (isByTurns(peer)) {
                peer.interesting(true);
            }
            appetite.asks(peer, request, now);
            peer.ask(request);
        }
    }

    private void release(PeerState peer) {
        peer.outstanding().forEach(peer::settle);
        peer.working().clear();
    }

    /**
     * The watchdog, a few times a second.
     *
     * @return peers to be disconnected
     */
    public List<PeerState> tick() {
        long now = nanoTime.getAsLong();
        List<PeerState> stuck = new ArrayList<>();
        for (PeerState peer : peers) {
            long idle = now - peer.lastBlockNanos();
            if (peer.isSilent(now, SILENT.toNanos())) {
                takeBack(peer);
                peer.snubbed(true);
            } else if ((peer.isSnubbed() || peer.owes()) && idle > STUCK.toNanos()) {
                stuck.add(peer);
            } else if (peer.owes() && idle > SNUB.toNanos()) {
                takeBack(peer);
                peer.snubbed(true);
            }
        }
        zone.tick(owedFromFar(), now);
        fillAll();
        boolean late = !stopped && someoneIsLate(now);
        for (PeerState peer : late ? List.copyOf(peers) : List.<PeerState>of()) {
            if (isByTurns(peer) && peer.isChoking() && !peer.isInteresting() && picker.pickLate(peer, now) != null) {
                peer.interesting(true);
            }
            askForLate(peer, now);
        }
        return stuck;
    }

    private void takeBack(PeerState peer) {
        List<PieceProgress> working = List.copyOf(peer.working());
        peer.outstanding().forEach(peer::cancel);
        peer.working().clear();
        working.forEach(picker::openAgain);
    }

    private BitSet owedFromFar() {
        BitSet owed = new BitSet();
        for (PeerState peer : peers) {
            if (peer.isFar()) {
                peer.outstanding().forEach(request -> owed.set(request.piece().index()));
            }
        }
        return owed;
    }

    private void askForLate(PeerState peer, long now) {
        if (stopped || !peer.isWilling(now) || peer.owes() || !someoneIsLate(now)) {
            return;
        }
        while (peer.mayOweMore()) {
            BlockRequest request = picker.pickLate(peer, now);
            if (request == null) {
                return;
            }
            appetite.asks(peer, request, now);
            peer.ask(request);
        }
    }

    /** Who still sends is late only when nothing else is left to be asked for: many slow peers are as good as a few fast ones. */
    private boolean someoneIsLate(long now) {
        long before = now - LATE.toNanos();
        boolean nothingElse = !picker.hasOpen();
        for (PeerState peer : peers) {
            if (peer.owesSince(before) && (nothingElse || peer.lastBlockNanos() - before < 0)) {
                return true;
            }
        }
        return false;
    }
}
