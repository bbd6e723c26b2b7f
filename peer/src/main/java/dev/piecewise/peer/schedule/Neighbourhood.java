package dev.piecewise.peer.schedule;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How many neighbours a node of a swarm has, and which of them it gives up. It calls others until it has enough and takes callers
 * beyond that, so that who comes later finds room; fewer neighbours than peers keep the paths in a swarm short and its links from
 * being cut into ever thinner streams. A neighbour that neither sent nor was sent anything for long gives way to another one, one
 * at a time, and both do not call each other for a while.
 */
public final class Neighbourhood {
    /** A connection that carried nothing for so long may be given up. */
    private static final Duration IDLE = Duration.ofSeconds(10);
    /** Between two that are given up. */
    private static final Duration PAUSE = Duration.ofSeconds(2);
    /** How long a neighbour is not called that had nothing to do with us. */
    public static final Duration REST = Duration.ofMinutes(1);

    /** A peer that is connected. */
    public interface Neighbour {
        /** When pieces were last sent either way, or it became a neighbour. */
        long busyNanos();

        /** Whether it gives signs of life, as far as that is known. */
        boolean isAlive();
    }

    /** Those of a swarm of few pieces. */
    private static final int FEW = 5;

    private final int most;
    private final int pieces;
    private final LongSupplier nanoTime;
    private long gaveUpNanos;

    /**
     * @param most neighbours, those who called included
     * @param pieces of the torrent: who is told of more neighbours than there are pieces learns little from each, and they all cost a
     *     handshake
     */
    public Neighbourhood(int most, int pieces, LongSupplier nanoTime) {
        this.most = most;
        this.pieces = pieces;
        this.nanoTime = nanoTime;
        this.gaveUpNanos = nanoTime.getAsLong();
    }

    /** How many it sees to having: three quarters of the most, but not many more than pieces. */
    public int enough() {
        return Math.max(1, Math.min(most - most / 4, Math.max(FEW, pieces)));
    }

    /**
     * How many more are to be called; the dead do not count.
     *
     * @param expected to be neighbours in a moment, as they have been called
     */
    public int toCall(Collection<? extends Neighbour> neighbours, int expected) {
        long living = neighbours.stream().filter(Neighbour::isAlive).count() + expected;
        return (int) Math.max(0, Math.min(enough() - living, most - expected - neighbours.size()));
    }

    /** Whether another one may be taken. */
    public boolean hasRoom(int neighbours) {
        return neighbours < most;
    }

    /** Whether a connection that ended had carried nothing for long. */
    public boolean wasIdle(Neighbour neighbour) {
        return nanoTime.getAsLong() - neighbour.busyNanos() > IDLE.toNanos();
    }

    /**
     * The neighbour that is to be given up now, as others could be called in its place.
     *
     * @param othersKnown whether there is somebody to call
     */
    public <N extends Neighbour> Optional<N> toGiveUp(Collection<N> neighbours, boolean othersKnown) {
        long now = nanoTime.getAsLong();
        if (!othersKnown || neighbours.size() < enough() || now - gaveUpNanos < PAUSE.toNanos()) {
            return Optional.empty();
        }
        Optional<N> idlest = neighbours.stream()
                .filter(this::wasIdle)
                .max(Comparator.comparingLong(neighbour -> now - neighbour.busyNanos()));
        if (idlest.isPresent()) {
            gaveUpNanos = now;
        }
        return idlest;
    }
}
