package dev.piecewise.tracker.lease;

import java.time.Duration;

/**
 * How leases and nodes are kept alive.
 *
 * @param heartbeat how often a node is asked to send one
 * @param expiry after so long without a heartbeat a node and its leases are dead; more than {@code heartbeat}
 * @param signatureValidity how long a presigned read may be sent
 * @param retryBackoff pause of an artifact after the first failed lease, doubled by each further one
 */
public record LeaseTimes(Duration heartbeat, Duration expiry, Duration signatureValidity, Duration retryBackoff) {
    public LeaseTimes {
        if (heartbeat.isNegative() || heartbeat.isZero() || expiry.compareTo(heartbeat) <= 0) {
            throw new IllegalArgumentException(
                    "lease expiry " + expiry + " must be longer than the heartbeat " + heartbeat);
        }
    }

    /** A heartbeat every 5 s, dead after 30 s, signatures for 10 minutes, first pause half a second. */
    public static LeaseTimes defaults() {
        return of(Duration.ofSeconds(5), Duration.ofSeconds(30));
    }

    /** With the other two as by default. */
    public static LeaseTimes of(Duration heartbeat, Duration expiry) {
        return new LeaseTimes(heartbeat, expiry, Duration.ofMinutes(10), Duration.ofMillis(500));
    }
}
