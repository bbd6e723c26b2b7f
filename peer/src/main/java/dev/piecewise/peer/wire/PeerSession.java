package dev.piecewise.peer.wire;

import bt.protocol.Bitfield;
import bt.protocol.Cancel;
import bt.protocol.Choke;
import bt.protocol.Have;
import bt.protocol.Interested;
import bt.protocol.InvalidMessageException;
import bt.protocol.KeepAlive;
import bt.protocol.Message;
import bt.protocol.NotInterested;
import bt.protocol.Request;
import bt.protocol.Unchoke;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Place;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.peer.extension.ClaimMessage;
import dev.piecewise.peer.extension.ExtensionMessage;
import dev.piecewise.peer.extension.ExtensionSession;
import dev.piecewise.peer.schedule.BlockRequest;
import dev.piecewise.peer.schedule.Neighbour;
import dev.piecewise.peer.schedule.PeerState;
import dev.piecewise.peer.schedule.SuperSeeding;
import dev.piecewise.peer.schedule.UploadSlots;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** One peer of a swarm: turns its messages into what the swarm understands, and back. Of the swarm's network thread. */
final class PeerSession
        implements Connection.Session, PeerState.Voice, UploadSlots.Taker, SuperSeeding.Taker, Neighbour {
    /** Blocks that our own nodes send each other. */
    static final int OWN_BLOCK_BYTES = 256 * 1024;

    private static final int MAX_STRANGERS_BLOCK_BYTES = 128 * 1024;
    /** Before the peer says how many requests it keeps. */
    private static final Hello STRANGER = new Hello(250, PieceLength.BLOCK_BYTES, Place.UNKNOWN);

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);
    private static final Duration DEAD = Duration.ofMinutes(4);
    private static final Duration OWN_KEEP_ALIVE = Duration.ofSeconds(2);
    private static final Duration OWN_DEAD = Duration.ofSeconds(10);
    /** Of one of ours that owed us blocks and fell silent. */
    private static final Duration DEAD_IN_DEBT = Duration.ofSeconds(3);

    private static final Duration CROSSING = Duration.ofSeconds(2);
    private static final Duration JUST_NOW = Duration.ofSeconds(3);

    private final WireSwarm swarm;
    private final MessageCodec codec;
    private final MessageCodec.Greeting greeting;
    private final Dialling dialling;
    private final PeerState state;
    private final Connection connection;
    private final ExtensionSession extensions;
    private final long sinceNanos;
    private Hello hello = STRANGER;
    private boolean unchoked;
    private long busyNanos;
    private @Nullable BlockRequest arriving;

    PeerSession(
            WireSwarm swarm,
            MessageCodec codec,
            MessageCodec.Greeting greeting,
            Dialling dialling,
            ConnectionMaker maker) {
        this.swarm = swarm;
        this.codec = codec;
        this.greeting = greeting;
        this.dialling = dialling;
        this.sinceNanos = swarm.now();
        this.busyNanos = sinceNanos;
        this.state = new PeerState(this, sinceNanos);
        this.extensions = ExtensionSession.serving(
                swarm.port(),
                Outbox.MOST_REQUESTS,
                OptionalInt.of(OWN_BLOCK_BYTES),
                Optional.of(swarm.place()),
                swarm.metadata());
        this.connection = maker.connect(this);
    }

    /** Puts a socket under a session. */
    interface ConnectionMaker {
        Connection connect(PeerSession session);
    }

    @Override
    public PeerId remoteId() {
        return greeting.peerId();
    }

    @Override
    public Dialling dialling() {
        return dialling;
    }

    PeerState state() {
        return state;
    }

    @Override
    public boolean isSettled(long now) {
        return now - sinceNanos > CROSSING.toNanos() && now - connection.receivedNanos() < JUST_NOW.toNanos();
    }

    Connection connection() {
        return connection;
    }

    boolean isOurs() {
        return hello.isOurs();
    }

    boolean hasAll(int pieceCount) {
        return state.has().cardinality() == pieceCount;
    }

    /** Tells what we hold. */
    void introduce(BitSet held, int pieceCount) {
        if (greeting.fast() && held.cardinality() == pieceCount) {
            connection.send(new FastMessage.HaveAll());
        } else if (greeting.fast() && held.isEmpty()) {
            connection.send(new FastMessage.HaveNone());
        } else if (!held.isEmpty()) {
            connection.send(new Bitfield(WireBits.encode(held, pieceCount)));
        }
        if (greeting.extended()) {
            send(extensions.handshake());
        }
    }

    /** We hold another piece. */
    void tellHave(int piece) {
        try {
            connection.send(new Have(piece));
        } catch (InvalidMessageException e) {
            throw new IllegalStateException("a piece of ours", e);
        }
    }

    /** We do not hold the piece any more. */
    void withdraw(int piece) {
        connection.outbox().cancelAll(piece, this::reject);
    }

    /**
     * @param awakeNanos before that nothing could be heard
     * @return why the peer should be disconnected, if it should
     */
    @Nullable
    String tick(long now, long awakeNanos) {
        boolean ours = hello.isOurs();
        if (now - connection.sentNanos() > (ours ? OWN_KEEP_ALIVE : KEEP_ALIVE).toNanos()) {
            connection.send(KeepAlive.instance());
        }
        if (connection.isPaused()) {
            state.blockAt(now);
        }
        if (ours) {
            long heard = connection.isPaused() ? now : connection.receivedNanos();
            state.heard(heard - awakeNanos > 0 ? heard : awakeNanos);
        }
        Duration patience = !ours ? DEAD : isAlive() ? OWN_DEAD : DEAD_IN_DEBT;
        boolean silent = !connection.isPaused() && now - connection.receivedNanos() > patience.toNanos();
        return silent ? "silent for too long" : null;
    }

    @Override
    public boolean isAlive() {
        return !(hello.isOurs() && state.isSnubbed());
    }

    @Override
    public long busyNanos() {
        return busyNanos;
    }

    @Override
    public boolean isInteresting() {
        return state.isInteresting();
    }

    @Override
    public void close(String why) {
        connection.close(why);
    }

    // What the schedule says.

    @Override
    public void request(BlockRequest request) {
        connection.send(requestOf(request));
    }

    private static Request requestOf(BlockRequest request) {
        try {
            return new Request(request.piece().index(), request.offset(), request.length());
        } catch (InvalidMessageException e) {
            throw new IllegalStateException("a block of a piece of ours", e);
        }
    }

    @Override
    public void cancel(BlockRequest request) {
        try {
            connection.send(new Cancel(request.piece().index(), request.offset(), request.length()));
        } catch (InvalidMessageException e) {
            throw new IllegalStateException("a block of a piece of ours", e);
        }
    }

    @Override
    public void interested(boolean wanted) {
        connection.send(wanted ? Interested.instance() : NotInterested.instance());
    }

    /** Whether it is one of ours, and is sent blocks. */
    boolean takesFromOurs() {
        return unchoked && takesTurns();
    }

    @Override
    public boolean has(int piece) {
        return state.has().get(piece) || swarm.isInZone(hello.place(), piece);
    }

    @Override
    public void suggest(int piece) {
        connection.send(new FastMessage.Suggest(piece));
    }

    @Override
    public void unchoke() {
        unchoked = true;
        if (takesFromOurs()) {
            swarm.superSeeding().ifPresent(seeding -> seeding.joined(this));
        }
        connection.send(Unchoke.instance());
    }

    @Override
    public void choke() {
        unchoked = false;
        if (!connection.isOver()) {
            connection.send(Choke.instance());
            if (takesTurns()) {
                swarm.superSeeding().ifPresent(seeding -> seeding.rests(this));
            } else {
                connection.outbox().cancelAll(-1, this::reject);
            }
        }
    }

    @Override
    public int heldCount() {
        return state.has().cardinality();
    }

    /** Whether it is one of ours: it is sent what it asked for before its turn was over. */
    @Override
    public boolean takesTurns() {
        return hello.isOurs() && greeting.fast();
    }

    private void reject(int piece, int offset, int length) {
        if (greeting.fast()) {
            connection.send(new FastMessage.Reject(piece, offset, length));
        }
    }

    // What the peer says.

    @Override
    public boolean expectsBlocks() {
        return state.owes();
    }

    @Override
    public void keepAlive() {
        // That it came is all it says.
    }

    @Override
    public void message(byte[] frame, int length) {
        Message message = codec.decode(frame, length);
        if (message instanceof Request request) {
            onRequest(request.getPieceIndex(), request.getOffset(), request.getLength());
        } else if (message instanceof Have have) {
            swarm.onHave(this, have.getPieceIndex());
        } else if (message instanceof Bitfield bitfield) {
            swarm.onBitfield(this, bitfield.getBitfield());
        } else if (message instanceof FastMessage.HaveAll) {
            swarm.onHaveAll(this);
        } else if (message instanceof FastMessage.Reject reject) {
            swarm.schedule().rejected(state, reject.piece(), reject.offset(), reject.length());
        } else if (message instanceof FastMessage.Suggest suggest) {
            if (hello.isOurs()) {
                swarm.onSuggest(this, suggest.piece());
            }
        } else if (message instanceof FastMessage.Extended extended) {
            onExtended(extended);
        } else if (message instanceof Cancel cancel) {
            onCancel(cancel);
        } else if (message instanceof Choke) {
            swarm.schedule().choked(state);
        } else if (message instanceof Unchoke) {
            swarm.schedule().unchoked(state);
        } else if (message instanceof Interested) {
            swarm.slots().wanted(this);
        } else if (message instanceof NotInterested) {
            swarm.slots().ended(this);
        }
    }

    private void onRequest(int piece, int offset, int length) {
        int most = hello.isOurs() ? OWN_BLOCK_BYTES : MAX_STRANGERS_BLOCK_BYTES;
        if (!swarm.isBlock(piece, offset, length, most)) {
            throw new PeerFault(Kind.FAILED, "asks for " + length + " bytes at " + offset + " of piece " + piece);
        }
        boolean canHave = unchoked && swarm.isHeld(piece) && admits(piece);
        if (canHave && connection.outbox().addBlock(piece, offset, length)) {
            busyNanos = swarm.now();
            connection.pumpSoon();
            return;
        }
        if (takesFromOurs() && !connection.outbox().hasBlocks()) {
            swarm.slots().refused(this);
        }
        reject(piece, offset, length);
    }

    private boolean admits(int piece) {
        return !takesFromOurs()
                || (swarm.slots().admits(this, piece)
                        && swarm.superSeeding()
                                .map(seeding -> seeding.admits(this, piece))
                                .orElse(true));
    }

    private void onCancel(Cancel cancel) {
        if (connection.outbox().cancel(cancel.getPieceIndex(), cancel.getOffset(), cancel.getLength())) {
            reject(cancel.getPieceIndex(), cancel.getOffset(), cancel.getLength());
        }
    }

    private void onExtended(FastMessage.Extended extended) {
        if (extended.id() == ExtensionSession.CLAIM_ID) {
            ClaimMessage.decode(ByteBuffer.wrap(extended.payload())).ifPresent(claim -> {
                busyNanos = swarm.now(); // who shares the work is of use
                swarm.onClaim(this, claim);
            });
            return;
        }
        extensions.receive(extended.id(), ByteBuffer.wrap(extended.payload())).forEach(this::send);
        if (extended.id() == 0) {
            hello = extensions.peer().map(said -> Hello.of(said, STRANGER)).orElse(STRANGER);
            int units = Math.min(OWN_BLOCK_BYTES, hello.blockBytes()) / PieceLength.BLOCK_BYTES;
            extensions.peer().flatMap(said -> calls(said.port())).ifPresent(at -> swarm.addresses()
                    .called(at, remoteId()));
            state.accepts(Math.min(hello.requests(), Outbox.MOST_REQUESTS), units);
            state.givesTurns(takesTurns());
            if (hello.isOurs()) {
                swarm.schedule().placed(state, nearness(), hello.place().zone(), WireSwarm.key(remoteId()));
            }
        }
    }

    boolean isInZone(Place zone) {
        return hello.place().zone().equals(zone.zone());
    }

    /** How far away it is. */
    Place.Distance distance() {
        return swarm.place().to(hello.place());
    }

    private PeerState.Nearness nearness() {
        return switch (distance()) {
            case SAME_RACK, SAME_ZONE -> PeerState.Nearness.NEAR;
            case OTHER_ZONE -> PeerState.Nearness.FAR;
            case UNKNOWN -> PeerState.Nearness.UNKNOWN;
        };
    }

    @Override
    public void claims(int piece, boolean claimed) {
        extensions
                .peer()
                .flatMap(said -> said.claimId().stream().boxed().findFirst())
                .ifPresent(id -> send(new ClaimMessage(piece, claimed).encode(id)));
    }

    /** Where it accepts calls, if it called us. */
    private Optional<InetSocketAddress> calls(OptionalInt port) {
        return dialling == Dialling.THEIRS && port.isPresent()
                ? Optional.of(new InetSocketAddress(connection.remote().getAddress(), port.getAsInt()))
                : Optional.empty();
    }

    private void send(ExtensionMessage message) {
        ByteBuffer payload = ByteBuffer.allocate(message.payloadBytes());
        message.writeTo(payload);
        byte[] bytes = payload.array();
        connection.send(new FastMessage.Extended(message.id(), Arrays.copyOfRange(bytes, 1, bytes.length)));
    }

    @Override
    public void blockBegins(int piece, int offset, int length) {
        arriving = swarm.schedule().begins(state, piece, offset, length);
    }

    @Override
    public void blockBytes(@Nullable SharedBuffer buffer, ByteBuffer bytes, int from, int length) {
        BlockRequest request = arriving;
        if (request == null) {
            swarm.wasted(this, length);
        } else if (buffer == null) {
            // It was sent before it can have been asked for.
            throw new PeerFault(Kind.FAILED, "a block that nobody asked for");
        } else {
            busyNanos = swarm.now();
            swarm.onBlockBytes(this, request, buffer, from, length);
        }
    }

    @Override
    public void ended(Throwable reason) {
        swarm.left(this, reason);
    }

    @Override
    public void storeFailed(TorrentFault fault) {
        swarm.fail(fault);
    }

    @Override
    public String toString() {
        return connection.toString();
    }
}
