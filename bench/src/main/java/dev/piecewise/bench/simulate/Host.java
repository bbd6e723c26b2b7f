package dev.piecewise.bench.simulate;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.Place;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.peer.schedule.AddressBook;
import dev.piecewise.peer.schedule.Neighbour.Dialling;
import dev.piecewise.peer.schedule.Neighbourhood;
import dev.piecewise.peer.schedule.Neighbours;
import dev.piecewise.peer.schedule.PeerState;
import dev.piecewise.peer.schedule.PiecePicker;
import dev.piecewise.peer.schedule.RequestSchedule;
import dev.piecewise.peer.schedule.SuperSeeding;
import dev.piecewise.peer.schedule.UploadSlots;
import dev.piecewise.peer.schedule.ZoneEntry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A process in the swarm: what the engine's swarm does with the classes of {@code peer.schedule}, which are the real ones, without
 * sockets, hashes and a disk.
 */
final class Host {
    static final int PORT = 6881;
    private static final long TICK_NANOS = Duration.ofMillis(100).toNanos();
    /** From the last byte of a piece until it is held: hashed, written, recorded. */
    private static final long VERIFY_NANOS = Duration.ofMillis(2).toNanos();
    /** Until a call that nobody answers or refuses has failed. */
    private static final long NO_ANSWER_NANOS = Duration.ofSeconds(10).toNanos();

    private final int number;
    private final double bytesPerSecond;
    private final int zone;
    private final InetSocketAddress address;
    private final PeerId id;
    private final Place place;
    private final long key;
    private final Scenario scenario;
    private final Traffic traffic;
    private final Events events;
    private final Surroundings surroundings;
    private final SplittableRandom random;
    private final PieceLayout layout;
    private final PiecePicker picker;
    private final RequestSchedule schedule;
    private final UploadSlots slots;
    private final AddressBook addresses;
    private final Uplink uplink;
    private final Pipe wayIn;
    private final Neighbours<Side> neighbours;
    private final BitSet fromPeers = new BitSet();
    private @Nullable SuperSeeding superSeeding;
    private boolean bringing;
    private boolean gone;
    private long silentSinceNanos = Long.MAX_VALUE;
    private long sentBytes;
    private long wastedBytes;
    private long askedNanos;
    private long doneNanos = -1;

    /** Whom a host talks to beside its peers. */
    interface Surroundings {
        /** Who listens at an address, if anybody does. */
        @Nullable
        Host at(InetSocketAddress address);

        /** It wants to be named other peers. */
        void searches(Host host);

        void holds(Host host, int piece);

        void completed(Host host);
    }

    /** @param bytesPerSecond of its link, each way */
    Host(int number, double bytesPerSecond, int zone, Scenario scenario, Traffic traffic, Surroundings surroundings) {
        this.number = number;
        this.bytesPerSecond = bytesPerSecond;
        this.zone = zone;
        this.address = new InetSocketAddress(ip(number), PORT);
        this.id = PeerId.of(ByteBuffer.allocate(PeerId.BYTES).putInt(number).array());
        this.scenario = scenario;
        this.traffic = traffic;
        this.events = traffic.events();
        this.surroundings = surroundings;
        this.random = new SplittableRandom(scenario.seed() * 1_000_003 + number);
        this.layout = scenario.layout();
        this.place = scenario.zones() == 1 ? Place.UNKNOWN : new Place("zone-" + zone, "");
        this.key = new SplittableRandom(number).nextLong();
        this.picker = new PiecePicker(layout, new BitSet(), random.split(), new ZoneEntry(place.zone(), key));
        BitSet all = new BitSet();
        all.set(0, layout.pieceCount());
        picker.unverifiable(all);
        this.schedule = new RequestSchedule(picker, scenario.policy().slots(), events);
        this.addresses = new AddressBook(events);
        this.neighbours = new Neighbours<>(
                id, addresses, new Neighbourhood(scenario.policy().neighbours(), layout.pieceCount(), events), events);
        this.slots = new UploadSlots(scenario.policy().slots(), neighbours::count, random.split(), events);
        this.uplink = new Uplink(events, bytesPerSecond, scenario.policy().atOnce());
        this.wayIn = new Pipe(bytesPerSecond);
    }

    /** @param ip of a host, as text */
    static InetSocketAddress address(String ip) {
        return new InetSocketAddress(ip, PORT);
    }

    private static InetAddress ip(int number) {
        try {
            return InetAddress.getByAddress(
                    ByteBuffer.allocate(4).putInt((10 << 24) + 1 + number).array());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }

    int number() {
        return number;
    }

    String nodeId() {
        return "node-" + number;
    }

    double bytesPerSecond() {
        return bytesPerSecond;
    }

    int zone() {
        return zone;
    }

    /** Its label; none if there is but one zone. */
    Place place() {
        return place;
    }

    /** A number that all who know it have of it. */
    long key() {
        return key;
    }

    InetSocketAddress address() {
        return address;
    }

    PeerId id() {
        return id;
    }

    Uplink uplink() {
        return uplink;
    }

    Pipe wayIn() {
        return wayIn;
    }

    RequestSchedule schedule() {
        return schedule;
    }

    boolean holds(int piece) {
        return picker.isHeld(piece);
    }

    BitSet held() {
        return picker.held();
    }

    long leftBytes() {
        return picker.leftBytes();
    }

    boolean isComplete() {
        return picker.isComplete();
    }

    boolean isGone() {
        return gone;
    }

    /** Whether it is gone and nothing says so. */
    boolean isSilent() {
        return silentSinceNanos != Long.MAX_VALUE;
    }

    /** In the far future if it is not. */
    long silentSinceNanos() {
        return silentSinceNanos;
    }

    int neighbours() {
        return neighbours.count();
    }

    long sentBytes() {
        return sentBytes;
    }

    /** Received twice, or for nothing. */
    long wastedBytes() {
        return wastedBytes;
    }

    /** From when it was asked until it had all; negative if it has not. */
    double seconds() {
        return doneNanos < 0 ? -1 : (doneNanos - askedNanos) / 1e9;
    }

    /** It is asked for the artifact now. */
    void start() {
        askedNanos = events.now();
        events.after(random.nextLong(TICK_NANOS), this::tick);
    }

    private void tick() {
        if (gone) {
            return;
        }
        neighbours.all().forEach(Side::listen);
        List<PeerState> stuck = schedule.tick();
        if (!stuck.isEmpty()) {
            neighbours.all().stream()
                    .filter(side -> stuck.contains(side.state()))
                    .forEach(side -> side.close("sends nothing of what it owes"));
        }
        slots.tick();
        SuperSeeding seeding = superSeeding;
        if (seeding != null) {
            neighbours.stream().filter(Side::isServed).forEach(seeding::joined);
            seeding.tick();
        }
        if (neighbours.searches(!isComplete())) {
            surroundings.searches(this);
        }
        neighbours.replaceUseless();
        dial();
        events.after(TICK_NANOS, this::tick);
    }

    /** It is killed. */
    void leave() {
        gone = true;
        schedule.stop();
        neighbours.all().forEach(side -> side.close("killed"));
    }

    /** Its machine or its cable is gone: its connections stay, for those who had them. */
    void fallSilent() {
        gone = true;
        silentSinceNanos = events.now();
        schedule.stop();
        neighbours.all().forEach(Side::fallSilent);
    }

    // Whom it is connected to.

    /** The tracker names these. */
    void named(List<InetSocketAddress> peers) {
        if (picker.isComplete()) {
            addresses.retain(peers);
        }
        addresses.named(peers);
        dial();
    }

    /** The tracker says that these came. */
    void introduced(List<InetSocketAddress> newcomers) {
        addresses.introduced(newcomers);
    }

    private void dial() {
        if (!gone) {
            neighbours.dial(!isComplete(), peer -> {
                traffic.count(Message.CONNECT);
                // A round trip for the connection, another one for the handshake.
                events.after(4 * events.latencyNanos(), () -> dialled(peer));
            });
        }
    }

    private void dialled(InetSocketAddress peer) {
        Host other = surroundings.at(peer);
        if (other != null && other.isSilent()) {
            events.after(NO_ANSWER_NANOS, () -> addresses.dialled(peer, null));
            return;
        }
        addresses.dialled(peer, other == null ? null : other.id);
        // Connections never cross: of two calls the second one finds the connection of the first.
        if (!gone
                && other != null
                && !isConnectedTo(other)
                && neighbours.admit(other.id, Dialling.OURS)
                && other.neighbours.admit(id, Dialling.THEIRS)) {
            Side.connect(this, other, traffic);
        }
    }

    private boolean isConnectedTo(Host other) {
        return neighbours.stream().anyMatch(side -> side.peer() == other)
                || other.neighbours.stream().anyMatch(side -> side.peer() == this);
    }

    void joined(Side side) {
        neighbours.joined(side);
        if (side.dialling() == Dialling.THEIRS) {
            addresses.called(side.peer().address, side.remoteId());
        }
        schedule.joined(side.state());
        Place.Distance distance = place.to(side.peer().place);
        if (distance != Place.Distance.UNKNOWN) {
            schedule.placed(
                    side.state(),
                    distance == Place.Distance.OTHER_ZONE ? PeerState.Nearness.FAR : PeerState.Nearness.NEAR,
                    side.peer().place.zone(),
                    side.peer().key);
        }
    }

    void left(Side side) {
        neighbours.left(side);
        slots.ended(side);
        schedule.left(side.state());
        if (superSeeding != null) {
            superSeeding.left(side);
        }
    }

    /** Whether a peer in that zone, which is another than its own, has the piece. */
    boolean isInZone(int otherZone, int piece) {
        return otherZone != zone
                && neighbours.stream()
                        .anyMatch(side -> side.peer().zone == otherZone
                                && side.state().has().get(piece));
    }

    // What it hears.

    void hears(Side side, int piece) {
        schedule.has(side.state(), piece);
        if (superSeeding != null) {
            superSeeding.has(side, piece);
        }
        closeIfPointless(side);
    }

    void hears(Side side, BitSet pieces) {
        schedule.has(side.state(), pieces);
        SuperSeeding seeding = superSeeding;
        if (seeding != null) {
            pieces.stream().forEach(piece -> seeding.has(side, piece));
        }
        closeIfPointless(side);
    }

    private void closeIfPointless(Side side) {
        if (picker.isComplete() && side.peerHasAll()) {
            neighbours.closePointless(side);
        }
    }

    void wanted(Side side, boolean wanted) {
        if (wanted) {
            slots.wanted(side);
        } else {
            slots.ended(side);
        }
    }

    /** A peer may ask for blocks from now on. */
    void serves(Side side) {
        if (superSeeding != null) {
            superSeeding.joined(side);
        }
    }

    /** For now a peer may ask for blocks no more. */
    void rests(Side side) {
        if (superSeeding != null) {
            superSeeding.rests(side);
        }
    }

    boolean givesTurns() {
        return scenario.policy().slots() > 0;
    }

    boolean admits(Side side, int piece) {
        return slots.admits(side, piece) && (superSeeding == null || superSeeding.admits(side, piece));
    }

    void refused(Side side) {
        slots.refused(side);
    }

    /** The tracker tells hashes. */
    void learns(BitSet pieces) {
        if (!gone) {
            schedule.verifiable(pieces);
        }
    }

    // What it gets and sends.

    void sent(int bytes) {
        sentBytes += bytes;
    }

    void wasted(int bytes) {
        wastedBytes += bytes;
    }

    /** All of a piece came from peers. */
    void arrived(int piece) {
        events.after(VERIFY_NANOS, () -> {
            fromPeers.set(piece);
            holdsNow(piece);
        });
    }

    /** The piece is in the store, whoever brought it. */
    void holdsNow(int piece) {
        if (gone || picker.isHeld(piece)) {
            return;
        }
        schedule.held(piece);
        bringing |= !fromPeers.get(piece);
        updateSuperSeeding();
        List<Side> told = neighbours.all();
        traffic.count(Message.HAVE, told.size());
        events.message(() -> told.forEach(side -> side.hearsOfFar(piece)));
        if (picker.isComplete()) {
            told.forEach(this::closeIfPointless);
        }
        if (superSeeding != null) {
            superSeeding.offer(piece);
        }
        surroundings.holds(this, piece);
        if (picker.isComplete()) {
            doneNanos = events.now();
            surroundings.completed(this);
        }
    }

    private void updateSuperSeeding() {
        if (!picker.isComplete() && !bringing) {
            superSeeding = null;
        } else if (superSeeding == null) {
            superSeeding =
                    new SuperSeeding(layout, picker.held(), picker::copies, this::othersBring, events, random.split());
        }
    }

    /** Whether many of its pieces come from peers, as the engine has it. */
    private boolean othersBring() {
        return 3 * fromPeers.cardinality() >= picker.heldCount();
    }
}
