package dev.piecewise.seeder.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Who needs which artifact to stay in the store: an artifact is in use, or is being removed, or neither. Thread-safe. */
final class ArtifactUses {
    @GuardedBy("this")
    private final Map<ArtifactId, Integer> uses = new HashMap<>();

    @GuardedBy("this")
    private final Set<ArtifactId> leaving = new HashSet<>();

    /** Waits while it is being removed; then it is not, until {@link #leave}. */
    synchronized void enter(ArtifactId id) throws InterruptedException {
        while (leaving.contains(id)) {
            wait();
        }
        uses.merge(id, 1, Integer::sum);
    }

    synchronized void leave(ArtifactId id) {
        uses.merge(id, -1, (count, one) -> count + one == 0 ? null : count + one);
    }

    synchronized boolean isUsed(ArtifactId id) {
        return uses.containsKey(id);
    }

    /** Whether somebody needs it beside one who does. */
    synchronized boolean isUsedTwice(ArtifactId id) {
        return uses.getOrDefault(id, 0) > 1;
    }

    /** Whether it may be removed now; then {@link #removed} must follow. */
    synchronized boolean remove(ArtifactId id) {
        return !uses.containsKey(id) && leaving.add(id);
    }

    synchronized void removed(ArtifactId id) {
        leaving.remove(id);
        notifyAll();
    }
}
