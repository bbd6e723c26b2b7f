package dev.piecewise.tracker.lease;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.tracker.ledger.Run;
import dev.piecewise.tracker.ledger.Span;
import java.util.List;

/**
 * A live lease.
 *
 * @param fence grows with every grant
 * @param run its pieces
 * @param spans its reads as granted, in order
 * @param grantedNanos on the tracker's monotonic clock
 */
public record Lease(ArtifactId artifact, long fence, String nodeId, Run run, List<Span> spans, long grantedNanos) {
    public Lease {
        spans = List.copyOf(spans);
    }

    /** Its name. */
    public LeaseId id() {
        return new LeaseId(artifact, fence);
    }
}
