package dev.piecewise.peer.schedule;

import dev.piecewise.core.announce.PeerId;
import dev.piecewise.peer.schedule.Neighbour.Dialling;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Whom a node is connected with in a swarm, and whom it calls. Of one thread.
 *
 * @param <N> what a connection is
 */
public final class Neighbours<N extends Neighbour> {
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
    private final List<N> sessions = new ArrayList<>();
    private long searchNanos;
    private long seedCalledNanos;
    private Duration search = FIRST_SEARCH;

    /**
     * @param localId of the node itself
     * @param addresses whom it may call
     */
    public Neighbours(PeerId localId, AddressBook addresses, Neighbourhood neighbourhood, LongSupplier nanoTime) {
        this.localId = localId;
        this.addresses = addresses;
        this.neighbourhood = neighbourhood;
        this.nanoTime = nanoTime;
        this.searchNanos = nanoTime.getAsLong();
        this.seedCalledNanos = searchNanos - SEEDS_CALL.toNanos();
    }

    /** A copy: sessions may end while something is done with each. */
    public List<N> all() {
        return List.copyOf(sessions);
    }

    public Stream<N> stream() {
        return sessions.stream();
    }

    public int count() {
        return sessions.size();
    }

    public boolean isEmpty() {
        return sessions.isEmpty();
    }

    /**
     * Whether there is room for a connection. Of two connections to the same peer the one that was there stays; if both are new,
     * as they crossed, the one that the smaller id made: the other one is closed.
     */
    public boolean admit(PeerId id, Dialling dialling) {
        Optional<N> twin =
                sessions.stream().filter(other -> id.equals(other.remoteId())).findFirst();
        Dialling winner = Arrays.compareUnsigned(localId.bytes(), id.bytes()) < 0 ? Dialling.OURS : Dialling.THEIRS;
        boolean twinStays = twin.isPresent()
                && (twin.get().isSettled(nanoTime.getAsLong())
                        || (twin.get().dialling() != dialling && twin.get().dialling() == winner));
        if (localId.equals(id) || twinStays || (twin.isEmpty() && !neighbourhood.hasRoom(sessions.size()))) {
            return false;
        }
        twin.ifPresent(other -> other.close("another connection to the same peer"));
        return true;
    }

    public void joined(N session) {
        sessions.add(session);
    }

    /** @return whether it was there */
    public boolean left(N session) {
        if (neighbourhood.wasIdle(session) && neighbourhood.isSatisfied(sessions)) {
            addresses.rest(session.remoteId(), Neighbourhood.REST);
        }
        return sessions.remove(session);
    }

    /** Two seeds have nothing to say to each other, nor will they soon. */
    public void closePointless(N session) {
        addresses.rest(session.remoteId(), Neighbourhood.REST);
        session.close("both are complete");
    }

    /** Gives up one that is of no use, if there are others. */
    public void replaceUseless() {
        if (neighbourhood.mayGiveUp(sessions)) {
            neighbourhood
                    .toGiveUp(sessions, addresses.isAnyDue(connected()))
                    .ifPresent(idle -> idle.close("neither sent nor took anything for long"));
        }
    }

    /**
     * Has those called that are due, if there are too few.
     *
     * @param wanting whether pieces are lacking
     */
    public void dial(boolean wanting, Consumer<InetSocketAddress> caller) {
        int room = Math.min(wanting ? DIALS_A_TICK : seedsRoom(), neighbourhood.toCall(sessions, addresses.expected()));
        if (room > 0) {
            List<InetSocketAddress> due = addresses.due(connected(), room);
            if (!wanting && !due.isEmpty()) {
                seedCalledNanos = nanoTime.getAsLong();
            }
            due.forEach(caller);
        }
    }

    private int seedsRoom() {
        return nanoTime.getAsLong() - seedCalledNanos >= SEEDS_CALL.toNanos() ? 1 : 0;
    }

    private Predicate<PeerId> connected() {
        Set<PeerId> ids = new HashSet<>();
        ids.add(localId);
        sessions.forEach(session -> ids.add(session.remoteId()));
        return ids::contains;
    }

    /** @return whether it is time to ask for other peers, as nobody has what is wanted */
    public boolean searches(boolean wanting) {
        long now = nanoTime.getAsLong();
        if (!wanting || sessions.stream().anyMatch(Neighbour::isInteresting)) {
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
