package dev.piecewise.bench.simulate;

import dev.piecewise.core.announce.PeerId;
import dev.piecewise.peer.schedule.BlockRequest;
import dev.piecewise.peer.schedule.Neighbour;
import dev.piecewise.peer.schedule.PeerState;
import dev.piecewise.peer.schedule.PieceProgress;
import dev.piecewise.peer.schedule.SuperSeeding;
import dev.piecewise.peer.schedule.UploadSlots;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** One host's end of a connection: what the engine's sessions do, with messages that take a while and blocks that take a link. */
final class Side extends Uplink.Flow implements PeerState.Voice, UploadSlots.Taker, SuperSeeding.Taker, Neighbour {
    /** What our own nodes send each other at once, in units of 16 KiB. */
    private static final int UNITS = 16;

    private static final int REQUESTS = 2000;
    private static final int PART_BYTES = 128 << 10;
    /** What the engine's sessions send when they have nothing else to say, and when they take one of ours for dead. */
    private static final long SIGN_OF_LIFE_NANOS = Duration.ofSeconds(2).toNanos();

    private static final long DEAD_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long DEAD_IN_DEBT_NANOS = Duration.ofSeconds(3).toNanos();

    private final Host host;
    private final Host peer;
    private final Dialling dialling;
    private final Traffic traffic;
    private final Events events;
    private final PeerState state;
    private final Route route;
    private final Deque<BlockRequest> uploads = new ArrayDeque<>();
    private @Nullable Side far;
    private @Nullable BlockRequest arriving;
    private @Nullable PieceProgress turn;
    private long busyNanos;
    private long receivedNanos;
    private int sentBytes;
    private int partsOnTheWay;
    private boolean sending;
    private boolean heldUp;
    private boolean unchoked;
    private boolean over;
    /** The peer fell silent while it owed us blocks. */
    private boolean waitsInVain;

    private Side(Host host, Host peer, Dialling dialling, Traffic traffic) {
        this.host = host;
        this.peer = peer;
        this.dialling = dialling;
        this.traffic = traffic;
        this.events = traffic.events();
        this.busyNanos = events.now();
        this.receivedNanos = events.now();
        this.route = traffic.route(host, peer);
        this.state = new PeerState(this, events.now());
        state.accepts(REQUESTS, UNITS);
        state.givesTurns(host.givesTurns());
        state.roundTrip(2 * events.latencyNanos());
    }

    /** A host has called another one, and they have greeted each other. */
    static void connect(Host one, Host other, Traffic traffic) {
        Side near = new Side(one, other, Dialling.OURS, traffic);
        Side far = new Side(other, one, Dialling.THEIRS, traffic);
        near.far = far;
        far.far = near;
        one.joined(near);
        other.joined(far);
        near.introduce();
        far.introduce();
    }

    private Side far() {
        Side other = far;
        if (other == null) {
            throw new IllegalStateException("not connected");
        }
        return other;
    }

    Host peer() {
        return peer;
    }

    PeerState state() {
        return state;
    }

    @Override
    public PeerId remoteId() {
        return peer.id();
    }

    @Override
    public Dialling dialling() {
        return dialling;
    }

    @Override
    public long busyNanos() {
        return busyNanos;
    }

    @Override
    public boolean isAlive() {
        return !state.isSnubbed();
    }

    @Override
    public boolean isSettled(long nowNanos) {
        return true;
    }

    @Override
    public boolean isInteresting() {
        return state.isInteresting();
    }

    /** Whether it is sent blocks. */
    boolean isServed() {
        return unchoked;
    }

    boolean peerHasAll() {
        return state.has().cardinality() == traffic.pieces();
    }

    /** Does something at the other end when a message arrives there. */
    private void tell(Message kind, Runnable there) {
        Side other = far();
        traffic.count(kind);
        events.message(() -> {
            if (!other.over) {
                other.receivedNanos = events.now();
                there.run();
            }
        });
    }

    private void introduce() {
        BitSet held = host.held();
        if (!held.isEmpty()) {
            tell(Message.HAVE, () -> far().hears(held));
        }
    }

    private void hears(BitSet pieces) {
        host.hears(this, pieces);
    }

    /** A piece is held here; told to many at once, and counted by whom that is done by. */
    void hearsOfFar(int piece) {
        Side other = far();
        if (!other.over) {
            other.receivedNanos = events.now();
            other.host.hears(other, piece);
        }
    }

    /** The connection ends; the other end hears of it. */
    @Override
    public void close(String why) {
        if (!over) {
            end();
            Side other = far();
            events.message(other::end);
        }
    }

    private void end() {
        if (!over) {
            over = true;
            host.uplink().end(this);
            uploads.clear();
            host.left(this);
        }
    }

    /** The machine behind this end is gone: nothing is sent any more, and the other end hears nothing of that. */
    void fallSilent() {
        over = true;
        host.uplink().end(this);
        far().waitsInVain = far().state.owes();
    }

    /** A few times a second: whether the peer was heard of late. */
    void listen() {
        long now = events.now();
        if (waitsInVain && !isAlive()) {
            waitsInVain = false;
            traffic.noticed(now - peer.silentSinceNanos());
        }
        long heard = heardNanos(now);
        state.heard(heard);
        if (now - heard > (isAlive() ? DEAD_NANOS : DEAD_IN_DEBT_NANOS)) {
            close("silent for too long");
        }
    }

    /**
     * When something came last. While a part of a block is on its way, or held up on it, that is all the time, for packets are
     * smaller than parts; signs of life are not sent one by one.
     */
    private long heardNanos(long now) {
        Side other = far();
        long said = Math.min(now, peer.silentSinceNanos()) - events.latencyNanos();
        if (other.sending || other.heldUp || other.partsOnTheWay > 0) {
            receivedNanos = Math.max(receivedNanos, said);
        }
        return receivedNanos + Math.max(0, said - receivedNanos) / SIGN_OF_LIFE_NANOS * SIGN_OF_LIFE_NANOS;
    }

    // What the schedule says.

    @Override
    public void request(BlockRequest request) {
        tell(Message.REQUEST, () -> far().onRequest(request));
    }

    @Override
    public void cancel(BlockRequest request) {
        tell(Message.CANCEL, () -> far().onCancel(request));
    }

    @Override
    public void interested(boolean wanted) {
        tell(Message.INTEREST, () -> far().host.wanted(far(), wanted));
    }

    @Override
    public int heldCount() {
        return state.has().cardinality();
    }

    @Override
    public boolean has(int piece) {
        return state.has().get(piece) || host.isInZone(peer.zone(), piece);
    }

    @Override
    public void claims(int piece, boolean claimed) {
        tell(Message.CLAIM, () -> far().claimed(piece, claimed));
    }

    private void claimed(int piece, boolean claimed) {
        busyNanos = events.now();
        host.schedule().claimed(state, piece, claimed);
    }

    @Override
    public void suggest(int piece) {
        tell(Message.SUGGEST, () -> far().host.schedule().suggested(far().state, piece));
    }

    @Override
    public void unchoke() {
        unchoked = true;
        host.serves(this);
        tell(Message.CHOKE, () -> far().host.schedule().unchoked(far().state));
    }

    @Override
    public void choke() {
        unchoked = false;
        if (!over) {
            tell(Message.CHOKE, () -> far().host.schedule().choked(far().state));
            host.rests(this);
        }
    }

    // What the peer asks for.

    private void onRequest(BlockRequest request) {
        int piece = request.piece().index();
        if (unchoked && host.holds(piece) && host.admits(this, piece)) {
            uploads.add(request);
            busyNanos = events.now();
            send(false);
        } else {
            if (unchoked && uploads.isEmpty()) {
                host.refused(this);
            }
            reject(request);
        }
    }

    private void reject(BlockRequest request) {
        tell(Message.REJECT, () -> far().host
                .schedule()
                .rejected(far().state, request.piece().index(), request.offset(), request.length()));
    }

    private void onCancel(BlockRequest request) {
        Iterator<BlockRequest> all = uploads.iterator();
        boolean first = true;
        while (all.hasNext()) {
            if (all.next() == request && !(first && (sending || sentBytes > 0))) {
                all.remove();
                reject(request);
                return;
            }
            first = false;
        }
    }

    // Blocks.

    /** @param inTurn whether a part has just left: the rest of its piece follows at once */
    private void send(boolean inTurn) {
        BlockRequest block = uploads.peek();
        if (block == null || sending || heldUp || over || peer.isSilent()) {
            return; // whose machine is gone acknowledges nothing
        }
        long opens = route.opensNanos();
        if (opens > events.now()) {
            heldUp = true;
            events.at(opens, () -> {
                heldUp = false;
                send(false);
            });
        } else {
            sending = true;
            if (inTurn && block.piece() == turn) {
                host.uplink().goOn(this, part(block));
            } else {
                turn = block.piece();
                host.uplink().begin(this, part(block));
            }
        }
    }

    private int part(BlockRequest block) {
        return Math.min(PART_BYTES, block.length() - sentBytes);
    }

    @Override
    void sent() {
        BlockRequest block = uploads.element();
        int bytes = part(block);
        boolean first = sentBytes == 0;
        sentBytes += bytes;
        if (sentBytes == block.length()) {
            uploads.remove();
            sentBytes = 0;
        }
        sending = false;
        host.sent(bytes);
        long there = route.pass(events.now(), bytes) + events.latencyNanos();
        Side other = far();
        partsOnTheWay++;
        events.at(there, () -> {
            partsOnTheWay--;
            other.arrives(block, bytes, first);
        });
        send(true);
    }

    private void arrives(BlockRequest sent, int bytes, boolean first) {
        if (over) {
            return;
        }
        receivedNanos = events.now();
        if (first) {
            arriving = host.schedule().begins(state, sent.piece().index(), sent.offset(), sent.length());
        }
        BlockRequest block = arriving;
        if (block == null) {
            host.wasted(bytes);
            return;
        }
        busyNanos = events.now();
        boolean current = block.isCurrent();
        int fresh = host.schedule().received(state, block, bytes);
        if (!current) {
            host.wasted(bytes);
        } else if (fresh > 0 && block.piece().hasArrived()) {
            host.arrived(block.piece().index());
        }
    }
}
