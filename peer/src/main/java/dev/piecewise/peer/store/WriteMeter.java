package dev.piecewise.peer.store;

import dev.piecewise.peer.StoredArtifact.Writes;
import java.util.function.LongSupplier;

/** For how long writes were under way, however many at a time. Thread-safe. */
final class WriteMeter {
    private final LongSupplier nanoTime;
    private long bytes;
    private long busyNanos;
    private int underWay;
    private long sinceNanos;

    WriteMeter(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    synchronized void begin() {
        if (underWay++ == 0) {
            sinceNanos = nanoTime.getAsLong();
        }
    }

    synchronized void end(int written) {
        bytes += written;
        if (--underWay == 0) {
            busyNanos += nanoTime.getAsLong() - sinceNanos;
        }
    }

    /** A write that hangs counts up to now. */
    synchronized Writes read() {
        return new Writes(bytes, busyNanos + (underWay == 0 ? 0 : nanoTime.getAsLong() - sinceNanos));
    }
}
