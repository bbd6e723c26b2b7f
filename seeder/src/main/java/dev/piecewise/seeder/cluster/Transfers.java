package dev.piecewise.seeder.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.TransferReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the tracker cannot know of this process's part in its artifacts: when it was asked, when it was done, what moved, how
 * busy it was. Costs a few samples a second while something moves. Thread-safe.
 */
final class Transfers {
    /** So many fit into a heartbeat; the others come with the next. */
    static final int MOST_PER_HEARTBEAT = 32;

    private static final Duration WHILE_MOVING = Duration.ofMillis(200);
    private static final Duration WHILE_QUIET = Duration.ofMillis(500);

    private final ProcessLoad load;
    private final LinkSpeed link;
    private final LongSupplier nanoTime;

    @GuardedBy("this")
    private final Map<ArtifactId, Transfer> all = new LinkedHashMap<>();

    Transfers(ProcessLoad load, LinkSpeed link, LongSupplier nanoTime) {
        this.load = load;
        this.link = link;
        this.nanoTime = nanoTime;
    }

    /** Follows this artifact from now on; again is no change, unless it was given up. */
    void add(StoredArtifact artifact) {
        synchronized (this) {
            Transfer known = all.get(artifact.id());
            if (known != null && !known.hasGivenUp()) {
                return;
            }
            all.put(artifact.id(), new Transfer(artifact, load.processors(), now()));
            notifyAll();
        }
        artifact.completion().thenRun(() -> completed(artifact.id()));
    }

    private synchronized void completed(ArtifactId id) {
        Transfer transfer = all.get(id);
        if (transfer != null) {
            transfer.completed(now());
        }
    }

    /** @param sinceNanos when, on this clock */
    synchronized void asked(ArtifactId id, long sinceNanos) {
        Transfer transfer = all.get(id);
        if (transfer != null) {
            transfer.asked(sinceNanos);
        }
    }

    synchronized void joined(ArtifactId id, Swarm swarm) {
        Transfer transfer = all.get(id);
        if (transfer != null) {
            transfer.sample(now());
            transfer.joined(swarm);
        }
    }

    synchronized void gaveUp(ArtifactId id) {
        Transfer transfer = all.get(id);
        if (transfer != null) {
            transfer.sample(now());
            transfer.gaveUp();
        }
    }

    /** Follows it no longer, if it was given up. */
    synchronized void forget(ArtifactId id) {
        Transfer transfer = all.get(id);
        if (transfer != null && transfer.hasGivenUp()) {
            all.remove(id);
        }
    }

    /** How it stands. */
    synchronized @Nullable TransferReport report(ArtifactId id) {
        Transfer transfer = all.get(id);
        return transfer == null ? null : report(transfer, now());
    }

    private TransferReport report(Transfer transfer, Transfer.Load now) {
        transfer.sample(now);
        return transfer.report(now.nanos(), link);
    }

    /** Some of those that moved or ended since the tracker was told. */
    synchronized List<Heartbeat.Transfer> untold() {
        List<Heartbeat.Transfer> untold = new ArrayList<>();
        Transfer.Load now = now();
        for (Map.Entry<ArtifactId, Transfer> entry : all.entrySet()) {
            TransferReport report = report(entry.getValue(), now);
            if (untold.size() < MOST_PER_HEARTBEAT && isNews(report, entry.getValue().told)) {
                untold.add(new Heartbeat.Transfer(entry.getKey().hex(), report));
            }
        }
        return untold;
    }

    private static boolean isNews(TransferReport now, @Nullable TransferReport told) {
        return told == null
                || now.movingSeconds() != told.movingSeconds()
                || (now.askedSecondsAgo() == null) != (told.askedSecondsAgo() == null)
                || (now.tookSeconds() == null) != (told.tookSeconds() == null);
    }

    /** The tracker has these. */
    synchronized void told(List<Heartbeat.Transfer> reports) {
        reports.forEach(sent -> told(new ArtifactId(sent.artifactId()), sent.report()));
    }

    /** The tracker has this. */
    synchronized void told(ArtifactId id, @Nullable TransferReport report) {
        Optional.ofNullable(all.get(id)).ifPresent(transfer -> transfer.told = report);
    }

    /** The tracker has forgotten what it was told. */
    synchronized void tellAgain() {
        all.values().forEach(transfer -> transfer.told = null);
    }

    /** Takes samples until it is interrupted. */
    void run() throws InterruptedException {
        while (true) {
            synchronized (this) {
                while (all.isEmpty()) {
                    wait();
                }
                Transfer.Load now = now();
                boolean moving = false;
                for (Transfer transfer : all.values()) {
                    moving |= transfer.sample(now);
                }
                TimeUnit.NANOSECONDS.timedWait(this, (moving ? WHILE_MOVING : WHILE_QUIET).toNanos());
            }
        }
    }

    private Transfer.Load now() {
        return new Transfer.Load(nanoTime.getAsLong(), load.processNanos(), load.machine());
    }
}
