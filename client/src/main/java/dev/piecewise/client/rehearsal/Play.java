package dev.piecewise.client.rehearsal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.trackerclient.api.ArtifactEntry;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.LeaseGrant;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.LeaseRequest;
import dev.piecewise.trackerclient.api.Neighbours;
import dev.piecewise.trackerclient.api.PeerNews;
import dev.piecewise.trackerclient.api.PieceReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the tracker of a rehearsal knows: one artifact, which is leased once somebody has asked for it, whose hashes are told as
 * they are reported, and which is published with the last. All nodes play by the rules, so none is checked. Thread-safe.
 */
final class Play {
    static final ArtifactUri OBJECT = ArtifactUri.parse("s3://rehearsal/object");
    static final int PIECES = 64;
    static final int PIECE_BYTES = 128 * 1024;

    private static final String NAME = "object";
    private static final int PIECES_A_LEASE = 8;
    private static final double LEASE_SECONDS = 60;
    private static final Duration ANNOUNCE_AGAIN = Duration.ofSeconds(1);

    private final ArtifactContent content = new ArtifactContent(
            NAME,
            true,
            List.of(new FileEntry(NAME, (long) PIECES * PIECE_BYTES)),
            new PieceLayout((long) PIECES * PIECE_BYTES, PIECE_BYTES));
    private final ArtifactId id = ArtifactId.of(NAME, "", "", List.of(), PIECE_BYTES);
    private final InfoHash provisionalId = InfoHash.of(Arrays.copyOf(new byte[] {1}, InfoHash.BYTES));
    private final URI object;

    @GuardedBy("this")
    private boolean asked;

    @GuardedBy("this")
    private int leased;

    @GuardedBy("this")
    private final List<HashList.Entry> hashes = new ArrayList<>();

    @GuardedBy("this")
    private @Nullable InfoDictionary torrent;

    @GuardedBy("this")
    private final Map<String, Joined> joined = new LinkedHashMap<>();

    private record Joined(InfoHash swarm, InetSocketAddress address) {}

    /** @param object where its bytes are read */
    Play(URI object) {
        this.object = object;
    }

    /** Somebody wants the artifact. */
    synchronized ArtifactStatus ask() {
        asked = true;
        notifyAll();
        return status();
    }

    /** The same of a node, which is in the swarm from now on. */
    synchronized ArtifactEntry enter(String nodeId, int port) throws InterruptedException {
        ArtifactStatus status = ask();
        InfoHash swarm = torrent == null ? provisionalId : torrent.infoHash();
        List<Neighbours.Peer> peers = join(nodeId, swarm, port).stream()
                .map(other -> new Neighbours.Peer(Stage.HOST, other.getPort()))
                .toList();
        double again = ANNOUNCE_AGAIN.toSeconds();
        return new ArtifactEntry(
                status,
                hashes(0, Duration.ZERO),
                new Neighbours(swarm.hex(), again, again, 0, peers.size() + 1, peers));
    }

    synchronized ArtifactStatus status() {
        return new ArtifactStatus(
                id.hex(),
                OBJECT.toString(),
                "1",
                content.name(),
                content.singleFile(),
                content.files(),
                List.of(),
                state(),
                content.layout().totalBytes(),
                PIECE_BYTES,
                PIECES,
                true,
                hashes.size(),
                (long) hashes.size() * PIECE_BYTES,
                infoHash(),
                null,
                null,
                null,
                null,
                0,
                joined.size(),
                0,
                1);
    }

    @GuardedBy("this")
    private ArtifactState state() {
        return torrent == null ? ArtifactState.READING : ArtifactState.PUBLISHED;
    }

    @GuardedBy("this")
    private @Nullable String infoHash() {
        return torrent == null ? null : torrent.infoHash().hex();
    }

    /** The torrent, once there is one. */
    synchronized byte[] torrent() {
        return torrent == null
                ? new byte[0]
                : Metainfo.of(torrent, Optional.empty(), List.of()).encode();
    }

    /** Waits for the asker; of what was granted once nothing is granted again. */
    synchronized LeaseGrants grant(LeaseRequest request) throws InterruptedException {
        long until = System.nanoTime() + (long) (1e9 * request.waitSeconds());
        boolean inTime = true;
        while (inTime && !(asked && leased < PIECES)) {
            inTime = changes(until);
        }
        List<LeaseGrant> grants = new ArrayList<>();
        while (asked && leased < PIECES && grants.size() < request.maxLeases()) {
            grants.add(lease(leased));
            leased += PIECES_A_LEASE;
        }
        return new LeaseGrants(grants);
    }

    @GuardedBy("this")
    private LeaseGrant lease(int firstPiece) {
        long firstByte = (long) firstPiece * PIECE_BYTES;
        long lastByte = firstByte + (long) PIECES_A_LEASE * PIECE_BYTES - 1;
        SignedRead read = new SignedRead(
                object.toString(), Map.of("Range", "bytes=" + firstByte + "-" + lastByte), firstByte, lastByte);
        return new LeaseGrant(
                "lease-" + firstPiece,
                1,
                LEASE_SECONDS,
                status(),
                firstPiece,
                PIECES_A_LEASE,
                List.of(read),
                List.of(),
                LEASE_SECONDS,
                ByteRate.UNLIMITED,
                List.of(Crc.CRC64NVME.name()));
    }

    synchronized void report(PieceReport report) {
        report.pieces()
                .forEach(piece -> hashes.add(new HashList.Entry(piece.piece(), PieceHash.fromHex(piece.sha1()))));
        if (hashes.size() == PIECES) {
            List<PieceHash> all = hashes.stream()
                    .sorted((one, other) -> Integer.compare(one.piece(), other.piece()))
                    .map(HashList.Entry::hash)
                    .toList();
            torrent = new InfoDictionary(content, all, true);
        }
        notifyAll();
    }

    /** @param from how many hashes are known already */
    synchronized HashList hashes(int from, Duration wait) throws InterruptedException {
        long until = System.nanoTime() + wait.toNanos();
        boolean inTime = true;
        while (inTime && hashes.size() <= from && torrent == null) {
            inTime = changes(until);
        }
        return new HashList(
                state(),
                infoHash(),
                provisionalId.hex(),
                "" + hashes.size(),
                HashList.pack(hashes.subList(from, hashes.size())));
    }

    synchronized AnnounceResponse announce(String nodeId, AnnounceRequest request) {
        List<InetSocketAddress> others = join(nodeId, request.infoHash(), request.port());
        return new AnnounceResponse(ANNOUNCE_AGAIN, ANNOUNCE_AGAIN, 0, others.size(), others);
    }

    /** Gives the others. */
    @GuardedBy("this")
    private List<InetSocketAddress> join(String nodeId, InfoHash swarm, int port) {
        List<InetSocketAddress> others = joined.entrySet().stream()
                .filter(other -> !other.getKey().equals(nodeId))
                .map(other -> other.getValue().address())
                .toList();
        joined.putIfAbsent(nodeId, new Joined(swarm, new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        notifyAll();
        return others;
    }

    /** @param from how many have joined as far as the node knows, itself among them */
    synchronized PeerNews newcomers(String nodeId, int from, Duration wait) throws InterruptedException {
        long until = System.nanoTime() + wait.toNanos();
        boolean inTime = true;
        while (inTime && joined.size() <= from) {
            inTime = changes(until);
        }
        List<PeerNews.Newcomer> newcomers = joined.entrySet().stream()
                .skip(from)
                .filter(other -> !other.getKey().equals(nodeId))
                .map(Map.Entry::getValue)
                .map(other -> new PeerNews.Newcomer(
                        other.swarm().hex(), Stage.HOST, other.address().getPort()))
                .toList();
        return new PeerNews("" + joined.size(), newcomers);
    }

    /** Waits for a change of any kind; false if it is too late for one. */
    @GuardedBy("this")
    private boolean changes(long untilNanos) throws InterruptedException {
        long left = untilNanos - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return left > 0;
    }
}
