package dev.piecewise.peer.schedule;

import dev.piecewise.peer.schedule.Neighbour.Dialling;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * How many neighbours a node of a swarm has, and which of them it gives up. It calls a limited number of others and takes callers far
 * beyond that, so that who comes later finds room with those who came first and not only with each other; fewer neighbours than
 * peers keep the paths in a swarm short and its links from being cut into ever thinner streams. A neighbour that neither sent nor was
 * sent anything for long is given up by who called it, for another one, one at a time, and both do not call each other for a while.
 */
public final class Neighbourhood {
    /** A connection that carried nothing for so long may be given up. */
    private static final Duration IDLE = Duration.ofSeconds(10);
    /** Between two that are given up. */
    private static final Duration PAUSE = Duration.ofSeconds(2);
    /** How long a neighbour is not called that had nothing to do with us. */
    public static final Duration REST = Duration.ofMinutes(1);

    /** Those of a swarm of few pieces. */
    private static final int FEW = 5;

    private final Size size;
    private final int pieces;
    private final LongSupplier nanoTime;
    private long gaveUpNanos;

    /**
     * @param calls connections that a node makes itself, at most
     * @param most neighbours, those who called included
     */
    public record Size(int calls, int most) {
        public Size {
            if (calls < 1 || most < calls) {
                throw new IllegalArgumentException(calls + " of " + most + " neighbours are called");
            }
        }

        /** Three eighths of the most are called, though {@value #FEW} at least if that leaves a quarter for callers. */
        public static Size of(int most) {
            return new Size(Math.max(1, Math.min(most - most / 4, Math.max(FEW, most * 3 / 8))), most);
        }
    }

    /**
     * @param pieces of the torrent: who is told of more neighbours than there are pieces learns little from each, and they all cost a
     *     handshake
     */
    public Neighbourhood(Size size, int pieces, LongSupplier nanoTime) {
        this.size = size;
        this.pieces = pieces;
        this.nanoTime = nanoTime;
        this.gaveUpNanos = nanoTime.getAsLong();
    }

    /** With so many it calls nobody, whoever called: three quarters of the most, but not many more than pieces. */
    int enough() {
        return Math.max(1, Math.min(size.most() - size.most() / 4, Math.max(FEW, pieces)));
    }

    /** Whether it has enough, or has called as many as it may. */
    boolean isSatisfied(Collection<? extends Neighbour> neighbours) {
        return neighbours.size() >= enough() || called(neighbours.stream()).count() >= size.calls();
    }

    private static <N extends Neighbour> Stream<N> called(Stream<N> neighbours) {
        return neighbours.filter(neighbour -> neighbour.dialling() == Dialling.OURS);
    }

    /**
     * How many more are to be called; the dead do not count, and somebody is called in place of each.
     *
     * @param expected to be neighbours in a moment, as they have been called
     */
    public int toCall(Collection<? extends Neighbour> neighbours, int expected) {
        int dead = 0;
        int called = 0;
        for (Neighbour neighbour : neighbours) {
            dead += neighbour.isAlive() ? 0 : 1;
            called += neighbour.dialling() == Dialling.OURS ? 1 : 0;
        }
        int lacking = Math.min(enough() - neighbours.size(), size.calls() - called) + dead;
        return Math.max(0, Math.min(lacking, size.most() - neighbours.size()) - expected);
    }

    /** Whether another one may be taken. */
    public boolean hasRoom(int neighbours) {
        return neighbours < size.most();
    }

    /** Whether a connection that ended had carried nothing for long. */
    public boolean wasIdle(Neighbour neighbour) {
        return nanoTime.getAsLong() - neighbour.busyNanos() > IDLE.toNanos();
    }

    /** Whether it is time to give up a neighbour, if there are others to be called in its place. */
    boolean mayGiveUp(Collection<? extends Neighbour> neighbours) {
        return nanoTime.getAsLong() - gaveUpNanos >= PAUSE.toNanos() && isSatisfied(neighbours);
    }

    /**
     * The neighbour that is to be given up now, as others could be called in its place: of those who called only with more than
     * enough, since one less of them is nobody called.
     *
     * @param othersKnown whether there is somebody to call
     */
    public <N extends Neighbour> Optional<N> toGiveUp(Collection<N> neighbours, boolean othersKnown) {
        if (!othersKnown || !mayGiveUp(neighbours)) {
            return Optional.empty();
        }
        long now = nanoTime.getAsLong();
        Stream<N> candidates = neighbours.size() >= enough() ? neighbours.stream() : called(neighbours.stream());
        Optional<N> idlest = candidates
                .filter(this::wasIdle)
                .max(Comparator.comparingLong(neighbour -> now - neighbour.busyNanos()));
        if (idlest.isPresent()) {
            gaveUpNanos = now;
        }
        return idlest;
    }
}
