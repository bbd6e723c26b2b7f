package dev.piecewise.trackerclient;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.announce.AnnounceCodec;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.trackerclient.api.ApiError;
import dev.piecewise.trackerclient.api.ApiJson;
import dev.piecewise.trackerclient.api.ArtifactEntry;
import dev.piecewise.trackerclient.api.ArtifactList;
import dev.piecewise.trackerclient.api.ArtifactPreview;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.EntryRequest;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.HoldingsReport;
import dev.piecewise.trackerclient.api.HoldingsTaken;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.Ledger;
import dev.piecewise.trackerclient.api.NodeAccepted;
import dev.piecewise.trackerclient.api.NodeList;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PeerNews;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.ProfileList;
import dev.piecewise.trackerclient.api.SignRequest;
import dev.piecewise.trackerclient.api.TokenRole;
import dev.piecewise.trackerclient.api.WantedPieces;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Calls one tracker. Thread-safe; every method blocks, has a timeout of its own and may be interrupted (a {@link
 * dev.piecewise.core.fault.ProcessFault} then, with the thread's interrupt flag set again).
 *
 * <p>Faults: a tracker that cannot be reached, or that refuses the token, is a {@link
 * dev.piecewise.core.fault.ProcessFault}; what the tracker answers with an {@code ApiError} is an {@link
 * dev.piecewise.core.fault.OriginFault} with the kind and the message of that error. Calls that are safe to repeat are
 * repeated a few times when the connection fails.
 */
public final class TrackerClient implements AutoCloseable {
    private static final int UNAVAILABLE = 503;

    private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ORIGIN_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration ANNOUNCE_TIMEOUT = Duration.ofSeconds(10);

    private final HttpCalls calls;

    /**
     * @param base for example {@code http://127.0.0.1:7070}
     * @param token sent as {@code Authorization: Bearer}; never logged
     */
    public TrackerClient(URI base, Optional<String> token) {
        this.calls = new HttpCalls(base, token);
    }

    /** {@code POST /v1/artifacts}. */
    public ArtifactStatus requestArtifact(ArtifactRequest request) {
        return value(Call.post("/v1/artifacts", request).within(ORIGIN_TIMEOUT), ArtifactStatus.class);
    }

    /** {@code POST /v1/previews}. */
    public ArtifactPreview preview(ArtifactRequest request) {
        return value(Call.post("/v1/previews", request).within(ORIGIN_TIMEOUT), ArtifactPreview.class);
    }

    /** {@code GET /v1/profiles}. */
    public ProfileList profiles() {
        return value(Call.get("/v1/profiles"), ProfileList.class);
    }

    /** {@link #registerTorrent(byte[], Optional, Optional)} by the default profile. */
    public ArtifactStatus registerTorrent(byte[] torrent, Optional<String> uri) {
        return registerTorrent(torrent, uri, Optional.empty());
    }

    /**
     * {@code POST /v1/torrents}: the tracker serves this torrent from now on, though nothing was read.
     *
     * @param uri what it was made of, instead of what the torrent says
     * @param profile which of the tracker's profiles to ask the origin by, instead of its default
     */
    public ArtifactStatus registerTorrent(byte[] torrent, Optional<String> uri, Optional<String> profile) {
        String query = Stream.of(parameter("uri", uri), parameter("profile", profile))
                .flatMap(Optional::stream)
                .collect(Collectors.joining("&"));
        query = query.isEmpty() ? "" : "?" + query;
        return value(Call.post("/v1/torrents" + query, torrent).within(ORIGIN_TIMEOUT), ArtifactStatus.class);
    }

    private static Optional<String> parameter(String name, Optional<String> value) {
        return value.map(text -> name + "=" + URLEncoder.encode(text, StandardCharsets.UTF_8));
    }

    /** {@code GET /v1/artifacts}. */
    public ArtifactList artifacts() {
        return value(Call.get("/v1/artifacts"), ArtifactList.class);
    }

    /** {@code GET /v1/artifacts/ID}, at once. */
    public ArtifactStatus artifact(ArtifactId id) {
        return artifact(id, Duration.ZERO);
    }

    /** {@code GET /v1/artifacts/ID}: answers when the artifact leaves READING, or as it stands after {@code wait}. */
    public ArtifactStatus artifact(ArtifactId id, Duration wait) {
        String query = wait.isZero() ? "" : "?waitSeconds=" + wait.toMillis() / 1000.0;
        return value(Call.get("/v1/artifacts/" + id + query).waiting(wait), ArtifactStatus.class);
    }

    /**
     * {@code GET /v1/artifacts/ID/hashes}: what came to be known after {@code cursor}, at once or within {@code wait}.
     *
     * @param cursor of the last answer, empty at first
     */
    public HashList hashes(ArtifactId id, String cursor, Duration wait) {
        String query = "?from=" + encode(cursor) + "&waitSeconds=" + wait.toMillis() / 1000.0;
        return value(Call.get("/v1/artifacts/" + id + "/hashes" + query).waiting(wait), HashList.class);
    }

    /** {@code POST /v1/artifacts/ID/wanted}. */
    public void want(ArtifactId id, WantedPieces wanted) {
        ok(calls.send(Call.post("/v1/artifacts/" + id + "/wanted", wanted)));
    }

    /** {@code GET /v1/torrents/INFOHASH}: the artifact of a torrent that the tracker serves. */
    public ArtifactStatus artifact(InfoHash infoHash) {
        return value(Call.get("/v1/torrents/" + infoHash), ArtifactStatus.class);
    }

    /**
     * {@code GET /v1/role} with a token that somebody else showed; empty if the tracker does not know it.
     *
     * @param presented never logged
     */
    public Optional<TokenRole> role(String presented) {
        HttpResponse<byte[]> response = calls.send(Call.get("/v1/role"), Optional.of(presented));
        if (!isOk(response) && error(response).kind().equals(ApiError.UNAUTHORIZED)) {
            return Optional.empty();
        }
        return Optional.of(read(ok(response), TokenRole.class));
    }

    /** {@code GET /v1/artifacts/ID/ledger}. */
    public Ledger ledger(ArtifactId id) {
        return value(Call.get("/v1/artifacts/" + id + "/ledger"), Ledger.class);
    }

    /** {@code GET /v1/artifacts/ID/distribution}. */
    public Distribution distribution(ArtifactId id) {
        return value(Call.get("/v1/artifacts/" + id + "/distribution"), Distribution.class);
    }

    /** {@code GET /v1/nodes}. */
    public NodeList nodes() {
        return value(Call.get("/v1/nodes"), NodeList.class);
    }

    /** {@code POST /v1/nodes}. */
    public NodeAccepted register(NodeRegistration registration) {
        return value(Call.post("/v1/nodes", registration), NodeAccepted.class);
    }

    /** {@code POST /v1/nodes/N/heartbeat}; gives up after a few seconds, never hangs. */
    public HeartbeatReply heartbeat(String nodeId, Heartbeat heartbeat) throws UnknownNode {
        return read(
                ofNode(Call.post(node(nodeId) + "/heartbeat", heartbeat).within(HEARTBEAT_TIMEOUT)),
                HeartbeatReply.class);
    }

    /**
     * {@code GET /v1/nodes/N/peers}: who joined the node's swarms after {@code cursor}, at once or within {@code wait}.
     *
     * @param cursor of the last answer, empty at first
     */
    public PeerNews peers(String nodeId, String cursor, Duration wait) throws UnknownNode {
        String query = "?from=" + encode(cursor) + "&waitSeconds=" + wait.toMillis() / 1000.0;
        return read(ofNode(Call.get(node(nodeId) + "/peers" + query).waiting(wait)), PeerNews.class);
    }

    /** {@code DELETE /v1/nodes/N}. A node that the tracker does not know has left already. */
    public void leave(String nodeId) {
        HttpResponse<byte[]> response =
                calls.send(new Call("DELETE", node(nodeId), null, HEARTBEAT_TIMEOUT, Call.Repeat.SAFE));
        if (!isOk(response) && !ApiError.UNKNOWN_NODE.equals(error(response).kind())) {
            throw fault(response);
        }
    }

    /** {@code POST /v1/nodes/N/holdings}. */
    public HoldingsTaken reportHoldings(String nodeId, HoldingsReport report) throws UnknownNode {
        return read(ofNode(Call.post(node(nodeId) + "/holdings", report)), HoldingsTaken.class);
    }

    /** {@code POST /v1/nodes/N/artifacts}: all that a node needs to begin, in one call. */
    public ArtifactEntry enter(String nodeId, EntryRequest request) throws UnknownNode {
        return read(
                ofNode(Call.post(node(nodeId) + "/artifacts", request).within(ORIGIN_TIMEOUT)), ArtifactEntry.class);
    }

    /** {@code POST /v1/nodes/N/leases}: waits up to {@code request.waitSeconds()} while there is no work. */
    public LeaseGrants takeLeases(String nodeId, LeaseRequest request) throws UnknownNode {
        Duration wait = Duration.ofMillis((long) (1000 * Math.max(0, request.waitSeconds())));
        return read(
                ofNode(Call.post(node(nodeId) + "/leases", request)
                        .waiting(wait)
                        .unlessSent()),
                LeaseGrants.class);
    }

    /**
     * {@code POST /v1/leases/L/pieces}. A hash that differs from the known one is an {@link
     * dev.piecewise.core.fault.OriginFault}: the piece is no longer the caller's, the other pieces of the report count.
     */
    public void reportPieces(String leaseId, PieceReport report) throws StaleFence {
        ofLease(Call.post(lease(leaseId) + "/pieces", report));
    }

    /** {@code POST /v1/leases/L/return}. */
    public void returnLease(String leaseId, LeaseReturn leaseReturn) throws StaleFence {
        ofLease(Call.post(lease(leaseId) + "/return", leaseReturn));
    }

    /** {@code POST /v1/leases/L/sign}. */
    public SignedRead sign(String leaseId, SignRequest request) throws StaleFence {
        return read(ofLease(Call.post(lease(leaseId) + "/sign", request)), SignedRead.class);
    }

    /** {@code GET /torrents/INFOHASH.torrent}: the metainfo file, with an announce URL that fits this caller. */
    public byte[] torrent(InfoHash infoHash) {
        return ok(calls.send(Call.get("/torrents/" + infoHash + ".torrent"))).body();
    }

    /**
     * Announces at this tracker ({@code /announce} below its base) as a registered node, whose advertised host is handed
     * out.
     */
    public AnnounceResponse announce(AnnounceRequest request, String nodeId) {
        URI url = calls.below("/announce");
        return announce(URI.create(url + "?" + AnnounceCodec.toQuery(request) + "&node=" + encode(nodeId)));
    }

    /**
     * Announces at another URL, for example the one in a magnet link, as any peer.
     *
     * @throws dev.piecewise.core.fault.PeerFault if the tracker answers with a failure reason or nonsense
     */
    public AnnounceResponse announce(AnnounceRequest request, URI announceUrl) {
        String url = announceUrl.toString();
        return announce(URI.create(url + (url.contains("?") ? "&" : "?") + AnnounceCodec.toQuery(request)));
    }

    private AnnounceResponse announce(URI full) {
        HttpResponse<byte[]> response = calls.get(full, ANNOUNCE_TIMEOUT);
        if (!isOk(response)) {
            throw new PeerFault(
                    Kind.FAILED,
                    "the tracker at " + HttpCalls.bare(full) + " answered an announce with HTTP "
                            + response.statusCode());
        }
        return AnnounceCodec.decode(response.body());
    }

    private static String node(String nodeId) {
        return "/v1/nodes/" + encode(nodeId);
    }

    private static String lease(String leaseId) {
        return "/v1/leases/" + encode(leaseId);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private <T> T value(Call call, Class<T> type) {
        return read(ok(calls.send(call)), type);
    }

    private HttpResponse<byte[]> ofNode(Call call) throws UnknownNode {
        HttpResponse<byte[]> response = calls.send(call);
        if (!isOk(response) && error(response).kind().equals(ApiError.UNKNOWN_NODE)) {
            throw new UnknownNode(error(response).message());
        }
        return ok(response);
    }

    private HttpResponse<byte[]> ofLease(Call call) throws StaleFence {
        HttpResponse<byte[]> response = calls.send(call);
        if (!isOk(response) && error(response).kind().equals(ApiError.STALE_FENCE)) {
            throw new StaleFence(error(response).message());
        }
        return ok(response);
    }

    private static <T> T read(HttpResponse<byte[]> response, Class<T> type) {
        try {
            return ApiJson.read(response.body(), type);
        } catch (PeerFault e) {
            throw nonsense(response, e);
        }
    }

    private static HttpResponse<byte[]> ok(HttpResponse<byte[]> response) {
        if (!isOk(response)) {
            throw fault(response);
        }
        return response;
    }

    private static boolean isOk(HttpResponse<byte[]> response) {
        return response.statusCode() / 100 == 2;
    }

    private static ApiError error(HttpResponse<byte[]> response) {
        try {
            ApiError error = ApiJson.read(response.body(), ApiError.class);
            if (error.kind() != null && error.message() != null) {
                return error;
            }
        } catch (PeerFault e) {
            throw nonsense(response, e);
        }
        throw nonsense(response, null);
    }

    private static ProcessFault nonsense(HttpResponse<byte[]> response, @Nullable PeerFault cause) {
        if (response.statusCode() == UNAVAILABLE) {
            return new ProcessFault(
                    Kind.FAILED,
                    "the tracker at " + HttpCalls.bare(response.uri())
                            + " is starting, stopping or overloaded (HTTP 503)",
                    cause);
        }
        return new ProcessFault(
                Kind.FAILED,
                "what answers at " + HttpCalls.bare(response.uri()) + " is no Piecewise tracker (HTTP "
                        + response.statusCode() + "); check --tracker",
                cause);
    }

    private static PiecewiseFault fault(HttpResponse<byte[]> response) {
        ApiError error = error(response);
        if (error.kind().equals(ApiError.UNAUTHORIZED)) {
            return new ProcessFault(Kind.DENIED, error.message());
        }
        for (Kind kind : Kind.values()) {
            if (kind.name().equals(error.kind())) {
                return new OriginFault(kind, error.message());
            }
        }
        return new OriginFault(Kind.FAILED, error.message());
    }

    /** Breaks off calls under way, which then fail. */
    @Override
    public void close() {
        calls.close();
    }
}
