package dev.piecewise.client;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.trackerclient.TrackerClient;
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
import java.util.List;
import java.util.Optional;

/**
 * Stands where a process has no tracker of its own, as one that fetches a magnet link: membership is a formality, announces go
 * where the link says, and nothing else can be had.
 */
final class NoTracker implements Tracker {
    private static final double FORMALITY_SECONDS = 3600;

    private final TrackerClient elsewhere;

    /** @param elsewhere for announces; its caller closes it */
    NoTracker(TrackerClient elsewhere) {
        this.elsewhere = elsewhere;
    }

    private static ProcessFault none() {
        return new ProcessFault(
                Kind.USAGE,
                "the process that owns the data directory has no tracker; start it with --tracker, or choose another"
                        + " --data");
    }

    @Override
    public ArtifactStatus requestArtifact(ArtifactRequest request) {
        throw none();
    }

    @Override
    public ArtifactPreview preview(ArtifactRequest request) {
        throw none();
    }

    @Override
    public ArtifactList artifacts() {
        return new ArtifactList(List.of());
    }

    @Override
    public ArtifactStatus artifact(ArtifactId id, Duration wait) {
        throw none();
    }

    @Override
    public ArtifactStatus artifact(InfoHash infoHash) {
        throw none();
    }

    @Override
    public HashList hashes(ArtifactId id, String cursor, Duration wait) {
        throw none();
    }

    @Override
    public void want(ArtifactId id, WantedPieces wanted) {
        throw none();
    }

    @Override
    public Optional<TokenRole> role(String presented) {
        return Optional.empty();
    }

    @Override
    public byte[] torrent(InfoHash infoHash) {
        throw none();
    }

    @Override
    public NodeAccepted register(NodeRegistration registration) {
        return new NodeAccepted(registration.nodeId(), FORMALITY_SECONDS, FORMALITY_SECONDS);
    }

    @Override
    public HeartbeatReply heartbeat(String nodeId, Heartbeat heartbeat) {
        return new HeartbeatReply(List.of());
    }

    @Override
    public ArtifactEntry enter(String nodeId, EntryRequest request) {
        throw none();
    }

    @Override
    public void leave(String nodeId) {}

    @Override
    public HoldingsTaken reportHoldings(String nodeId, HoldingsReport report) {
        return new HoldingsTaken(FORMALITY_SECONDS, List.of());
    }

    @Override
    public PeerNews peers(String nodeId, String cursor, Duration wait) {
        throw none();
    }

    @Override
    public LeaseGrants takeLeases(String nodeId, LeaseRequest request) {
        throw none();
    }

    @Override
    public void reportPieces(String leaseId, PieceReport report) {
        throw none();
    }

    @Override
    public void returnLease(String leaseId, LeaseReturn leaseReturn) {
        throw none();
    }

    @Override
    public SignedRead sign(String leaseId, SignRequest request) {
        throw none();
    }

    @Override
    public AnnounceResponse announce(AnnounceRequest request, String nodeId) {
        throw none();
    }

    @Override
    public AnnounceResponse announce(AnnounceRequest request, URI announceUrl) {
        return elsewhere.announce(request, announceUrl);
    }
}
