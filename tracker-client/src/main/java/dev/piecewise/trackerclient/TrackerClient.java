package dev.piecewise.trackerclient;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.trackerclient.api.ArtifactList;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.Holdings;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.Ledger;
import dev.piecewise.trackerclient.api.NodeAccepted;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.SignRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Calls one tracker. Thread-safe; every method blocks, has a timeout of its own and may be interrupted (a {@link
 * dev.piecewise.core.fault.ProcessFault} then, with the thread's interrupt flag set again).
 *
 * <p>Faults: a tracker that cannot be reached, or that refuses the token, is a {@link
 * dev.piecewise.core.fault.ProcessFault}; what the tracker answers with an {@code ApiError} is an {@link
 * dev.piecewise.core.fault.OriginFault} with the kind and the message of that error. Calls that are safe to repeat are
 * repeated a few times when the connection fails.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class TrackerClient implements AutoCloseable {
    private final URI base;
    private final Optional<String> token;

    /**
     * @param base for example {@code http://127.0.0.1:7070}
     * @param token sent as {@code Authorization: Bearer}; never logged
     */
    public TrackerClient(URI base, Optional<String> token) {
        this.base = base;
        this.token = token;
    }

    /** {@code POST /v1/artifacts}. */
    public ArtifactStatus requestArtifact(ArtifactRequest request) {
        throw new UnsupportedOperationException("POST " + base + request + token.isPresent());
    }

    /** {@code GET /v1/artifacts}. */
    public ArtifactList artifacts() {
        throw new UnsupportedOperationException();
    }

    /** {@code GET /v1/artifacts/ID}, at once. */
    public ArtifactStatus artifact(ArtifactId id) {
        return artifact(id, Duration.ZERO);
    }

    /** {@code GET /v1/artifacts/ID}: answers when the artifact leaves READING, or as it stands after {@code wait}. */
    public ArtifactStatus artifact(ArtifactId id, Duration wait) {
        throw new UnsupportedOperationException();
    }

    /** {@code GET /v1/artifacts/ID/ledger}. */
    public Ledger ledger(ArtifactId id) {
        throw new UnsupportedOperationException();
    }

    /** {@code POST /v1/nodes}. */
    public NodeAccepted register(NodeRegistration registration) {
        throw new UnsupportedOperationException();
    }

    /** {@code POST /v1/nodes/N/heartbeat}; gives up after a few seconds, never hangs. */
    public HeartbeatReply heartbeat(String nodeId, Heartbeat heartbeat) throws UnknownNode {
        throw new UnsupportedOperationException();
    }

    /** {@code DELETE /v1/nodes/N}. A node that the tracker does not know has left already. */
    public void leave(String nodeId) {
        throw new UnsupportedOperationException();
    }

    /** {@code POST /v1/nodes/N/holdings/ID}. */
    public void reportHoldings(String nodeId, ArtifactId id, Holdings holdings) throws UnknownNode {
        throw new UnsupportedOperationException();
    }

    /** {@code POST /v1/nodes/N/leases}: waits up to {@code request.waitSeconds()} while there is no work. */
    public LeaseGrants takeLeases(String nodeId, LeaseRequest request) throws UnknownNode {
        throw new UnsupportedOperationException();
    }

    /**
     * {@code POST /v1/leases/L/pieces}. A hash that differs from the known one is an {@link
     * dev.piecewise.core.fault.OriginFault}: the piece is no longer the caller's, the other pieces of the report count.
     */
    public void reportPieces(String leaseId, PieceReport report) throws StaleFence {
        throw new UnsupportedOperationException();
    }

    /** {@code POST /v1/leases/L/return}. */
    public void returnLease(String leaseId, LeaseReturn leaseReturn) throws StaleFence {
        throw new UnsupportedOperationException();
    }

    /** {@code POST /v1/leases/L/sign}. */
    public SignedRead sign(String leaseId, SignRequest request) throws StaleFence {
        throw new UnsupportedOperationException();
    }

    /** {@code GET /torrents/INFOHASH.torrent}: the metainfo file, with an announce URL that fits this caller. */
    public byte[] torrent(InfoHash infoHash) {
        throw new UnsupportedOperationException();
    }

    /**
     * Announces at this tracker ({@code /announce} below its base) as a registered node, whose advertised host is handed
     * out.
     */
    public AnnounceResponse announce(AnnounceRequest request, String nodeId) {
        throw new UnsupportedOperationException();
    }

    /**
     * Announces at another URL, for example the one in a metainfo.
     *
     * @throws dev.piecewise.core.fault.PeerFault if the tracker answers with a failure reason or nonsense
     */
    public AnnounceResponse announce(AnnounceRequest request, String nodeId, URI announceUrl) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
