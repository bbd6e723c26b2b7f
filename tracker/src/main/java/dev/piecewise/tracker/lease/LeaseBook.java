package dev.piecewise.tracker.lease;

import dev.piecewise.core.ArtifactId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The live leases and their deadlines on the caller's monotonic clock. Who adds or renews one gives no earlier deadline than the
 * last one given, so they stand in order of their deadlines. Not thread-safe.
 */
public final class LeaseBook {
    private final Map<Long, Held> leases = new LinkedHashMap<>();

    private record Held(Lease lease, long deadlineNanos, int signedAgain) {}

    /** A lease lives until the deadline. */
    public void add(Lease lease, long deadlineNanos) {
        leases.put(lease.fence(), new Held(lease, deadlineNanos, 0));
    }

    /** Moves the deadline of a live lease. */
    public void renew(long fence, long deadlineNanos) {
        Held held = leases.remove(fence);
        if (held != null) {
            leases.put(fence, new Held(held.lease(), deadlineNanos, held.signedAgain()));
        }
    }

    /** Counts that a read of a live lease is signed once more; how often that was so. */
    public int signedAgain(long fence) {
        Held held = leases.computeIfPresent(
                fence, (key, before) -> new Held(before.lease(), before.deadlineNanos(), before.signedAgain() + 1));
        return held == null ? 0 : held.signedAgain();
    }

    public Optional<Lease> find(long fence) {
        return Optional.ofNullable(leases.get(fence)).map(Held::lease);
    }

    /** Seconds until the deadline of a lease, 0 if it is dead. */
    public double secondsLeft(long fence, long nowNanos) {
        Held held = leases.get(fence);
        return held == null ? 0 : Math.max(0, held.deadlineNanos() - nowNanos) / 1e9;
    }

    /** Forgets a lease, if it was there. */
    public void remove(long fence) {
        leases.remove(fence);
    }

    /** Leases whose deadline has passed, still in the book. */
    public List<Lease> expired(long nowNanos) {
        List<Lease> expired = new ArrayList<>();
        for (Held held : leases.values()) {
            if (nowNanos - held.deadlineNanos() < 0) {
                break;
            }
            expired.add(held.lease());
        }
        return expired;
    }

    /** All that are live, those with the nearest deadline first. */
    public List<Lease> all() {
        return leases.values().stream().map(Held::lease).toList();
    }

    /** Leases held by a node. */
    public List<Lease> of(String nodeId) {
        return leases.values().stream()
                .map(Held::lease)
                .filter(lease -> lease.nodeId().equals(nodeId))
                .toList();
    }

    /** Leases on an artifact. */
    public List<Lease> on(ArtifactId artifact) {
        return leases.values().stream()
                .map(Held::lease)
                .filter(lease -> lease.artifact().equals(artifact))
                .toList();
    }
}
