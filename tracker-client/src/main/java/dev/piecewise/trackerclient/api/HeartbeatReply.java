package dev.piecewise.trackerclient.api;

import dev.piecewise.core.SignedRead;
import java.util.List;

/**
 * What a heartbeat kept alive; a lease that is missing here is lost: stop reading.
 *
 * @param nextSeconds after so long the next one is wanted; 0 if that is as it was
 */
public record HeartbeatReply(List<Renewal> leases, double nextSeconds) {
    /** The next one is wanted when it was. */
    public HeartbeatReply(List<Renewal> leases) {
        this(leases, 0);
    }

    /**
     * @param secondsLeft from now; the holder counts on its own monotonic clock
     * @param firstPiece first piece that was not reported yet
     * @param reads freshly signed reads from that piece's first byte on, in order: to the end of the lease, or where it has many
     *     the next 64 of them; empty when they cannot be signed now, the former ones stay good
     * @param bytesPerSecond as {@link LeaseGrant#bytesPerSecond}, from now on
     */
    public record Renewal(
            String leaseId,
            long fence,
            double secondsLeft,
            int firstPiece,
            List<SignedRead> reads,
            long bytesPerSecond) {}
}
