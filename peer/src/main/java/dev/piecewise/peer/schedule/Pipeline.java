package dev.piecewise.peer.schedule;

import java.time.Duration;

/**
 * How many bytes a peer should owe us: twice what fits on the way (bandwidth times round trip), so that it never waits for a
 * request. The round trip is measured when nothing else is on the way; what lies in queues does not count.
 */
final class Pipeline {
    private static final long WINDOW_NANOS = Duration.ofMillis(50).toNanos();
    /** Threads are late now and then, on busy machines by milliseconds. */
    private static final long JITTER_NANOS = Duration.ofMillis(4).toNanos();

    private static final double DECAY = 0.9;

    private final long leastBytes;
    private final long mostBytes;
    private long roundTripNanos = Long.MAX_VALUE;
    private long windowStart;
    private long windowBytes;
    private double bytesPerNano;

    Pipeline(long leastBytes, long mostBytes, long nowNanos) {
        this.leastBytes = leastBytes;
        this.mostBytes = mostBytes;
        this.windowStart = nowNanos;
    }

    void received(int bytes, long nowNanos) {
        windowBytes += bytes;
        long elapsed = nowNanos - windowStart;
        if (elapsed >= WINDOW_NANOS) {
            bytesPerNano = Math.max(bytesPerNano * DECAY, (double) windowBytes / elapsed);
            windowBytes = 0;
            windowStart = nowNanos;
        }
    }

    void roundTrip(long nanos) {
        roundTripNanos = Math.min(roundTripNanos, Math.max(1, nanos));
    }

    /** Bytes per second, the best of the last second or so. */
    double rate() {
        return bytesPerNano * 1e9;
    }

    long targetBytes() {
        long trip = roundTripNanos == Long.MAX_VALUE ? 0 : roundTripNanos;
        long wanted = (long) (2 * bytesPerNano * (trip + JITTER_NANOS));
        return Math.max(leastBytes, Math.min(mostBytes, wanted));
    }
}
