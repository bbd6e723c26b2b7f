package dev.piecewise.bench.tracker;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PieceReport;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a tracker publish artifacts without moving a byte: the hashes that are reported are invented. */
final class PublishedSwarms {
    private static final String NODE = "bench";
    private static final int FIRST_NUMBER = 1000; // those below are leased one by one
    private static final int PIECE_BYTES = 256 << 20; // few pieces, however large the object

    private final URI tracker;

    PublishedSwarms(URI tracker) {
        this.tracker = tracker;
    }

    /** So many objects' infohashes, hexadecimal. */
    List<String> create(int count) throws IOException {
        try (TrackerClient client = new TrackerClient(tracker, Optional.empty())) {
            List<String> infoHashes = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                client.register(
                        new NodeRegistration(NODE, "seeder", true, "127.0.0.1")); // counts as a sign of life, too
                ArtifactStatus status = client.requestArtifact(
                        new ArtifactRequest(SizedObject.uri(FIRST_NUMBER + i), "" + PIECE_BYTES));
                while (status.state() == ArtifactState.READING) {
                    reportAll(client);
                    status = client.artifact(new ArtifactId(status.id()));
                }
                if (status.infoHash() == null) {
                    throw new IOException("not published: " + status.error());
                }
                infoHashes.add(status.infoHash());
            }
            client.leave(NODE);
            return infoHashes;
        } catch (UnknownNode | StaleFence e) {
            throw new IOException("the tracker forgot the bench", e);
        }
    }

    private static void reportAll(TrackerClient client) throws UnknownNode, StaleFence {
        for (LeaseGrant grant : client.takeLeases(NODE, new LeaseRequest(64, 1)).leases()) {
            List<PieceReport.HashedPiece> pieces = new ArrayList<>();
            for (int piece = grant.firstPiece(); piece < grant.firstPiece() + grant.pieceCount(); piece++) {
                pieces.add(new PieceReport.HashedPiece(piece, String.format("%040x", grant.fence() + piece)));
            }
            client.reportPieces(grant.leaseId(), new PieceReport(grant.fence(), 0, pieces));
        }
    }
}
