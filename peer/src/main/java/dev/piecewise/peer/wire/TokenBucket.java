package dev.piecewise.peer.wire;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bytes that may pass by now: so many a second, and a little at once. Whoever takes more than there is leaves a debt that the
 * next ones wait for, so the rate holds whatever the size of the portions. Thread-safe.
 */
final class TokenBucket {
    private static final double BURST_SECONDS = 0.1;
    private static final double LEAST_BURST_BYTES = 16 * 1024;
    private static final long LEAST_WAIT_NANOS = 1_000_000;

    private final long bytesPerSecond;
    private final LongSupplier nanoTime;
    private double bytes;
    private long filledAtNanos;

    /** @param bytesPerSecond 0 for no limit */
    TokenBucket(long bytesPerSecond, LongSupplier nanoTime) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
        this.filledAtNanos = nanoTime.getAsLong();
        this.bytes = burst();
    }

    private double burst() {
        return Math.max(LEAST_BURST_BYTES, bytesPerSecond * BURST_SECONDS);
    }

    /** How much may be taken; 0 means later. */
    int available() {
        if (bytesPerSecond == 0) {
            return Integer.MAX_VALUE;
        }
        synchronized (this) {
            long now = nanoTime.getAsLong();
            bytes = Math.min(burst(), bytes + (now - filledAtNanos) * 1e-9 * bytesPerSecond);
            filledAtNanos = now;
            return bytes < 1 ? 0 : (int) Math.min(Integer.MAX_VALUE, bytes);
        }
    }

    void take(int taken) {
        if (bytesPerSecond != 0) {
            synchronized (this) {
                bytes -= taken;
            }
        }
    }

    /** Takes so much as soon as anything may be taken. */
    void await(int wanted) throws InterruptedException {
        while (available() == 0) {
            TimeUnit.NANOSECONDS.sleep(Math.max(LEAST_WAIT_NANOS, waitNanos()));
        }
        take(wanted);
    }

    /** When a portion of some size will be available. */
    long waitNanos() {
        if (bytesPerSecond == 0) {
            return 0;
        }
        synchronized (this) {
            double missing = Math.min(burst(), LEAST_BURST_BYTES) - bytes;
            return missing <= 0 ? 0 : (long) (missing / bytesPerSecond * 1e9);
        }
    }
}
