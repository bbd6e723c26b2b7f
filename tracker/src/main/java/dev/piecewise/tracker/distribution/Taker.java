package dev.piecewise.tracker.distribution;

import dev.piecewise.trackerclient.api.TransferReport;
import dev.piecewise.trackerclient.api.TransferReport.LinkRate;
import java.util.Optional;

/**
 * One process's part in an artifact, on the tracker's clock.
 *
 * @param who the process
 * @param report what it said last
 * @param heardAt when, in seconds on any clock
 * @param gone whether it has left or died since
 * @param originBytes that it read from the origin, as far as is remembered
 */
record Taker(Who who, TransferReport report, double heardAt, boolean gone, long originBytes) {
    /** So busy a processor or disk has nothing to spare worth speaking of. */
    static final double BUSY = 0.8;

    /**
     * A process.
     *
     * @param role {@code seeder}, {@code node} or {@code get}
     * @param host empty if it advertises none
     */
    record Who(String nodeId, String role, String host) {
        /** For people. */
        String text() {
            String id = nodeId.length() > 8 ? nodeId.substring(0, 8) : nodeId;
            return role + " " + (host.isEmpty() ? id : host + " (" + id + ")");
        }
    }

    /** Whether somebody wanted the artifact there, and it had to come. */
    boolean fetches() {
        Double took = report.tookSeconds();
        return report.askedSecondsAgo() != null && (took == null || took > 0);
    }

    boolean isComplete() {
        return report.tookSeconds() != null;
    }

    /** Whether it ended without all pieces. */
    boolean hasLeft() {
        return !isComplete() && (gone || report.gaveUp());
    }

    /** When it was first asked; of those that {@link #fetches}. */
    double askedAt() {
        Double ago = report.askedSecondsAgo();
        return heardAt - (ago == null ? 0 : ago);
    }

    /** When it was done, or left, or {@code now}. */
    double endsAt(double now) {
        Double took = report.tookSeconds();
        if (took != null) {
            return askedAt() + took;
        }
        return hasLeft() ? heardAt : Math.max(now, heardAt);
    }

    double seconds(double now) {
        return endsAt(now) - askedAt();
    }

    Optional<LinkRate> download() {
        return Optional.ofNullable(report.download());
    }

    Optional<LinkRate> upload() {
        return Optional.ofNullable(report.upload());
    }

    /** How busy the processors were that it works on, whoever used them. */
    double cpuShare() {
        Double machine = report.machineShare();
        return machine == null ? report.cpuShare() : Math.max(machine, report.cpuShare());
    }

    /** A write that waits for a processor is not the disk's fault. */
    boolean isHeldUpByDisk() {
        return report.diskShare() >= BUSY && cpuShare() < BUSY;
    }
}
