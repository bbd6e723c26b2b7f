package dev.piecewise.peer.schedule;

import dev.piecewise.core.announce.PeerId;

/** A peer that is connected, as {@link Neighbours} sees it. */
public interface Neighbour {
    /** Who made a connection. */
    enum Dialling {
        OURS,
        THEIRS
    }

    PeerId remoteId();

    Dialling dialling();

    /** When pieces were last sent either way, or it became a neighbour. */
    long busyNanos();

    /** Whether it gives signs of life, as far as that is known. */
    boolean isAlive();

    /** Whether it has lasted, and the peer was heard just now: another connection to the same peer is none that crossed it. */
    boolean isSettled(long nowNanos);

    /** Whether it has something that is wanted here. */
    boolean isInteresting();

    /** Ends the connection, at once or soon. */
    void close(String why);
}
