package dev.piecewise.tracker.rehearsal;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.torrentbuilder.file.FileOrigin;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.TrackerMain;
import dev.piecewise.tracker.TrackerServer;
import dev.piecewise.trackerclient.StaleFence;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.UnknownNode;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.EntryRequest;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.Holdings;
import dev.piecewise.trackerclient.api.HoldingsReport;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.PeerNews;
import dev.piecewise.trackerclient.api.PieceReport;
import dev.piecewise.trackerclient.api.TransferReport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Lets a tracker answer once, before anybody waits for it, what it will be asked: a second tracker in this process, on loopback, with
 * a file of zeros as its origin, and a reader and a node that tell it what a distribution would. No byte is read, no hash computed.
 */
public final class TrackerRehearsal {
    private static final String HOST = "127.0.0.1";
    private static final String READER = "rehearsal-reader";
    private static final String NODE = "rehearsal-node";
    private static final int PIECES = 64;
    private static final int PIECE_BYTES = 1 << 20;
    private static final int LEASES = 8;
    private static final Duration SOON = Duration.ofMillis(200);

    private final TrackerClient client;
    private String cursor = "";

    private TrackerRehearsal(TrackerClient client) {
        this.client = client;
    }

    /**
     * Returns when it is over and everything is closed; an interrupt breaks it off.
     *
     * @param directory empty; whoever calls removes it
     * @return what became of the artifact
     * @throws dev.piecewise.core.fault.PiecewiseFault if the tracker cannot start, or refuses anything
     */
    public static ArtifactState run(Path directory) throws IOException {
        Path file = directory.resolve("object");
        try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
            zeros.setLength((long) PIECES * PIECE_BYTES);
        }
        ArtifactUri uri = ArtifactUri.parse("file://" + file.toRealPath());
        TrackerConfig config = TrackerConfig.defaults()
                .withListen(HOST, 0)
                .withState(directory.resolve("state"))
                .withAllow(List.of(uri));
        try (FileOrigin origin = FileOrigin.of(config.allow());
                TrackerServer tracker = TrackerMain.start(config, List.of(origin));
                TrackerClient client = new TrackerClient(tracker.uri(), Optional.empty())) {
            return new TrackerRehearsal(client).play(uri);
        } catch (UnknownNode | StaleFence e) {
            throw new ProcessFault(Kind.FAILED, "the rehearsal's tracker forgot what it was told", e);
        }
    }

    private ArtifactState play(ArtifactUri uri) throws UnknownNode, StaleFence {
        client.register(new NodeRegistration(READER, "seeder", Ingest.ONLY, HOST, null));
        client.register(new NodeRegistration(NODE, "node", Ingest.NEVER, HOST, null));
        EntryRequest wish = new EntryRequest(new ArtifactRequest(uri.toString(), "" + PIECE_BYTES), 2);
        ArtifactId id = new ArtifactId(client.enter(NODE, wish).artifact().id());
        InfoHash swarm = InfoHash.fromHex(hashes(id, Duration.ZERO).swarm());
        PeerNews news = client.peers(READER, "", Duration.ZERO);
        announce(swarm, READER, 1);
        announce(swarm, NODE, 2);
        client.peers(READER, news.cursor(), SOON);
        boolean more = true;
        while (more) {
            List<LeaseGrant> grants =
                    client.takeLeases(READER, new LeaseRequest(LEASES, 0)).leases();
            for (LeaseGrant grant : grants) {
                work(id, grant);
            }
            more = !grants.isEmpty();
        }
        client.distribution(id);
        client.leave(NODE);
        client.leave(READER);
        return client.artifact(id).state();
    }

    private HashList hashes(ArtifactId id, Duration wait) {
        HashList list = client.hashes(id, cursor, wait);
        cursor = list.cursor();
        return list;
    }

    private void announce(InfoHash swarm, String node, int number) {
        byte[] peer = Arrays.copyOf(node.getBytes(StandardCharsets.US_ASCII), PeerId.BYTES);
        client.announce(
                new AnnounceRequest(swarm, PeerId.of(peer), number, 0, 0, PIECES, AnnounceEvent.STARTED, -1), node);
    }

    private void work(ArtifactId id, LeaseGrant grant) throws UnknownNode, StaleFence {
        client.heartbeat(
                READER, new Heartbeat(List.of(new Heartbeat.Progress(grant.leaseId(), grant.fence(), 0)), List.of()));
        for (int piece = grant.firstPiece(); piece < grant.firstPiece() + grant.pieceCount(); piece++) {
            long bytesRead = (long) (piece - grant.firstPiece() + 1) * PIECE_BYTES;
            client.reportPieces(
                    grant.leaseId(),
                    new PieceReport(
                            grant.fence(),
                            bytesRead,
                            List.of(new PieceReport.HashedPiece(piece, String.format("%040x", piece)))));
            client.reportHoldings(
                    NODE, HoldingsReport.of(id, new Holdings(null, List.of(piece), List.of(), transfer(bytesRead))));
        }
        ArtifactStatus status = client.artifact(id);
        hashes(id, status.state() == ArtifactState.READING ? SOON : Duration.ZERO);
    }

    private static TransferReport transfer(long bytes) {
        return new TransferReport(1.0, null, false, bytes, 0, 0, 0, bytes, 0, 1, 0.1, null, 0.1, null, null, null);
    }
}
