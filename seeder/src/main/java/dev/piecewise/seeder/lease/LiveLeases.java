package dev.piecewise.seeder.lease;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.seeder.cluster.LeaseKeeper;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The leases this process works on, kept alive by its heartbeats. Renewed signatures are not taken from here: a read
 * that has to start again asks for exactly the signature that it needs.
 */
public final class LiveLeases implements LeaseKeeper {
    private final Map<String, LeaseTask> tasks = new ConcurrentHashMap<>();
    private final Map<ArtifactId, Long> endedBytes = new ConcurrentHashMap<>();

    @Override
    public Heartbeat heartbeat() {
        return new Heartbeat(tasks.values().stream().map(LeaseTask::progress).toList());
    }

    @Override
    public void renewed(Heartbeat asked, HeartbeatReply reply, long sentNanos) {
        Map<String, HeartbeatReply.Renewal> alive = reply.leases().stream()
                .collect(Collectors.toMap(HeartbeatReply.Renewal::leaseId, renewal -> renewal, (a, b) -> b));
        for (Heartbeat.Progress progress : asked.leases()) {
            LeaseTask task = tasks.get(progress.leaseId());
            HeartbeatReply.Renewal renewal = alive.get(progress.leaseId());
            if (task == null || task.fence() != progress.fence()) {
                continue;
            }
            if (renewal == null || renewal.fence() != task.fence()) {
                task.life().stop(LeaseLife.End.LOST);
            } else {
                task.life().renew(deadline(sentNanos, renewal.secondsLeft()));
                task.slow(renewal.bytesPerSecond());
            }
        }
    }

    /** A little before the tracker's own deadline: two clocks do not run alike. */
    static long deadline(long fromNanos, double secondsLeft) {
        Duration left = Duration.ofNanos((long) (secondsLeft * 1e9));
        Duration margin = left.dividedBy(10);
        Duration longest = Duration.ofSeconds(2);
        return fromNanos
                + left.minus(margin.compareTo(longest) > 0 ? longest : margin).toNanos();
    }

    void add(LeaseTask task) {
        tasks.put(task.leaseId(), task);
    }

    void remove(LeaseTask task) {
        if (tasks.remove(task.leaseId(), task)) {
            endedBytes.merge(task.artifact(), task.progress().bytesRead(), Long::sum);
        }
    }

    @Override
    public long bytesRead() {
        return endedBytes.values().stream().mapToLong(bytes -> bytes).sum() + bytesRead(tasks.values().stream());
    }

    @Override
    public long bytesRead(ArtifactId id) {
        return endedBytes.getOrDefault(id, 0L)
                + bytesRead(
                        tasks.values().stream().filter(task -> task.artifact().equals(id)));
    }

    private static long bytesRead(Stream<LeaseTask> tasks) {
        return tasks.mapToLong(task -> task.progress().bytesRead()).sum();
    }

    List<LeaseTask> all() {
        return List.copyOf(tasks.values());
    }
}
