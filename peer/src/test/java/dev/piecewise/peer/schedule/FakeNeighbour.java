package dev.piecewise.peer.schedule;

import dev.piecewise.core.announce.PeerId;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A connection without a peer at its other end. */
final class FakeNeighbour implements Neighbour {
    private final PeerId id;
    private final Dialling dialling;
    long busyNanos;
    boolean alive = true;
    boolean interesting = true;
    boolean settled = true;

    @Nullable
    String closedAs;

    FakeNeighbour(int number, Dialling dialling, long nowNanos) {
        this.id = id(number);
        this.dialling = dialling;
        this.busyNanos = nowNanos;
    }

    static PeerId id(int number) {
        return PeerId.of(ByteBuffer.allocate(PeerId.BYTES).putInt(number).array());
    }

    @Override
    public PeerId remoteId() {
        return id;
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
        return alive;
    }

    @Override
    public boolean isSettled(long nowNanos) {
        return settled;
    }

    @Override
    public boolean isInteresting() {
        return interesting;
    }

    @Override
    public void close(String why) {
        closedAs = why;
    }
}
