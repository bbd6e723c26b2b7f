package dev.piecewise.seeder.cluster;

import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.trackerclient.api.TransferReport;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How this process got on with one artifact: gathered by samples, a few a second and at the moments that matter. What happens
 * between two samples counts as moving if any byte moved. Guarded by {@link Transfers}.
 */
final class Transfer {
    private static final double NANOS = 1e9;

    /** What processors had done at a moment. */
    record Load(long nanos, long processNanos, Optional<ProcessLoad.Ticks> machine) {}

    /** The counters that show whether anything moves. */
    private record Moved(long received, long sent, long written) {}

    final StoredArtifact artifact;
    private final int processors;
    private final PeakRate receiving = new PeakRate();
    private final PeakRate sending = new PeakRate();
    private @Nullable Swarm swarm;
    private Swarm.Stats former = new Swarm.Stats(0, 0, 0, 0, 0, 0, 0, Swarm.FromPlaces.NONE);
    private Load last;
    private Moved lastMoved;
    private StoredArtifact.Writes lastWrites;

    private @Nullable Long askedNanos;
    private @Nullable Long completedNanos;
    private boolean gaveUp;

    private long movingNanos;
    private long processNanos;
    private long writingNanos;
    private long machineBusy;
    private long machineTotal;

    @Nullable
    TransferReport told;

    Transfer(StoredArtifact artifact, int processors, Load now) {
        this.artifact = artifact;
        this.processors = processors;
        this.last = now;
        this.lastWrites = artifact.writes();
        this.lastMoved = new Moved(0, 0, lastWrites.bytes());
    }

    /** Somebody asked for it; the first time counts. */
    void asked(long nanos) {
        if (askedNanos == null) {
            askedNanos = nanos;
        }
    }

    void joined(Swarm newSwarm) {
        if (swarm != newSwarm) {
            former = stats();
            swarm = newSwarm;
        }
    }

    void completed(Load now) {
        sample(now);
        if (completedNanos == null) {
            completedNanos = now.nanos();
        }
    }

    void gaveUp() {
        gaveUp = completedNanos == null;
    }

    boolean hasGivenUp() {
        return gaveUp;
    }

    /** All swarms of the artifact so far; one may have followed the other. */
    private Swarm.Stats stats() {
        Swarm running = swarm;
        if (running == null) {
            return former;
        }
        Swarm.Stats now = running.stats();
        return new Swarm.Stats(
                now.peers(),
                former.downloadedBytes() + now.downloadedBytes(),
                former.uploadedBytes() + now.uploadedBytes(),
                former.piecesFromPeers() + now.piecesFromPeers(),
                former.piecesRefused() + now.piecesRefused(),
                former.duplicateBytes() + now.duplicateBytes(),
                former.refusedBytes() + now.refusedBytes(),
                former.fromPlaces().plus(now.fromPlaces()));
    }

    /** @return whether anything moved since the last one */
    boolean sample(Load now) {
        Swarm.Stats stats = stats();
        StoredArtifact.Writes writes = artifact.writes();
        Moved moved =
                new Moved(stats.downloadedBytes() + stats.duplicateBytes(), stats.uploadedBytes(), writes.bytes());
        receiving.sample(now.nanos(), moved.received());
        sending.sample(now.nanos(), moved.sent());
        boolean moving = !moved.equals(lastMoved) || writes.busyNanos() != lastWrites.busyNanos();
        if (moving) {
            movingNanos += now.nanos() - last.nanos();
            processNanos += now.processNanos() - last.processNanos();
            writingNanos += writes.busyNanos() - lastWrites.busyNanos();
            if (now.machine().isPresent() && last.machine().isPresent()) {
                machineBusy += now.machine().get().busy() - last.machine().get().busy();
                machineTotal +=
                        now.machine().get().total() - last.machine().get().total();
            }
        }
        last = now;
        lastMoved = moved;
        lastWrites = writes;
        return moving;
    }

    TransferReport report(long nowNanos, LinkSpeed link) {
        Swarm.Stats stats = stats();
        Long asked = askedNanos;
        Long completed = completedNanos;
        return new TransferReport(
                asked == null ? null : (nowNanos - asked) / NANOS,
                asked == null || completed == null ? null : Math.max(0, completed - asked) / NANOS,
                gaveUp,
                stats.downloadedBytes(),
                stats.uploadedBytes(),
                stats.duplicateBytes(),
                stats.refusedBytes(),
                peak(receiving, stats.downloadedBytes() + stats.duplicateBytes()),
                peak(sending, stats.uploadedBytes()),
                movingNanos / NANOS,
                share(processNanos, (double) movingNanos * processors),
                machineTotal == 0 ? null : share(machineBusy, (double) machineTotal),
                share(writingNanos, (double) movingNanos),
                link.download(),
                link.upload(),
                fromPlaces(stats.fromPlaces()));
    }

    private static TransferReport.@Nullable FromPlaces fromPlaces(Swarm.FromPlaces from) {
        return from.equals(Swarm.FromPlaces.NONE)
                ? null
                : new TransferReport.FromPlaces(from.sameRack(), from.sameZone(), from.otherZone());
    }

    /** What moves for less than a second has no peak but the average. */
    private long peak(PeakRate rate, long bytes) {
        double average = movingNanos == 0 ? 0 : bytes * NANOS / movingNanos;
        return Math.round(Math.max(rate.best(), average));
    }

    private static double share(long part, double whole) {
        return whole <= 0 ? 0 : Math.max(0, Math.min(1, part / whole));
    }
}
