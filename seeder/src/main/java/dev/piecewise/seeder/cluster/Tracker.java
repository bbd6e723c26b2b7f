package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ArtifactEntry;
import dev.piecewise.trackerclient.api.ArtifactList;
import dev.piecewise.trackerclient.api.ArtifactPreview;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.EntryRequest;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.HoldingsReport;
import dev.piecewise.trackerclient.api.HoldingsTaken;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.NodeAccepted;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PeerNews;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.SignRequest;
import dev.piecewise.trackerclient.api.TokenRole;
import dev.piecewise.trackerclient.api.WantedPieces;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The tracker as the processes of a cluster see it; promises and faults are those of the methods of the same names of
 * {@link dev.piecewise.trackerclient.TrackerClient}.
 */
public interface Tracker {
    ArtifactStatus requestArtifact(ArtifactRequest request);

    ArtifactPreview preview(ArtifactRequest request);

    ArtifactList artifacts();

    ArtifactStatus artifact(ArtifactId id, Duration wait);

    ArtifactStatus artifact(InfoHash infoHash);

    HashList hashes(ArtifactId id, String cursor, Duration wait);

    void want(ArtifactId id, WantedPieces wanted);

    Optional<TokenRole> role(String presented);

    byte[] torrent(InfoHash infoHash);

    NodeAccepted register(NodeRegistration registration);

    HeartbeatReply heartbeat(String nodeId, Heartbeat heartbeat) throws UnknownNode;

    ArtifactEntry enter(String nodeId, EntryRequest request) throws UnknownNode;

    void leave(String nodeId);

    HoldingsTaken reportHoldings(String nodeId, HoldingsReport report) throws UnknownNode;

    PeerNews peers(String nodeId, String cursor, Duration wait) throws UnknownNode;

    LeaseGrants takeLeases(String nodeId, LeaseRequest request) throws UnknownNode;

    void reportPieces(String leaseId, PieceReport report) throws StaleFence;

    void returnLease(String leaseId, LeaseReturn leaseReturn) throws StaleFence;

    SignedRead sign(String leaseId, SignRequest request) throws StaleFence;

    AnnounceResponse announce(AnnounceRequest request, String nodeId);

    /** Announces at any tracker, as nobody's node. */
    AnnounceResponse announce(AnnounceRequest request, URI announceUrl);
}
