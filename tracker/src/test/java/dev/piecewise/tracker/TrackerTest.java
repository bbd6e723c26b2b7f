package dev.piecewise.tracker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.MagnetLink;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import dev.piecewise.torrentbuilder.s3.S3Profile;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ApiJson;
import dev.piecewise.trackerclient.api.ArtifactEntry;
import dev.piecewise.trackerclient.api.ArtifactPreview;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Distribution;
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
import dev.piecewise.trackerclient.api.Ledger;
import dev.piecewise.trackerclient.api.Neighbours;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.NodeReport;
import dev.piecewise.trackerclient.api.NodeStatus;
import dev.piecewise.trackerclient.api.PeerNews;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.SignRequest;
import dev.piecewise.trackerclient.api.TransferReport;
import dev.piecewise.trackerclient.api.TransferReport.LinkRate;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tracker behind real HTTP on a port of its own, and an origin without bytes. */
class TrackerTest {
    private static final int MIB = 1024 * 1024;
    private static final String URI_16 = "s3://bucket/sixteen";

    private final FakeOrigin origin = new FakeOrigin()
            .put("sixteen", 16 * MIB, "\"v1\"")
            .put("empty", 0, "\"e\"")
            .put("odd", 2 * MIB + 1, "\"o\"");
    private final List<AutoCloseable> opened = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private static TrackerConfig config() {
        return TrackerConfig.defaults()
                .withListen("127.0.0.1", 0)
                .withAllow(List.of(ArtifactUri.parse("s3://bucket/")));
    }

    private TrackerServer start(TrackerConfig config) {
        TrackerServer server = TrackerMain.start(config, List.<Origin>of(origin));
        opened.add(server);
        return server;
    }

    private TrackerClient client(TrackerServer server) {
        TrackerClient client = new TrackerClient(server.uri(), Optional.empty());
        opened.add(client);
        return client;
    }

    private static void seeder(TrackerClient client, String id) {
        client.register(new NodeRegistration(id, "seeder", true, ""));
    }

    private static LeaseGrant take(TrackerClient client, String node) throws UnknownNode {
        List<LeaseGrant> leases =
                client.takeLeases(node, new LeaseRequest(1, 10)).leases();
        assertThat(leases).hasSize(1);
        return leases.get(0);
    }

    private static String sha1(int piece) {
        return String.format("%040x", piece + 1);
    }

    private static PieceReport report(LeaseGrant lease, long bytes, int... pieces) {
        List<PieceReport.HashedPiece> hashed = new ArrayList<>();
        for (int piece : pieces) {
            hashed.add(new PieceReport.HashedPiece(piece, sha1(piece)));
        }
        return new PieceReport(lease.fence(), bytes, hashed);
    }

    private static void readAll(TrackerClient client, String node, ArtifactStatus artifact) throws Exception {
        while (client.artifact(new ArtifactId(artifact.id())).state() == ArtifactState.READING) {
            LeaseGrant lease = take(client, node);
            long bytes = 0;
            for (int piece = lease.firstPiece(); piece < lease.firstPiece() + lease.pieceCount(); piece++) {
                bytes += Math.min(artifact.pieceBytes(), artifact.totalBytes() - (long) piece * artifact.pieceBytes());
                client.reportPieces(lease.leaseId(), report(lease, bytes, piece));
            }
        }
    }

    private static HttpResponse<byte[]> get(TrackerServer server, String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.uri() + path)).build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void anArtifactIsLeasedReportedAndPublished() throws Exception {
        TrackerServer server = start(config());
        TrackerClient client = client(server);
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_16, "1MiB"));
        assertThat(artifact.state()).isEqualTo(ArtifactState.READING);
        assertThat(artifact.pieceCount()).isEqualTo(16);
        seeder(client, "s");
        CompletableFuture<ArtifactStatus> waiting = CompletableFuture.supplyAsync(
                () -> client.artifact(new ArtifactId(artifact.id()), Duration.ofSeconds(30)));

        readAll(client, "s", artifact);

        ArtifactStatus done = waiting.get();
        assertThat(done.state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(done.originBytes()).isEqualTo(16 * MIB);
        assertThat(done.holders()).isEqualTo(1);
        InfoHash infoHash = InfoHash.fromHex(String.valueOf(done.infoHash()));
        Metainfo metainfo = Metainfo.parse(client.torrent(infoHash));
        assertThat(metainfo.infoHash()).isEqualTo(infoHash);
        assertThat(metainfo.info().privateTorrent()).isTrue();
        assertThat(metainfo.announce()).contains(server.uri() + "/announce");
        assertThat(get(server, "/torrents/" + infoHash + ".torrent").body()).isEqualTo(metainfo.encode());
        assertThat(MagnetLink.parse(String.valueOf(done.magnet())).trackers())
                .containsExactly(server.uri() + "/announce");
        Ledger ledger = client.ledger(new ArtifactId(done.id()));
        assertThat(ledger.originBytes()).isEqualTo(ledger.totalBytes());
        assertThat(ledger.wastedBytes()).isZero();
        assertThat(ledger.pieces()).hasSize(16).allSatisfy(piece -> {
            assertThat(piece.state()).isEqualTo("hashed");
            assertThat(piece.holders()).isEqualTo(1);
            assertThat(piece.reads()).hasSize(1);
        });
    }

    @Test
    void aChecksumThatAListingNamesIsAskedForByItself() throws Exception {
        origin.keep("odd", new StoredChecksum(Crc.CRC32C, 0L));
        origin.listsOnly = true;
        TrackerClient client = client(start(config()));
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest("s3://bucket/odd", "4MiB"));
        seeder(client, "s");
        LeaseGrant lease = take(client, "s");
        PieceReport.HashedPiece wrong = new PieceReport.HashedPiece(0, sha1(0), List.of("1"));
        client.reportPieces(lease.leaseId(), new PieceReport(lease.fence(), 2 * MIB + 1, List.of(wrong)));

        ArtifactStatus failed = client.artifact(new ArtifactId(artifact.id()), Duration.ofSeconds(30));
        assertThat(failed.state()).isEqualTo(ArtifactState.FAILED);
        assertThat(failed.error()).contains("CRC32C");
    }

    @Test
    void aNodeThatAsksIsToldAllThatItTakesToBeginAndIsInTheSwarm() throws Exception {
        TrackerClient client = client(start(config()));
        seeder(client, "seeder");
        ArtifactRequest request = new ArtifactRequest("s3://bucket/odd", "1MiB");
        client.register(new NodeRegistration("early", "node", false, "127.0.0.1"));
        ArtifactEntry reading = client.enter("early", new EntryRequest(request, 6001));
        assertThat(reading.artifact().state()).isEqualTo(ArtifactState.READING);
        HashList none = requireNonNull(reading.hashes());
        assertThat(none.unpack()).isEmpty();
        Neighbours alone = requireNonNull(reading.neighbours());
        assertThat(alone.swarm()).isEqualTo(none.swarm());
        assertThat(alone.peers()).isEmpty();
        assertThat(alone.leeches()).isEqualTo(1);

        readAll(client, "seeder", reading.artifact());
        client.register(new NodeRegistration("late", "node", false, "127.0.0.1"));
        ArtifactEntry published = client.enter("late", new EntryRequest(request, 6002));
        HashList hashes = requireNonNull(published.hashes());
        String infoHash = requireNonNull(published.artifact().infoHash());
        assertThat(hashes.infoHash()).isEqualTo(infoHash);
        assertThat(hashes.unpack()).hasSize(3);
        client.enter("early", new EntryRequest(request, 6001));
        assertThat(requireNonNull(requireNonNull(client.enter("late", new EntryRequest(request, 6002)))
                                .neighbours())
                        .peers())
                .containsExactly(new Neighbours.Peer("127.0.0.1", 6001));
        assertThat(client.peers("late", "", Duration.ofSeconds(5)).newcomers())
                .contains(new PeerNews.Newcomer(infoHash, "127.0.0.1", 6001));
    }

    @Test
    void aNodeThatIsNotRegisteredOrSaysNoPortEntersNoSwarm() throws Exception {
        TrackerClient client = client(start(config()));
        ArtifactRequest request = new ArtifactRequest(URI_16, null);
        assertThatThrownBy(() -> client.enter("nobody", new EntryRequest(request, 6001)))
                .isInstanceOf(UnknownNode.class);
        client.register(new NodeRegistration("n", "node", false, "127.0.0.1"));
        assertThatThrownBy(() -> client.enter("n", new EntryRequest(request, 0)))
                .isInstanceOf(OriginFault.class)
                .hasMessageContaining("port");
        ArtifactEntry empty = client.enter("n", new EntryRequest(new ArtifactRequest("s3://bucket/empty", null), 6001));
        assertThat(empty.hashes()).isNull();
        assertThat(empty.neighbours()).isNull();
    }

    @Test
    void aLeaseReadsAtLeastEightMebibytesOfSmallPieces() throws Exception {
        TrackerClient client = client(start(config()));
        client.requestArtifact(new ArtifactRequest(URI_16, "1MiB"));
        seeder(client, "s");
        LeaseGrants grants = client.takeLeases("s", new LeaseRequest(8, 0));
        assertThat(grants.leases()).extracting(LeaseGrant::pieceCount).containsExactly(8, 8);
        assertThat(grants.leases().get(1).reads()).hasSize(1);
        assertThat(grants.leases().get(1).reads().get(0).firstByte()).isEqualTo(8 * MIB);
        assertThat(grants.leases().get(1).reads().get(0).lastByte()).isEqualTo(16 * MIB - 1);
    }

    @Test
    void manyEqualRequestsAtOnceGiveOneArtifact() throws Exception {
        TrackerClient client = client(start(config()));
        int permits = origin.mayResolve.drainPermits();
        List<CompletableFuture<ArtifactStatus>> asked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            asked.add(CompletableFuture.supplyAsync(
                    () -> client.requestArtifact(new ArtifactRequest(URI_16, null)),
                    command -> new Thread(command).start()));
        }
        await(() -> origin.resolves.get() > 0);
        origin.mayResolve.release(permits);
        Set<String> ids = ConcurrentHashMap.newKeySet();
        for (CompletableFuture<ArtifactStatus> one : asked) {
            ids.add(one.get().id());
        }
        assertThat(ids).hasSize(1);
        assertThat(client.artifacts().artifacts()).hasSize(1);
    }

    private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("waited for too long").isNegative();
            Thread.sleep(5);
        }
    }

    @Test
    void aRequestWithoutPieceSizeJoinsTheEarliestOfThatVersionAndAChangedObjectIsANewOne() {
        TrackerClient client = client(start(config()));
        ArtifactStatus first = client.requestArtifact(new ArtifactRequest(URI_16, "2MiB"));
        assertThat(client.requestArtifact(new ArtifactRequest(URI_16, "auto")).id())
                .isEqualTo(first.id());
        assertThat(client.requestArtifact(new ArtifactRequest(URI_16, "4MiB")).id())
                .isNotEqualTo(first.id());
        origin.put("sixteen", 16 * MIB, "\"v2\"");
        ArtifactStatus changed = client.requestArtifact(new ArtifactRequest(URI_16, null));
        assertThat(changed.id()).isNotEqualTo(first.id());
        assertThat(changed.pieceBytes()).isEqualTo(256 * 1024);
    }

    @Test
    void whatCannotBeGrantedIsAnsweredWithItsKind() {
        TrackerClient client = client(start(config()));
        assertFault(client, new ArtifactRequest("nonsense", null), Kind.USAGE, "nonsense");
        assertFault(client, new ArtifactRequest("ftp://bucket/k", null), Kind.USAGE, "it serves s3");
        assertFault(client, new ArtifactRequest("s3://other/k", null), Kind.DENIED, "--allow s3://other/");
        assertFault(client, new ArtifactRequest("s3://bucket/none", null), Kind.NOT_FOUND, "s3://bucket/none");
        assertFault(client, new ArtifactRequest(URI_16, "17000"), Kind.USAGE, "16 KiB");
    }

    private static void assertFault(TrackerClient client, ArtifactRequest request, Kind kind, String part) {
        OriginFault fault = catchThrowableOfType(OriginFault.class, () -> client.requestArtifact(request));
        assertThat(fault).hasMessageContaining(part);
        assertThat(fault.kind()).isEqualTo(kind);
    }

    @Test
    void anEmptyArtifactIsPublishedAtOnceAndHasNoTorrent() throws Exception {
        TrackerServer server = start(config());
        ArtifactStatus status = client(server).requestArtifact(new ArtifactRequest("s3://bucket/empty", null));
        assertThat(status.state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(status.infoHash()).isNull();
        HttpResponse<byte[]> torrent = get(server, "/torrent?uri=s3://bucket/empty");
        assertThat(torrent.statusCode()).isEqualTo(409);
        assertThat(new String(torrent.body(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("no bytes");
    }

    @Test
    void theTorrentOfAUriIsWaitedForAndThenServed() throws Exception {
        TrackerServer server = start(config().withMaxWait(Duration.ofMillis(200)));
        TrackerClient client = client(server);
        HttpResponse<byte[]> early = get(server, "/torrent?uri=s3://bucket/sixteen&pieceSize=8MiB");
        assertThat(early.statusCode()).isEqualTo(503);
        assertThat(early.headers().firstValue("Retry-After")).contains("1");
        seeder(client, "s");
        readAll(client, "s", client.requestArtifact(new ArtifactRequest(URI_16, null)));
        HttpResponse<byte[]> served = get(server, "/torrent?uri=s3%3A%2F%2Fbucket%2Fsixteen");
        assertThat(served.statusCode()).isEqualTo(200);
        assertThat(Metainfo.parse(served.body()).info().content().name()).isEqualTo("sixteen");
        assertThat(get(server, "/torrent?uri=s3://bucket/none").statusCode()).isEqualTo(404);
        assertThat(get(server, "/torrent").statusCode()).isEqualTo(400);
    }

    @Test
    void aRestartedTrackerGoesOnAndRefusesNothingThatIsStillRight() throws Exception {
        TrackerConfig config = config().withState(directory.resolve("state"));
        TrackerServer first = TrackerMain.start(config, List.<Origin>of(origin));
        LeaseGrant lease;
        ArtifactStatus artifact;
        try (TrackerClient client = new TrackerClient(first.uri(), Optional.empty())) {
            artifact = client.requestArtifact(new ArtifactRequest(URI_16, "4MiB"));
            seeder(client, "s");
            lease = take(client, "s");
            assertThat(lease.pieceCount()).isEqualTo(2);
            client.reportPieces(lease.leaseId(), report(lease, 4 * MIB, 0));
        } finally {
            first.close();
        }

        TrackerClient client = client(start(config));
        assertThatThrownBy(() -> client.heartbeat("s", new Heartbeat(List.of())))
                .isInstanceOf(UnknownNode.class);
        seeder(client, "s");
        ArtifactStatus restored = client.artifact(new ArtifactId(artifact.id()));
        assertThat(restored.piecesHashed()).isEqualTo(1);
        assertThat(restored.originBytes()).isEqualTo(4 * MIB);
        assertThat(restored.leasesLive()).isEqualTo(1);
        HeartbeatReply reply = client.heartbeat(
                "s", new Heartbeat(List.of(new Heartbeat.Progress(lease.leaseId(), lease.fence(), 5 * MIB))));
        assertThat(reply.leases()).hasSize(1);
        assertThat(reply.leases().get(0).firstPiece()).isEqualTo(1);
        assertThat(reply.leases().get(0).reads().get(0).firstByte()).isEqualTo(4 * MIB);
        client.reportPieces(lease.leaseId(), report(lease, 4 * MIB, 0));
        client.reportPieces(lease.leaseId(), report(lease, 8 * MIB, 1));
        LeaseGrant next = take(client, "s");
        assertThat(next.fence()).isGreaterThan(lease.fence());
        assertThat(next.firstPiece()).isEqualTo(2);
        client.reportPieces(next.leaseId(), report(next, 8 * MIB, 2, 3));
        ArtifactStatus done = client.artifact(new ArtifactId(artifact.id()));
        assertThat(done.state()).isEqualTo(ArtifactState.PUBLISHED);
        assertThat(done.originBytes()).isEqualTo(16 * MIB);
    }

    @Test
    void aVersionIsToldWithoutAnArtifactAndIsThatOfEveryArtifactOfIt() throws Exception {
        TrackerClient client = client(start(config()));
        ArtifactPreview version = client.preview(new ArtifactRequest(URI_16, null));
        assertThat(client.artifacts().artifacts()).isEmpty();
        assertThat(version.totalBytes()).isEqualTo(16 * MIB);
        for (String pieceSize : List.of("1MiB", "2MiB")) {
            assertThat(client.requestArtifact(new ArtifactRequest(URI_16, pieceSize))
                            .version())
                    .isEqualTo(version.version());
        }
        assertThatThrownBy(() -> client.preview(new ArtifactRequest("s3://bucket/none", null)))
                .isInstanceOf(OriginFault.class);
    }

    @Test
    void aLateReportIsRefusedAndItsBytesAreWasted() throws Exception {
        TrackerClient client =
                client(start(config().withLeases(LeaseTimes.of(Duration.ofMillis(200), Duration.ofMillis(600)))));
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_16, "16MiB"));
        seeder(client, "slow");
        LeaseGrant lost = take(client, "slow");
        await(() -> client.artifact(new ArtifactId(artifact.id())).leasesLive() == 0);
        assertThatThrownBy(() -> client.reportPieces(lost.leaseId(), report(lost, 16 * MIB, 0)))
                .isInstanceOf(StaleFence.class);
        assertThatThrownBy(() -> client.sign(lost.leaseId(), new SignRequest(lost.fence(), 0, 0)))
                .isInstanceOf(StaleFence.class);
        seeder(client, "quick");
        LeaseGrant again = take(client, "quick");
        assertThat(again.fence()).isGreaterThan(lost.fence());
        client.reportPieces(again.leaseId(), report(again, 16 * MIB, 0));
        Ledger ledger = client.ledger(new ArtifactId(artifact.id()));
        assertThat(ledger.originBytes()).isEqualTo(32 * MIB);
        assertThat(ledger.wastedBytes()).isEqualTo(16 * MIB);
        assertThat(ledger.pieces().get(0).reads())
                .extracting(Ledger.Read::outcome)
                .containsExactly("expired", "hashed");
    }

    @Test
    void aWaitingLeaseRequestIsAnsweredWhenWorkArrives() throws Exception {
        TrackerClient client = client(start(config()));
        seeder(client, "s");
        CompletableFuture<LeaseGrant> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return take(client, "s");
            } catch (UnknownNode e) {
                throw new IllegalStateException(e);
            }
        });
        client.requestArtifact(new ArtifactRequest("s3://bucket/odd", "1MiB"));
        LeaseGrant lease = waiting.get();
        assertThat(lease.pieceCount()).isEqualTo(3);
        assertThat(lease.artifact().uri()).isEqualTo("s3://bucket/odd");
        assertThat(client.sign(lease.leaseId(), new SignRequest(lease.fence(), 0, 5))
                        .firstByte())
                .isEqualTo(5);
    }

    @Test
    void aLeaseThatFailsForGoodFailsTheArtifactAndAskingAgainStartsAnew() throws Exception {
        TrackerClient client = client(start(config()));
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_16, null));
        seeder(client, "s");
        LeaseGrant lease = take(client, "s");
        client.returnLease(
                lease.leaseId(),
                new LeaseReturn(
                        lease.fence(), 7, "gone: http://x/y?X-Amz-Signature=abc changed", LeaseReturn.VERSION_GONE));
        ArtifactStatus failed = client.artifact(new ArtifactId(artifact.id()));
        assertThat(failed.state()).isEqualTo(ArtifactState.FAILED);
        assertThat(failed.error()).isEqualTo("gone: http://x/y?*** changed");
        assertThat(failed.errorKind()).isEqualTo("FAILED");
        assertThat(client.requestArtifact(new ArtifactRequest(URI_16, null)).state())
                .isEqualTo(ArtifactState.READING);
        assertThat(take(client, "s").firstPiece()).isZero();
    }

    @Test
    void whenReadsCannotBeSignedTheArtifactFailsWithTheReason() throws Exception {
        TrackerClient client = client(start(config()));
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_16, null));
        origin.signs = false;
        seeder(client, "s");
        assertThat(client.takeLeases("s", new LeaseRequest(1, 10)).leases()).isEmpty();
        ArtifactStatus failed = client.artifact(new ArtifactId(artifact.id()));
        assertThat(failed.errorKind()).isEqualTo("DENIED");
        assertThat(failed.error()).isEqualTo("no credentials");
    }

    @Test
    void aDistributionIsReportedByHoldingsAndHeartbeats() throws Exception {
        TrackerClient client = client(start(config()));
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_16, "16MiB"));
        ArtifactId id = new ArtifactId(artifact.id());
        seeder(client, "s");
        take(client, "s");
        client.register(new NodeRegistration("n", "node", false, "127.0.0.9"));
        client.register(new NodeRegistration("m", "node", false, ""));
        assertThat(client.distribution(id).seconds()).isNull();
        LinkRate slow = new LinkRate(artifact.totalBytes() / 4, LinkRate.LIMIT);
        client.reportHoldings(
                "n", HoldingsReport.of(id, new Holdings("gA==", List.of(), List.of(), transfer(10, 5.0, slow))));
        client.heartbeat(
                "m", new Heartbeat(List.of(), List.of(new Heartbeat.Transfer(id.hex(), transfer(9, 2.0, null)))));
        Distribution distribution = client.distribution(id);
        assertThat(distribution.nodes()).isEqualTo(2);
        assertThat(distribution.complete()).isEqualTo(2);
        assertThat(distribution.seconds()).isCloseTo(5, within(1.0));
        assertThat(distribution.binds()).isEqualTo("node link");
        assertThat(distribution.boundSeconds()).isCloseTo(4, within(0.01));
        assertThat(distribution.parts()).extracting(Distribution.Part::host).startsWith("127.0.0.9", null);
        client.leave("n");
        assertThat(client.distribution(id).complete()).isEqualTo(2);
    }

    @Test
    void liveNodesAreListedWithWhatTheySayOfThemselvesAndWhatTheTrackerKnowsOfThem() throws Exception {
        TrackerClient client = client(start(config()));
        assertThat(client.nodes().nodes()).isEmpty();
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_16, "16MiB"));
        ArtifactId id = new ArtifactId(artifact.id());
        seeder(client, "s");
        take(client, "s");
        client.register(new NodeRegistration("n", "node", false, "127.0.0.9"));
        client.reportHoldings(
                "n", HoldingsReport.of(id, new Holdings("gA==", List.of(), List.of(), transfer(10, 5.0, null))));
        NodeReport report = new NodeReport(
                1.5,
                8,
                0.5,
                1000,
                null,
                NodeReport.Flow.NONE,
                new NodeReport.Flow(7, 3),
                NodeReport.Flow.NONE,
                NodeReport.Flow.NONE,
                new NodeReport.Disk(5, 6L),
                List.of(new NodeReport.Unpacking("a.tar", 1, 2)));
        client.heartbeat("n", new Heartbeat(List.of(), List.of(), report));

        List<NodeStatus> nodes = client.nodes().nodes();
        assertThat(nodes).extracting(NodeStatus::nodeId).containsExactly("s", "n");
        NodeStatus seeder = nodes.get(0);
        assertThat(seeder.leases().count()).isEqualTo(1);
        assertThat(seeder.leases().pieces()).isPositive();
        assertThat(seeder.report()).isNull();
        NodeStatus node = nodes.get(1);
        assertThat(node.host()).isEqualTo("127.0.0.9");
        assertThat(node.report()).isEqualTo(report);
        assertThat(node.heardSecondsAgo()).isBetween(0.0, 60.0);
        assertThat(node.artifacts()).singleElement().satisfies(part -> {
            assertThat(part.uri()).isEqualTo(URI_16);
            assertThat(part.piecesHeld()).isEqualTo(1);
            assertThat(part.pieceCount()).isEqualTo(artifact.pieceCount());
            assertThat(part.transfer()).isNotNull();
        });
        client.leave("n");
        assertThat(client.nodes().nodes()).extracting(NodeStatus::nodeId).containsExactly("s");
    }

    private static TransferReport transfer(double askedAgo, double took, @Nullable LinkRate download) {
        return new TransferReport(askedAgo, took, false, 1, 0, 0, 0, 0, 0, took, 0.1, null, 0.1, download, null, null);
    }

    @Test
    void aTransferThatMakesNoSenseIsRefused() throws Exception {
        TrackerServer tracker = start(config());
        TrackerClient client = client(tracker);
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_16, "16MiB"));
        client.register(new NodeRegistration("n", "node", false, ""));
        String body = new String(
                        ApiJson.write(HoldingsReport.of(
                                new ArtifactId(artifact.id()),
                                new Holdings("gA==", List.of(), List.of(), transfer(10, 5.0, null)))),
                        UTF_8)
                .replace("\"cpuShare\":0.1", "\"cpuShare\":7");
        assertThat(body).contains("7");
        HttpRequest request = HttpRequest.newBuilder(tracker.uri().resolve("/v1/nodes/n/holdings"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void holdingsOfManyArtifactsAreOneCallWhoseAnswerSaysWhenToReportNextAndWhatIsUnknown() throws Exception {
        TrackerClient client = client(start(config()));
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_16, "16MiB"));
        ArtifactStatus other = client.requestArtifact(new ArtifactRequest(URI_16, "8MiB"));
        client.register(new NodeRegistration("n", "node", false, ""));
        Holdings first = new Holdings("gA==", List.of(), List.of());
        HoldingsTaken taken = client.reportHoldings(
                "n",
                new HoldingsReport(List.of(
                        new HoldingsReport.Part("0".repeat(64), first),
                        new HoldingsReport.Part(artifact.id(), first),
                        new HoldingsReport.Part(other.id(), first))));
        assertThat(taken).isEqualTo(new HoldingsTaken(0.4, List.of("0".repeat(64))));
        assertThat(client.artifact(new ArtifactId(artifact.id())).holders()).isEqualTo(1);
        assertThat(client.artifact(new ArtifactId(other.id())).nodes()).isEqualTo(1);
        assertThat(client.heartbeat("n", new Heartbeat(List.of())).nextSeconds())
                .isEqualTo(5);
    }

    @Test
    void requestsThatWaitTakeNoThread() throws Exception {
        TrackerServer tracker = start(config());
        TrackerClient client = client(tracker);
        HttpClient waiting = HttpClient.newHttpClient();
        List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
        for (int node = 0; node < 100; node++) {
            client.register(new NodeRegistration("n" + node, "node", false, ""));
            held.add(waiting.sendAsync(
                    HttpRequest.newBuilder(tracker.uri().resolve("/v1/nodes/n" + node + "/peers?waitSeconds=50"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString()));
            assertThat(client.nodes().nodes()).hasSize(node + 1);
        }
        assertThat(trackerThreads().stream().filter(thread -> thread.getName().startsWith("tracker-http")))
                .hasSizeLessThan(50);
        assertThat(held).noneMatch(CompletableFuture::isDone);
        tracker.close();
        for (CompletableFuture<HttpResponse<String>> one : held) {
            assertThat(one.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void leavingReturnsLeasesAndForgetsHoldings() throws Exception {
        TrackerClient client = client(start(config()));
        ArtifactStatus artifact = client.requestArtifact(new ArtifactRequest(URI_16, "16MiB"));
        ArtifactId id = new ArtifactId(artifact.id());
        seeder(client, "s");
        client.register(new NodeRegistration("n", "node", false, "localhost"));
        client.reportHoldings("n", HoldingsReport.of(id, new Holdings("gA==", List.of(), List.of())));
        take(client, "s");
        assertThat(client.artifact(id).holders()).isEqualTo(1);
        assertThat(client.artifact(id).leasesLive()).isEqualTo(1);
        assertThat(client.artifact(id).seedersAlive()).isEqualTo(1);
        client.leave("n");
        client.leave("s");
        client.leave("s");
        assertThat(client.artifact(id).holders()).isZero();
        assertThat(client.artifact(id).leasesLive()).isZero();
        assertThat(client.artifact(id).seedersAlive()).isZero();
    }

    @Test
    void anUnreachableTrackerIsNamed() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        try (TrackerClient client = new TrackerClient(URI.create("http://127.0.0.1:" + port), Optional.empty())) {
            assertThatThrownBy(client::artifacts)
                    .isInstanceOf(ProcessFault.class)
                    .hasMessageContaining("http://127.0.0.1:" + port)
                    .hasMessageContaining("--tracker");
        }
    }

    @Test
    void aTakenPortAStateInUseAndAnUnwritableStateAreProcessFaults() throws Exception {
        TrackerServer first = start(config().withState(directory.resolve("state")));
        assertThatThrownBy(
                        () -> start(config().withListen("127.0.0.1", first.uri().getPort())))
                .isInstanceOf(ProcessFault.class)
                .hasMessage("cannot listen on 127.0.0.1:" + first.uri().getPort()
                        + ": address already in use; another tracker? choose another --listen");
        assertThatThrownBy(() -> start(config().withState(directory.resolve("state"))))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("in use by another tracker");
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> start(config().withState(file.resolve("state"))))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("--state");
    }

    @Test
    void aTrackerOpenToTheNetworkNeedsTokensOrInsecure() {
        ProcessFault fault = catchThrowableOfType(ProcessFault.class, () -> start(config().withListen("0.0.0.0", 0)));
        assertThat(fault.kind()).isEqualTo(Kind.USAGE);
        TrackerServer insecure = start(config().withListen("0.0.0.0", 0).withInsecure(true));
        assertThat(client(insecure).artifacts().artifacts()).isEmpty();
    }

    @Test
    void closingAnswersWaitingRequestsAndLeavesNoThread() throws Exception {
        Set<Thread> before = trackerThreads();
        TrackerServer server = TrackerMain.start(config(), List.<Origin>of(origin));
        TrackerClient client = client(server);
        seeder(client, "s");
        CompletableFuture<LeaseGrants> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return client.takeLeases("s", new LeaseRequest(1, 30));
            } catch (UnknownNode e) {
                throw new IllegalStateException(e);
            }
        });
        client.requestArtifact(new ArtifactRequest("s3://bucket/empty", null));
        server.close();
        assertThat(waiting.handle((grants, failure) -> true).get()).isTrue();
        Set<Thread> after = trackerThreads();
        after.removeAll(before);
        assertThat(after).isEmpty();
    }

    private static Set<Thread> trackerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("tracker-")
                        && !thread.getName().startsWith("tracker-client"))
                .collect(Collectors.toSet());
    }

    @Test
    void whatAllowsNoS3NeedsNoneEvenIfItCouldNotBeUsed(@TempDir Path files) throws Exception {
        Files.writeString(files.resolve("notes"), "notes");
        S3Profile unusable = new S3Profile(
                "default",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new S3Profile.Credentials.Shared("nobody-has-this-profile"),
                Optional.empty(),
                Optional.empty(),
                S3Profile.CONNECT_TIMEOUT,
                S3Profile.READ_TIMEOUT,
                S3Profile.CALL_TIMEOUT);
        TrackerConfig config = TrackerConfig.defaults()
                .withListen("127.0.0.1", 0)
                .withAllow(List.of(ArtifactUri.parse("file://" + files + "/")))
                .withProfiles(List.of(new ProfileConfig(unusable, List.of())));
        try (TrackerServer onlyFiles = TrackerMain.start(config);
                TrackerClient client = new TrackerClient(onlyFiles.uri(), Optional.empty())) {
            assertThat(client.requestArtifact(new ArtifactRequest("file://" + files + "/notes", "auto"))
                            .totalBytes())
                    .isEqualTo(5);
        }
    }
}
