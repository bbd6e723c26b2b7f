package dev.piecewise.bench.simulate;

import dev.piecewise.core.PieceLayout;
import dev.piecewise.seeder.lease.OriginSettings;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.PieceReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A host that takes leases and reads what they are for, as the seeder's lease worker does. */
final class OriginReader {
    private static final int LEASES = OriginSettings.defaults().leases();
    private static final long RAMP_NANOS = Duration.ofMillis(60).toNanos();
    private static final int PART_BYTES = 256 << 10;
    private static final long REPORT_BYTES = 4L << 20;
    private static final long REPORT_PAUSE_NANOS = Duration.ofMillis(200).toNanos();
    private static final long HEARTBEAT_NANOS = Duration.ofSeconds(5).toNanos();

    private final Host host;
    private final ModelTracker tracker;
    private final Events events;
    private final Uplink origin;
    private final Route route;
    private final PieceLayout layout;
    private final Set<Reading> readings = new LinkedHashSet<>();
    private int free = LEASES;
    private int begun;
    private long sinceNanos;
    private boolean asking;
    private boolean inSwarm;
    private long readBytes;

    /** @param origin what the origin sends by */
    OriginReader(Host host, ModelTracker tracker, Traffic traffic, Uplink origin, PieceLayout layout) {
        this.host = host;
        this.tracker = tracker;
        this.events = traffic.events();
        this.origin = origin;
        this.route = new Route(List.of(host.wayIn()));
        this.layout = layout;
    }

    void start() {
        ask();
        heartbeat();
    }

    /** That came from the origin. */
    long readBytes() {
        return readBytes;
    }

    private void heartbeat() {
        tracker.heartbeat(host, readings.stream().map(Reading::progress).toList());
        events.after(HEARTBEAT_NANOS, this::heartbeat);
    }

    private void ask() {
        if (!asking && free > 0) {
            asking = true;
            tracker.leases(host, free, this::granted);
        }
    }

    private void granted(LeaseGrants grants) {
        asking = false;
        if (!inSwarm && !grants.leases().isEmpty()) {
            inSwarm = true;
            sinceNanos = events.now();
            host.start();
            tracker.enter(host);
        }
        for (LeaseGrant grant : grants.leases()) {
            free--;
            Reading reading = new Reading(grant);
            readings.add(reading);
            // A round trip until the first byte comes; the first reads begin one after the other.
            long ramped = sinceNanos + Math.min(begun++, LEASES - 1) * RAMP_NANOS;
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
