package dev.piecewise.trackerclient.api;

import java.util.List;

/**
 * {@code POST /v1/nodes/ID/heartbeat}: keeps the node and the named leases alive.
 *
 * @param leases leases that it still works on
 */
public record Heartbeat(List<Progress> leases) {
    /**
     * @param leaseId the lease
     * @param fence its fence
     * @param bytesRead body bytes read from the origin under this lease so far
     */
    public record Progress(String leaseId, long fence, long bytesRead) {}
}
