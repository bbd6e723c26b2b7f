package dev.piecewise.bench.simulate;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.PieceReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A host that takes leases and reads what they are for, as the lease worker of a seeder and of a node does: a seeder always, with eight
 * leases, a node of what it fetches and with two, if the tracker has chosen it.
 */
final class OriginReader {
    private static final long RAMP_NANOS = Duration.ofMillis(60).toNanos();
    private static final int PART_BYTES = 256 << 10;
    private static final long REPORT_BYTES = 4L << 20;
    private static final long REPORT_PAUSE_NANOS = Duration.ofMillis(200).toNanos();

    private final Host host;
    private final ModelTracker tracker;
    private final Events events;
    private final Uplink origin;
    private final Route route;
    private final PieceLayout layout;
    private final Ingest ingest;
    private final int leases;
    private final Set<Reading> readings = new LinkedHashSet<>();
    private int free;
    private int begun;
    private long sinceNanos;
    private boolean asking;
    private long readBytes;

    /**
     * @param ingest ONLY for a seeder, AUTO for a node
     * @param origin what the origin sends by
     */
    OriginReader(Host host, Ingest ingest, ModelTracker tracker, Traffic traffic, Uplink origin, PieceLayout layout) {
        this.host = host;
        this.tracker = tracker;
        this.events = traffic.events();
        this.origin = origin;
        this.route = new Route(List.of(host.wayIn()));
        this.layout = layout;
        this.ingest = ingest;
        this.leases = Scenario.Origin.settings(ingest).leases();
        this.free = leases;
    }

    /** A seeder is up, or a node has entered the swarm of the artifact. */
    void start() {
        ask();
    }

    /** Its host ended. */
    void end() {
        readings.forEach(origin::end);
        readings.clear();
    }

    /** That came from the origin. */
    long readBytes() {
        return readBytes;
    }

    /** What its heartbeats say. */
    List<Heartbeat.Progress> progress() {
        return readings.stream().map(Reading::progress).toList();
    }

    private void ask() {
        boolean needed = ingest == Ingest.ONLY || tracker.grows(host);
        if (!asking && needed && free > 0 && !host.isGone()) {
            asking = true;
            tracker.leases(host, free, this::granted);
        }
    }

    private void granted(LeaseGrants grants) {
        asking = false;
        if (host.isGone()) {
            return;
        }
        if (begun == 0 && !grants.leases().isEmpty()) {
            sinceNanos = events.now();
            if (ingest == Ingest.ONLY) { // a node is there already
                host.start();
                tracker.enter(host);
            }
        }
        for (LeaseGrant grant : grants.leases()) {
            free--;
            Reading reading = new Reading(grant);
            readings.add(reading);
            // A round trip until the first byte comes; the first reads begin one after the other.
            long ramped = sinceNanos + Math.min(begun++, leases - 1) * RAMP_NANOS;
            events.at(Math.max(events.now() + 2 * events.latencyNanos(), ramped), reading::read);
        }
        ask();
    }

    /** Of one lease. */
    private final class Reading extends Uplink.Flow {
        private final LeaseGrant grant;
        private final List<PieceReport.HashedPiece> unreported = new ArrayList<>();
        private int sentPieces;
        private int sentBytes;
        private int hashedPieces;
        private long arrivedBytes;
        private long unreportedBytes;
        private long reportedNanos = events.now() - REPORT_PAUSE_NANOS;

        Reading(LeaseGrant grant) {
            this.grant = grant;
        }

        Heartbeat.Progress progress() {
            return new Heartbeat.Progress(grant.leaseId(), grant.fence(), arrivedBytes);
        }

        private int part() {
            return Math.min(PART_BYTES, layout.lengthOf(grant.firstPiece() + sentPieces) - sentBytes);
        }

        void read() {
            if (host.isGone()) {
                return;
            }
            long opens = route.opensNanos();
            if (opens > events.now()) {
                events.at(opens, this::read);
            } else {
                origin.begin(this, part());
            }
        }

        @Override
        void sent() {
            int bytes = part();
            sentBytes += bytes;
            boolean whole = sentBytes == layout.lengthOf(grant.firstPiece() + sentPieces);
            if (whole) {
                sentPieces++;
                sentBytes = 0;
            }
            long there = route.pass(events.now(), bytes) + events.latencyNanos();
            events.at(there, () -> arrive(bytes, whole));
            if (sentPieces < grant.pieceCount()) {
                read();
            }
        }

        private void arrive(int bytes, boolean whole) {
            if (host.isGone()) {
                return;
            }
            arrivedBytes += bytes;
            readBytes += bytes;
            if (whole) {
                int piece = grant.firstPiece() + hashedPieces++;
                unreported.add(new PieceReport.HashedPiece(piece, String.format("%040x", piece + 1)));
                unreportedBytes += layout.lengthOf(piece);
            }
            boolean over = hashedPieces == grant.pieceCount();
            boolean due = unreportedBytes >= REPORT_BYTES || events.now() - reportedNanos >= REPORT_PAUSE_NANOS;
            if (!unreported.isEmpty() && (over || due)) {
                report(over);
            }
        }

        private void report(boolean over) {
            List<PieceReport.HashedPiece> pieces = List.copyOf(unreported);
            unreported.clear();
            unreportedBytes = 0;
            reportedNanos = events.now();
            tracker.report(grant.leaseId(), new PieceReport(grant.fence(), arrivedBytes, pieces), () -> {
                pieces.forEach(piece -> host.holdsNow(piece.piece()));
                if (over) {
                    readings.remove(this);
                    free++;
                    ask();
                }
            });
        }
    }
}
