package dev.piecewise.peer.wire;

import dev.piecewise.core.announce.PeerId;
import dev.piecewise.peer.schedule.AddressBook;
import dev.piecewise.peer.schedule.Neighbourhood;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Whom a swarm is connected with, and whom it calls. Of the swarm's network thread. */
final class Neighbours {
    private static final int DIALS_A_TICK = 16;
    /** Who has everything is called by those who lack something; it calls for the sake of those who cannot. */
    private static final Duration SEEDS_CALL = Duration.ofSeconds(1);

    /** A leech that nobody has anything for asks for other peers after so long, and then ever more seldom. */
    private static final Duration FIRST_SEARCH = Duration.ofSeconds(5);

    private static final Duration LAST_SEARCH = Duration.ofMinutes(1);

    private final PeerId localId;
    private final AddressBook addresses;
    private final Neighbourhood neighbourhood;
    private final LongSupplier nanoTime;
    private final List<PeerSession> sessions = new ArrayList<>();
    private long searchNanos;
    private long seedCalledNanos;
    private Duration search = FIRST_SEARCH;

    Neighbours(PeerId localId, AddressBook addresses, int most, int pieces, LongSupplier nanoTime) {
        this.localId = localId;
        this.addresses = addresses;
        this.neighbourhood = new Neighbourhood(most, pieces, nanoTime);
        this.nanoTime = nanoTime;
        this.searchNanos = nanoTime.getAsLong();
        this.seedCalledNanos = searchNanos - SEEDS_CALL.toNanos();
    }

    /** A copy: sessions may end while something is done with each. */
    List<PeerSession> all() {
        return List.copyOf(sessions);
    }

    Stream<PeerSession> stream() {
        return sessions.stream();
    }

    int count() {
        return sessions.size();
    }

    boolean isEmpty() {
        return sessions.isEmpty();
    }

    /**
     * Whether there is room for a connection. Of two connections to the same peer the one that was there stays; if both are new,
     * as they crossed, the one that the smaller id made: the other one is closed.
     */
    boolean admit(PeerId id, PeerSession.Dialling dialling) {
        Optional<PeerSession> twin =
                sessions.stream().filter(other -> id.equals(other.remoteId())).findFirst();
        PeerSession.Dialling winner = Arrays.compareUnsigned(localId.bytes(), id.bytes()) < 0
                ? PeerSession.Dialling.OURS
                : PeerSession.Dialling.THEIRS;
        boolean twinStays = twin.isPresent()
                && (twin.get().isSettled(nanoTime.getAsLong())
                        || (twin.get().dialling() != dialling && twin.get().dialling() == winner));
        if (localId.equals(id) || twinStays || (twin.isEmpty() && !neighbourhood.hasRoom(sessions.size()))) {
            return false;
        }
        twin.ifPresent(other -> other.connection().close("another connection to the same peer"));
        return true;
    }

    void joined(PeerSession session) {
        sessions.add(session);
    }

    /** @return whether it was there */
    boolean left(PeerSession session) {
        if (sessions.size() >= neighbourhood.enough() && neighbourhood.wasIdle(session)) {
            addresses.rest(session.remoteId(), Neighbourhood.REST);
        }
        return sessions.remove(session);
    }

    /** Two seeds have nothing to say to each other, nor will they soon. */
    void closePointless(PeerSession session) {
        addresses.rest(session.remoteId(), Neighbourhood.REST);
        session.connection().close("both are complete");
    }

    /** Gives up one that is of no use, if there are others. */
    void replaceUseless() {
        Predicate<PeerId> connected = this::isConnectedTo;
        if (sessions.size() >= neighbourhood.enough()) {
            neighbourhood.toGiveUp(sessions, addresses.isAnyDue(connected)).ifPresent(idle -> idle.connection()
                    .close("neither sent nor took anything for long"));
        }
    }

    /**
     * Has those called that are due, if there are too few.
     *
     * @param wanting whether pieces are lacking
     */
    void dial(boolean wanting, Consumer<InetSocketAddress> caller) {
        int room = Math.min(wanting ? DIALS_A_TICK : seedsRoom(), neighbourhood.toCall(sessions, addresses.expected()));
        if (room > 0) {
            List<InetSocketAddress> due = addresses.due(this::isConnectedTo, room);
            if (!wanting && !due.isEmpty()) {
                seedCalledNanos = nanoTime.getAsLong();
            }
            due.forEach(caller);
        }
    }

    private int seedsRoom() {
        return nanoTime.getAsLong() - seedCalledNanos >= SEEDS_CALL.toNanos() ? 1 : 0;
    }

    private boolean isConnectedTo(PeerId id) {
        return localId.equals(id) || sessions.stream().anyMatch(session -> id.equals(session.remoteId()));
    }

    /** @return whether it is time to ask for other peers, as nobody has what is wanted */
    boolean searches(boolean wanting) {
        long now = nanoTime.getAsLong();
        if (!wanting || sessions.stream().anyMatch(session -> session.state().isInteresting())) {
            searchNanos = now;
            search = FIRST_SEARCH;
            return false;
        }
        boolean due = now - searchNanos > search.toNanos();
        if (due) {
            searchNanos = now;
            search = search.multipliedBy(2).compareTo(LAST_SEARCH) < 0 ? search.multipliedBy(2) : LAST_SEARCH;
        }
        return due;
    }
}
