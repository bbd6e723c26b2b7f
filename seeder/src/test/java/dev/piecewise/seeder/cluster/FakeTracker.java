package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ArtifactEntry;
import dev.piecewise.trackerclient.api.ArtifactList;
import dev.piecewise.trackerclient.api.ArtifactPreview;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.EntryRequest;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import dev.piecewise.trackerclient.api.Holdings;
import dev.piecewise.trackerclient.api.HoldingsReport;
import dev.piecewise.trackerclient.api.HoldingsTaken;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.LeaseReturn;
import dev.piecewise.trackerclient.api.Neighbours;
import dev.piecewise.trackerclient.api.NodeAccepted;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.NodeReport;
import dev.piecewise.trackerclient.api.PeerNews;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.SignRequest;
import dev.piecewise.trackerclient.api.TokenRole;
import dev.piecewise.trackerclient.api.WantedPieces;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A tracker that says what the test wants and remembers what it was told. */
public final class FakeTracker implements Tracker {
    /** The id of every artifact's swarm while it is read. */
    public static final InfoHash SWARM = InfoHash.of(new byte[InfoHash.BYTES]);

    public final BlockingQueue<LeaseGrant> grants = new LinkedBlockingQueue<>();
    public final BlockingQueue<PeerNews.Newcomer> newcomers = new LinkedBlockingQueue<>();
    public final List<PieceReport> reports = new CopyOnWriteArrayList<>();
    public final List<LeaseReturn> returns = new CopyOnWriteArrayList<>();
    public final List<SignRequest> signed = new CopyOnWriteArrayList<>();
    /** Of all reports, one after the other. */
    public final List<Holdings> holdings = new CopyOnWriteArrayList<>();

    final List<HoldingsReport> holdingsReports = new CopyOnWriteArrayList<>();
    final AtomicInteger heartbeats = new AtomicInteger();
    /** As its answers to heartbeats say; 0 leaves it to the registration's. */
    volatile double nextHeartbeatSeconds;
    /** After how long the next report of holdings is wanted. */
    volatile double holdingsSeconds = 0.2;

    public final List<NodeRegistration> registrations = new CopyOnWriteArrayList<>();
    public final List<String> left = new CopyOnWriteArrayList<>();
    public final Set<String> lostLeases = ConcurrentHashMap.newKeySet();
    /** The next heartbeat, before any other call, is told that the node is unknown. */
    public final AtomicBoolean forgetsAtHeartbeat = new AtomicBoolean();

    public final Map<ArtifactId, ArtifactStatus> artifacts = new ConcurrentHashMap<>();
    public final Map<ArtifactId, List<HashList.Entry>> hashes = new ConcurrentHashMap<>();
    public final Map<InfoHash, byte[]> torrents = new ConcurrentHashMap<>();
    public final Map<String, TokenRole> roles = new ConcurrentHashMap<>();
    public final BlockingQueue<Integer> wanted = new LinkedBlockingQueue<>();
    public final AtomicInteger lookups = new AtomicInteger();
    public final AtomicLong bytesRead = new AtomicLong();
    public final AtomicInteger torrentsServed = new AtomicInteger();
    public volatile Function<SignRequest, SignedRead> signer = request -> {
        throw new IllegalStateException("no signer");
    };
    public final List<Heartbeat.Transfer> transfers = new CopyOnWriteArrayList<>();
    public final List<EntryRequest> entries = new CopyOnWriteArrayList<>();
    public final List<AnnounceRequest> announces = new CopyOnWriteArrayList<>();
    public final AtomicInteger hashesAsked = new AtomicInteger();
    public volatile boolean hashesAway;
    /** Named with the answer to an ask; if there are none, it says nothing but the artifact. */
    public volatile @Nullable Neighbours neighbours;

    public volatile @Nullable NodeReport report;
    /** Of a report of pieces, null if it is taken. */
    public volatile Function<PieceReport, @Nullable PiecewiseFault> reportFault = report -> null;

    public volatile boolean away;
    public volatile boolean known = true;
    public volatile double leaseSeconds = 30;
    public volatile long bytesPerSecond;
    public volatile double heartbeatSeconds = 0.05;

    private void reach() {
        if (away) {
            throw new ProcessFault(Kind.FAILED, "cannot reach the tracker at http://fake");
        }
    }

    @Override
    public ArtifactStatus requestArtifact(ArtifactRequest request) {
        reach();
        return artifacts.values().iterator().next();
    }

    @Override
    public ArtifactPreview preview(ArtifactRequest request) {
        ArtifactStatus status = requestArtifact(request);
        return new ArtifactPreview(
                status.id(),
                status.uri(),
                status.version(),
                status.name(),
                status.singleFile(),
                status.files(),
                List.of(),
                status.totalBytes(),
                status.pieceBytes(),
                status.pieceCount(),
                status.infoHash());
    }

    @Override
    public ArtifactList artifacts() {
        return new ArtifactList(List.copyOf(artifacts.values()));
    }

    @Override
    public ArtifactStatus artifact(ArtifactId id, Duration wait) {
        reach();
        ArtifactStatus status = artifacts.get(id);
        if (status == null) {
            throw new OriginFault(Kind.NOT_FOUND, "no artifact " + id);
        }
        return status;
    }

    @Override
    public ArtifactStatus artifact(InfoHash infoHash) {
        reach();
        lookups.incrementAndGet();
        return artifacts.values().stream()
                .filter(status -> infoHash.hex().equals(status.infoHash()))
                .findFirst()
                .orElseThrow(() -> new OriginFault(Kind.NOT_FOUND, "no torrent " + infoHash));
    }

    @Override
    public HashList hashes(ArtifactId id, String cursor, Duration wait) {
        ArtifactStatus status = artifact(id, wait);
        hashesAsked.incrementAndGet();
        if (hashesAway) {
            throw new ProcessFault(Kind.FAILED, "no hashes are told");
        }
        if (status.infoHash() == null && !wait.isZero()) {
            pause();
        }
        return list(id, status);
    }

    private HashList list(ArtifactId id, ArtifactStatus status) {
        List<HashList.Entry> entries = new ArrayList<>(hashes.getOrDefault(id, List.of()));
        if (status.infoHash() != null) {
            byte[] torrent = torrents.getOrDefault(InfoHash.fromHex(status.infoHash()), new byte[0]);
            List<PieceHash> all = Metainfo.parse(torrent).info().hashes();
            for (int piece = 0; piece < all.size(); piece++) {
                entries.add(new HashList.Entry(piece, all.get(piece)));
            }
        }
        return new HashList(status.state(), status.infoHash(), SWARM.hex(), "", HashList.pack(entries));
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessFault(Kind.FAILED, "interrupted", e);
        }
    }

    @Override
    public void want(ArtifactId id, WantedPieces pieces) {
        reach();
        wanted.addAll(pieces.pieces());
    }

    @Override
    public Optional<TokenRole> role(String presented) {
        reach();
        lookups.incrementAndGet();
        return Optional.ofNullable(roles.get(presented));
    }

    @Override
    public byte[] torrent(InfoHash infoHash) {
        reach();
        torrentsServed.incrementAndGet();
        return torrents.getOrDefault(infoHash, new byte[0]);
    }

    @Override
    public NodeAccepted register(NodeRegistration registration) {
        reach();
        registrations.add(registration);
        known = true;
        return new NodeAccepted(registration.nodeId(), heartbeatSeconds, 30);
    }

    @Override
    public HeartbeatReply heartbeat(String nodeId, Heartbeat heartbeat) throws UnknownNode {
        reach();
        if (forgetsAtHeartbeat.getAndSet(false)) {
            known = false;
        }
        know();
        transfers.addAll(Optional.ofNullable(heartbeat.transfers()).orElse(List.of()));
        report = heartbeat.node();
        heartbeat.leases().forEach(lease -> bytesRead.set(lease.bytesRead()));
        heartbeats.incrementAndGet();
        return new HeartbeatReply(
                heartbeat.leases().stream()
                        .filter(lease -> !lostLeases.contains(lease.leaseId()))
                        .map(lease -> new HeartbeatReply.Renewal(
                                lease.leaseId(), lease.fence(), leaseSeconds, 0, List.of(), bytesPerSecond))
                        .toList(),
                nextHeartbeatSeconds);
    }

    private void know() throws UnknownNode {
        if (!known) {
            throw new UnknownNode("unknown");
        }
    }

    @Override
    public ArtifactEntry enter(String nodeId, EntryRequest request) throws UnknownNode {
        ArtifactStatus status = requestArtifact(request.artifact());
        know();
        entries.add(request);
        boolean begins = status.state() != ArtifactState.FAILED && neighbours != null;
        HashList known = begins ? list(new ArtifactId(status.id()), status) : null;
        return new ArtifactEntry(status, known, begins ? neighbours : null);
    }

    @Override
    public void leave(String nodeId) {
        reach();
        left.add(nodeId);
    }

    @Override
    public HoldingsTaken reportHoldings(String nodeId, HoldingsReport report) throws UnknownNode {
        reach();
        know();
        holdingsReports.add(report);
        report.artifacts().forEach(part -> holdings.add(part.holdings()));
        return new HoldingsTaken(holdingsSeconds, List.of());
    }

    @Override
    public PeerNews peers(String nodeId, String cursor, Duration wait) throws UnknownNode {
        reach();
        know();
        try {
            PeerNews.Newcomer newcomer = newcomers.poll(20, TimeUnit.MILLISECONDS);
            return new PeerNews("", newcomer == null ? List.of() : List.of(newcomer));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessFault(Kind.FAILED, "interrupted", e);
        }
    }

    @Override
    public LeaseGrants takeLeases(String nodeId, LeaseRequest request) throws UnknownNode {
        reach();
        know();
        try {
            LeaseGrant grant = grants.poll(20, TimeUnit.MILLISECONDS);
            return new LeaseGrants(grant == null ? List.of() : List.of(grant));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProcessFault(Kind.FAILED, "interrupted", e);
        }
    }

    @Override
    public void reportPieces(String leaseId, PieceReport report) throws StaleFence {
        reach();
        if (lostLeases.contains(leaseId)) {
            throw new StaleFence("stale");
        }
        PiecewiseFault fault = reportFault.apply(report);
        if (fault != null) {
            throw fault;
        }
        reports.add(report);
    }

    @Override
    public void returnLease(String leaseId, LeaseReturn leaseReturn) throws StaleFence {
        reach();
        returns.add(leaseReturn);
    }

    @Override
    public SignedRead sign(String leaseId, SignRequest request) throws StaleFence {
        reach();
        signed.add(request);
        return signer.apply(request);
    }

    @Override
    public AnnounceResponse announce(AnnounceRequest request, URI announceUrl) {
        throw new ProcessFault(Kind.FAILED, "there is no other tracker");
    }

    @Override
    public AnnounceResponse announce(AnnounceRequest request, String nodeId) {
        reach();
        announces.add(request);
        return new AnnounceResponse(Duration.ofSeconds(30), Duration.ofSeconds(5), 0, 0, List.of());
    }
}
