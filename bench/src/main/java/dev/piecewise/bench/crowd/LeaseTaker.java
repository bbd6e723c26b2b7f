package dev.piecewise.bench.crowd;

import dev.piecewise.trackerclient.api.ApiJson;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.PieceReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One node's leases; instead of reading it waits. */
final class LeaseTaker {
    private static final double WAIT_SECONDS = 20;

    private final Node node;
    private final boolean always;
    private final Map<String, Heartbeat.Progress> live = new LinkedHashMap<>();
    private int free = Plan.READS_AT_ONCE;
    private boolean asking;

    /** @param always whether it reads for others */
    LeaseTaker(Node node, boolean always) {
        this.node = node;
        this.always = always;
    }

    List<Heartbeat.Progress> progress() {
        return List.copyOf(live.values());
    }

    void begin() {
        if (asking || free == 0 || !(always || node.isFollowing())) {
            return;
        }
        asking = true;
        node.call(
                Tally.Kind.LEASES,
                "POST",
                node.path("leases"),
                ApiJson.write(new LeaseRequest(free, WAIT_SECONDS)),
                answer -> {
                    asking = false;
                    for (LeaseGrant grant :
                            ApiJson.read(answer, LeaseGrants.class).leases()) {
                        work(grant);
                    }
                    begin();
                },
                () -> {
                    asking = false;
                    begin();
                });
    }

    private void work(LeaseGrant grant) {
        free--;
        live.put(grant.leaseId(), new Heartbeat.Progress(grant.leaseId(), grant.fence(), 0));
        String artifactId = grant.artifact().id();
        node.crowd.growing(grant.artifact().uri()).ifPresent(of -> {
            node.takeUp(artifactId, of);
            read(grant, of, 0);
        });
    }

    private void read(LeaseGrant grant, Growing of, int done) {
        node.crowd.timeline.after(node.crowd.plan.pieceSeconds(), () -> {
            int piece = grant.firstPiece() + done;
            of.reported(piece, node.crowd.timeline.nowNanos());
            report(grant, of, done + 1, piece);
        });
    }

    private void report(LeaseGrant grant, Growing of, int done, int piece) {
        long bytes = (long) done * Plan.PIECE_BYTES;
        String sha1 = String.format("%08x%032x", piece, grant.fence());
        PieceReport report = new PieceReport(grant.fence(), bytes, List.of(new PieceReport.HashedPiece(piece, sha1)));
        node.call(
                Tally.Kind.REPORT,
                "POST",
                "/v1/leases/" + grant.leaseId() + "/pieces",
                ApiJson.write(report),
                answer -> {
                    live.put(grant.leaseId(), new Heartbeat.Progress(grant.leaseId(), grant.fence(), bytes));
                    node.holds(grant.artifact().id(), piece);
                    if (done < grant.pieceCount()) {
                        read(grant, of, done);
                    } else {
                        live.remove(grant.leaseId());
                        free++;
                        begin();
                    }
                },
                () -> report(grant, of, done, piece));
    }
}
