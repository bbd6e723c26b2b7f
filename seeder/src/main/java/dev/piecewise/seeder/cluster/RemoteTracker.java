package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.TrackerClient;
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

/** The tracker at the other end of a {@link TrackerClient}, which its caller closes. */
public final class RemoteTracker implements Tracker {
    private final TrackerClient client;

    public RemoteTracker(TrackerClient client) {
        this.client = client;
    }

    @Override
    public ArtifactStatus requestArtifact(ArtifactRequest request) {
        return client.requestArtifact(request);
    }

    @Override
    public ArtifactPreview preview(ArtifactRequest request) {
        return client.preview(request);
    }

    @Override
    public ArtifactList artifacts() {
        return client.artifacts();
    }

    @Override
    public ArtifactStatus artifact(ArtifactId id, Duration wait) {
        return client.artifact(id, wait);
    }

    @Override
    public ArtifactStatus artifact(InfoHash infoHash) {
        return client.artifact(infoHash);
    }

    @Override
    public HashList hashes(ArtifactId id, String cursor, Duration wait) {
        return client.hashes(id, cursor, wait);
    }

    @Override
    public void want(ArtifactId id, WantedPieces wanted) {
        client.want(id, wanted);
    }

    @Override
    public Optional<TokenRole> role(String presented) {
        return client.role(presented);
    }

    @Override
    public byte[] torrent(InfoHash infoHash) {
        return client.torrent(infoHash);
    }

    @Override
    public NodeAccepted register(NodeRegistration registration) {
        return client.register(registration);
    }

    @Override
    public HeartbeatReply heartbeat(String nodeId, Heartbeat heartbeat) throws UnknownNode {
        return client.heartbeat(nodeId, heartbeat);
    }

    @Override
    public ArtifactEntry enter(String nodeId, EntryRequest request) throws UnknownNode {
        return client.enter(nodeId, request);
    }

    @Override
    public void leave(String nodeId) {
        client.leave(nodeId);
    }

    @Override
    public HoldingsTaken reportHoldings(String nodeId, HoldingsReport report) throws UnknownNode {
        return client.reportHoldings(nodeId, report);
    }

    @Override
    public PeerNews peers(String nodeId, String cursor, Duration wait) throws UnknownNode {
        return client.peers(nodeId, cursor, wait);
    }

    @Override
    public LeaseGrants takeLeases(String nodeId, LeaseRequest request) throws UnknownNode {
        return client.takeLeases(nodeId, request);
    }

    @Override
    public void reportPieces(String leaseId, PieceReport report) throws StaleFence {
        client.reportPieces(leaseId, report);
    }

    @Override
    public void returnLease(String leaseId, LeaseReturn leaseReturn) throws StaleFence {
        client.returnLease(leaseId, leaseReturn);
    }

    @Override
    public SignedRead sign(String leaseId, SignRequest request) throws StaleFence {
        return client.sign(leaseId, request);
    }

    @Override
    public AnnounceResponse announce(AnnounceRequest request, URI announceUrl) {
        return client.announce(request, announceUrl);
    }

    @Override
    public AnnounceResponse announce(AnnounceRequest request, String nodeId) {
        return client.announce(request, nodeId);
    }
}
