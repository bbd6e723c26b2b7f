package dev.piecewise.trackerclient.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/nodes/ID/heartbeat}: keeps the node and the named leases alive.
 *
 * @param leases leases that it still works on
 * @param transfers how it got on with artifacts of which that changed since it was told last, some of them if they are many
 * @param node how the process itself is
 */
public record Heartbeat(List<Progress> leases, @Nullable List<Transfer> transfers, @Nullable NodeReport node) {
    /** Without a word on the process itself. */
    public Heartbeat(List<Progress> leases, @Nullable List<Transfer> transfers) {
        this(leases, transfers, null);
    }

    /** Without a word on transfers. */
    public Heartbeat(List<Progress> leases) {
        this(leases, null);
    }

    /** @param artifactId hexadecimal */
    public record Transfer(String artifactId, TransferReport report) {}

    /**
     * @param leaseId the lease
     * @param fence its fence
     * @param bytesRead body bytes read from the origin under this lease so far
     * @param bytesFromHolders the same of those read from other nodes' web seeds
     */
    public record Progress(String leaseId, long fence, long bytesRead, long bytesFromHolders) {
        /** Everything came from the origin. */
        public Progress(String leaseId, long fence, long bytesRead) {
            this(leaseId, fence, bytesRead, 0);
        }
    }
}
