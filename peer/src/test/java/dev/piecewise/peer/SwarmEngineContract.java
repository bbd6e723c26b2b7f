package dev.piecewise.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.peer.store.DataDirectory;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every engine must do. */
@Timeout(120)
public abstract class SwarmEngineContract {
    private static final int KIB = 1024;
    private static final InfoHash PROVISIONAL = InfoHash.of(new byte[InfoHash.BYTES]);

    @TempDir
    protected Path temporary;

    protected final PeerHub hub = new PeerHub(InetAddress.getLoopbackAddress());
    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private Set<Thread> before = Set.of();
    private int nodes;

    /** One process's worth of store and engine. */
    protected record Node(DataDirectory data, SwarmEngine engine, StoredArtifact storage) {}

    /** An engine that listens there; the port is 0 for any. */
    protected abstract SwarmEngine newEngine(InetAddress listen, int port);

    @BeforeEach
    void rememberThreads() {
        before = Thread.getAllStackTraces().keySet();
    }

    @AfterEach
    void nothingIsLeftRunning() throws Exception {
        while (!closing.isEmpty()) {
            closing.pop().close();
        }
        await("threads end: " + leaked(), () -> leaked().isEmpty());
    }

    private Set<String> leaked() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.contains("bt.") || name.contains("piecewise"))
                .collect(Collectors.toSet());
    }

    protected static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    protected <T extends AutoCloseable> T closed(T resource) {
        closing.push(resource);
        return resource;
    }

    protected Node node(TestArtifact artifact) {
        DataDirectory data = closed(DataDirectory.open(temporary.resolve("node" + nodes++)));
        SwarmEngine engine = closed(newEngine(InetAddress.getLoopbackAddress(), 0));
        return new Node(data, engine, data.artifact(artifact.id(), artifact.content()));
    }

    protected static Node node(DataDirectory data, SwarmEngine engine, StoredArtifact storage) {
        return new Node(data, engine, storage);
    }

    protected SwarmSpec spec(TestArtifact artifact, Node node) {
        return SwarmSpec.of(EncodedInfo.of(artifact.info()), node.storage(), hub);
    }

    protected SwarmSpec spec(TestArtifact artifact, Node node, PieceHashes hashes) {
        return new SwarmSpec(List.of(artifact.info().infoHash()), node.storage(), hashes, hub, true);
    }

    protected Swarm join(TestArtifact artifact, Node node) {
        return node.engine().join(spec(artifact, node));
    }

    protected static void awaitComplete(TestArtifact artifact, Node node) throws InterruptedException {
        await("complete", node.storage()::isComplete);
        assertThat(artifact.readAll(node.storage())).isEqualTo(artifact.bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 700, 2_000})
    void theInfohashAloneGivesTheInfoDictionaryOfAPrivateTorrent(int pieces) throws Exception {
        TestArtifact artifact = TestArtifact.single("known by its hash", pieces * 16 * KIB, 16 * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        join(artifact, seed);
        SwarmEngine engine = closed(newEngine(InetAddress.getLoopbackAddress(), 0));
        InfoHash infoHash = artifact.info().infoHash();
        assertThat(engine.metadata(infoHash, hub, Duration.ofSeconds(30)))
                .hasValueSatisfying(found -> assertThat(found.info()).isEqualTo(artifact.info()));
    }

    @Test
    void whoeverGivesTheWrongInfoDictionaryIsLeftForAnother() throws Exception {
        TestArtifact artifact = TestArtifact.single("right", 100 * KIB, 16 * KIB);
        TestArtifact other = TestArtifact.single("wrong", 100 * KIB, 16 * KIB);
        InfoHash infoHash = artifact.info().infoHash();
        Node liar = node(artifact);
        liar.engine()
                .join(new SwarmSpec(
                        List.of(infoHash),
                        liar.storage(),
                        PieceHashes.of(artifact.hashes()),
                        hub,
                        true,
                        Optional.of(EncodedInfo.of(other.info()))));
        SwarmEngine engine = closed(newEngine(InetAddress.getLoopbackAddress(), 0));
        assertThat(engine.metadata(infoHash, hub, Duration.ofSeconds(2))).isEmpty();
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        join(artifact, seed);
        assertThat(engine.metadata(infoHash, hub, Duration.ofSeconds(30)))
                .hasValueSatisfying(found -> assertThat(found.info()).isEqualTo(artifact.info()));
    }

    @Test
    void aSearchForMetadataSaysGoodbyeAndEndsWithItsEngine() throws Exception {
        InfoHash infoHash =
                TestArtifact.single("nobody has it", 1, 16 * KIB).info().infoHash();
        SwarmEngine engine = closed(newEngine(InetAddress.getLoopbackAddress(), 0));
        assertThat(engine.metadata(infoHash, hub, Duration.ofMillis(100))).isEmpty();
        assertThat(hub.events()).containsExactly(AnnounceEvent.STARTED, AnnounceEvent.STOPPED);
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread searching = new Thread(() -> {
            try {
                engine.metadata(infoHash, hub, Duration.ofMinutes(5));
            } catch (InterruptedException | RuntimeException e) {
                end.complete(e);
            }
        });
        searching.start();
        await("search announced", () -> hub.events().size() > 2);
        engine.close();
        assertThat(end.get(30, TimeUnit.SECONDS)).isInstanceOf(ProcessFault.class);
        searching.join();
    }

    /** As a client does that dials no address of this kind, Transmission on loopback for one. */
    @Test
    void aSeedDialsALeechThatDialsNobody() throws Exception {
        TestArtifact artifact = TestArtifact.single("f", 100 * KIB, 16 * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Node leech = node(artifact);
        PeerSource namesNobody = request -> {
            AnnounceResponse known = hub.announce(request);
            return new AnnounceResponse(known.interval(), known.minInterval(), 0, 0, List.of());
        };
        Swarm leeching = leech.engine()
                .join(new SwarmSpec(
                        List.of(artifact.info().infoHash()),
                        leech.storage(),
                        PieceHashes.of(artifact.hashes()),
                        namesNobody,
                        true));
        await("leech announced", () -> !hub.eventsOf(leeching.port()).isEmpty());
        join(artifact, seed);
        awaitComplete(artifact, leech);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 16384",
        "16383, 16384",
        "16384, 16384",
        "16385, 16384",
        "3000000, 16384",
        "10000000, 262144",
        "40000000, 16777216"
    })
    void oneSeedFillsThreeLeeches(int totalBytes, int pieceBytes) throws Exception {
        TestArtifact artifact = TestArtifact.single("größe", totalBytes, pieceBytes);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        List<Node> leeches = List.of(node(artifact), node(artifact), node(artifact));
        Swarm seeding = join(artifact, seed);
        List<Swarm> swarms =
                leeches.stream().map(leech -> join(artifact, leech)).toList();
        for (Node leech : leeches) {
            awaitComplete(artifact, leech);
        }
        assertThat(seeding.stats().downloadedBytes()).isZero();
        for (Swarm swarm : swarms) {
            assertThat(swarm.stats().downloadedBytes()).isEqualTo(totalBytes);
            assertThat(swarm.stats().piecesFromPeers()).isEqualTo(artifact.pieceCount());
            assertThat(swarm.stats().piecesRefused()).isZero();
        }
    }

    @Test
    void nodesThatHoldHalvesCompleteEachOther() throws Exception {
        TestArtifact artifact = TestArtifact.single("halves", 2_000_000, 16 * KIB);
        Node even = node(artifact);
        Node odd = node(artifact);
        for (int piece = 0; piece < artifact.pieceCount(); piece++) {
            artifact.store(piece % 2 == 0 ? even.storage() : odd.storage(), piece);
        }
        join(artifact, even);
        join(artifact, odd);
        awaitComplete(artifact, even);
        awaitComplete(artifact, odd);
    }

    @Test
    void aPartialDownloadFetchesOnlyWhatItLacks() throws Exception {
        TestArtifact artifact = TestArtifact.single("resumed", 1_000_000, 16 * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Node leech = node(artifact);
        for (int piece = 0; piece < 50; piece++) {
            artifact.store(leech.storage(), piece);
        }
        Swarm swarm = join(artifact, leech);
        join(artifact, seed);
        awaitComplete(artifact, leech);
        assertThat(swarm.stats().downloadedBytes()).isEqualTo(1_000_000 - 50 * 16 * KIB);
    }

    @Test
    void ofAPieceThatAnEarlierRunBeganOnlyTheRestIsFetched() throws Exception {
        TestArtifact artifact = TestArtifact.single("begun", 3_000_000, KIB * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Node leech = node(artifact);
        leech.storage().write(0, ByteBuffer.wrap(artifact.bytes(), 0, 640 * KIB));
        leech.storage().markWritten(0, units(0, 40));
        leech.storage().write(2 * KIB * KIB, artifact.piece(2));
        leech.storage().markWritten(2, units(0, 56));
        Swarm swarm = join(artifact, leech);
        join(artifact, seed);
        awaitComplete(artifact, leech);
        int lastUnit = 3_000_000 % (16 * KIB); // it is fetched again, so that the piece ends
        assertThat(swarm.stats().downloadedBytes()).isEqualTo(KIB * KIB - 640 * KIB + KIB * KIB + lastUnit);
    }

    private static BitSet units(int from, int to) {
        BitSet units = new BitSet();
        units.set(from, to);
        return units;
    }

    @Test
    void whatAnEarlierRunLeftWrongCostsOneMoreFetchAndTheOnlySeedIsNotBlamed() throws Exception {
        TestArtifact artifact = TestArtifact.single("left wrong", 3_000_000, KIB * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Node leech = node(artifact);
        leech.storage().markWritten(1, units(10, 40));
        Swarm swarm = join(artifact, leech);
        join(artifact, seed);
        awaitComplete(artifact, leech);
        assertThat(swarm.stats().piecesRefused()).isEqualTo(1);
        assertThat(leech.storage().written()).isEmpty();
    }

    @Test
    void aSeedThatLosesAPieceAsksForSeedsAtOnce() throws Exception {
        TestArtifact artifact = TestArtifact.single("lost", 100_000, 16 * KIB);
        Node seed = node(artifact);
        Node other = node(artifact);
        artifact.storeAll(seed.storage());
        artifact.storeAll(other.storage());
        PeerSource namesNobodyToSeeds = request -> {
            AnnounceResponse known = hub.announce(request);
            return request.leftBytes() > 0
                    ? known
                    : new AnnounceResponse(known.interval(), known.minInterval(), 0, 0, List.of());
        };
        for (Node node : List.of(seed, other)) {
            Swarm swarm = node.engine()
                    .join(new SwarmSpec(
                            List.of(artifact.info().infoHash()),
                            node.storage(),
                            PieceHashes.of(artifact.hashes()),
                            namesNobodyToSeeds,
                            true));
            await("announced", () -> !hub.eventsOf(swarm.port()).isEmpty());
        }
        seed.storage().drop(3);
        awaitComplete(artifact, seed);
    }

    /** A swarm that grows: it is joined by an id that is not the torrent's, and no hash is known. */
    private Swarm joinEarly(TestArtifact artifact, Node node, BitSet known) {
        return node.engine()
                .join(new SwarmSpec(
                        List.of(PROVISIONAL),
                        node.storage(),
                        piece ->
                                known.get(piece) ? Optional.of(artifact.hashes().get(piece)) : Optional.empty(),
                        hub,
                        true));
    }

    private static void know(Swarm swarm, BitSet known, int from, int to) {
        known.set(from, to);
        swarm.hashesKnown((BitSet) known.clone());
    }

    @Test
    void whatNobodyCouldVerifyIsNotAskedForAndBlocksNothing() throws Exception {
        TestArtifact artifact = TestArtifact.single("late", 200_000, 16 * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Node leech = node(artifact);
        BitSet known = new BitSet();
        Swarm swarm = joinEarly(artifact, leech, known);
        joinEarly(artifact, seed, new BitSet());
        await("connected", () -> swarm.stats().peers() == 1);
        know(swarm, known, 1, 5);
        know(swarm, known, 6, artifact.pieceCount());
        await("others held", () -> leech.storage().held().cardinality() == artifact.pieceCount() - 2);
        assertThat(swarm.stats().downloadedBytes()).isEqualTo(200_000 - 2 * 16 * KIB);
        know(swarm, known, 0, artifact.pieceCount());
        awaitComplete(artifact, leech);
        assertThat(swarm.stats().downloadedBytes()).isEqualTo(200_000);
    }

    @Test
    void whoGetsTheInfohashLaterKeepsItsConnectionsAndIsFoundByBoth() throws Exception {
        TestArtifact artifact = TestArtifact.single("grows", 200_000, 16 * KIB);
        EncodedInfo torrent = EncodedInfo.of(artifact.info());
        Node source = node(artifact);
        Node leech = node(artifact);
        BitSet known = new BitSet();
        Swarm growing = joinEarly(artifact, source, known);
        Swarm swarm = joinEarly(artifact, leech, known);
        artifact.store(source.storage(), 0);
        know(growing, known, 0, 1);
        know(swarm, known, 0, 1);
        await("the first piece", () -> leech.storage().held().get(0));

        growing.alsoKnownAs(torrent.infoHash(), Optional.of(torrent));
        await("announced", () -> hub.infoHashesOf(growing.port()).contains(torrent.infoHash()));
        artifact.store(source.storage(), 1);
        know(swarm, known, 1, 2);
        await("a piece by the old connection", () -> leech.storage().held().get(1));
        assertThat(hub.infoHashesOf(swarm.port())).containsOnly(PROVISIONAL);

        Node late = node(artifact);
        join(artifact, late);
        Node early = node(artifact);
        joinEarly(artifact, early, known);
        await("both ids lead there", () -> growing.stats().peers() == 3);
        for (int piece = 2; piece < artifact.pieceCount(); piece++) {
            artifact.store(source.storage(), piece);
        }
        awaitComplete(artifact, late);
        know(swarm, known, 2, artifact.pieceCount());
        swarm.alsoKnownAs(torrent.infoHash(), Optional.of(torrent));
        awaitComplete(artifact, leech);
        SwarmEngine nobody = closed(newEngine(InetAddress.getLoopbackAddress(), 0));
        assertThat(nobody.metadata(torrent.infoHash(), hub, Duration.ofSeconds(30)))
                .isPresent();
    }

    @Test
    void piecesThatOthersStoreWhileTheSwarmRunsAreServed() throws Exception {
        TestArtifact artifact = TestArtifact.single("growing", 300_000, 16 * KIB);
        Node source = node(artifact);
        Node leech = node(artifact);
        Swarm sourceSwarm = join(artifact, source);
        Swarm swarm = join(artifact, leech);
        await(
                "connected",
                () -> swarm.stats().peers() == 1 && sourceSwarm.stats().peers() == 1);
        artifact.store(source.storage(), 7);
        await("piece 7", () -> leech.storage().held().get(7));
        for (int piece = 0; piece < artifact.pieceCount(); piece++) {
            if (piece != 7) {
                artifact.store(source.storage(), piece);
            }
        }
        awaitComplete(artifact, leech);
        await("all counted", () -> sourceSwarm.stats().uploadedBytes() >= 300_000);
    }

    @Test
    void aLyingSeedSpoilsNothingAndAGoodOneFinishes() throws Exception {
        TestArtifact artifact = TestArtifact.single("spoilt", 3_000_000, 64 * KIB);
        Node liar = node(artifact);
        for (int piece = 0; piece < artifact.pieceCount(); piece++) {
            ByteBuffer bytes = artifact.piece(piece);
            liar.storage().write(artifact.content().layout().offsetOf(piece), piece % 3 == 0 ? zeros(bytes) : bytes);
            liar.storage().markHeld(piece);
        }
        Node leech = node(artifact);
        join(artifact, liar);
        Swarm swarm = join(artifact, leech);
        await("a refused piece", () -> swarm.stats().piecesRefused() > 0);
        Node good = node(artifact);
        artifact.storeAll(good.storage());
        join(artifact, good);
        awaitComplete(artifact, leech);
    }

    private static ByteBuffer zeros(ByteBuffer like) {
        return ByteBuffer.allocate(like.remaining());
    }

    @Test
    void aDroppedPieceIsNotServed() throws Exception {
        TestArtifact artifact = TestArtifact.single("dropped", 100_000, 16 * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        join(artifact, seed);
        seed.storage().drop(2);
        Node leech = node(artifact);
        join(artifact, leech);
        await("the others", () -> leech.storage().held().cardinality() == artifact.pieceCount() - 1);
        assertThat(leech.storage().held().get(2)).isFalse();
        artifact.store(seed.storage(), 2);
        awaitComplete(artifact, leech);
    }

    @Test
    void aDroppedPieceIsFetchedAgain() throws Exception {
        TestArtifact artifact = TestArtifact.single("again", 100_000, 16 * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        join(artifact, seed);
        Node leech = node(artifact);
        join(artifact, leech);
        awaitComplete(artifact, leech);
        leech.storage().drop(3);
        awaitComplete(artifact, leech);
    }

    @Test
    void aPeerThatListensLaterIsFoundSoon() throws Exception {
        TestArtifact artifact = TestArtifact.single("later", 100_000, 16 * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        int port;
        try (ServerSocket probe = new ServerSocket(0)) {
            port = probe.getLocalPort();
        }
        hub.name(port);
        Node leech = node(artifact);
        Swarm swarm = join(artifact, leech);
        await("announced", () -> !hub.eventsOf(swarm.port()).isEmpty());
        PeerSource nobody = request -> {
            throw new ProcessFault(PiecewiseFault.Kind.FAILED, "no tracker");
        };
        SwarmEngine engine = closed(newEngine(InetAddress.getLoopbackAddress(), port));
        engine.join(new SwarmSpec(
                List.of(artifact.info().infoHash()), seed.storage(), PieceHashes.of(artifact.hashes()), nobody, true));
        awaitComplete(artifact, leech);
    }

    @Test
    void announcesTellStartCompletionAndEnd() throws Exception {
        TestArtifact artifact = TestArtifact.single("announced", 100_000, 16 * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Node leech = node(artifact);
        Swarm seeding = join(artifact, seed);
        Swarm swarm = join(artifact, leech);
        awaitComplete(artifact, leech);
        await("completed", () -> hub.eventsOf(swarm.port()).contains(AnnounceEvent.COMPLETED));
        swarm.close();
        seeding.close();
        assertThat(hub.eventsOf(swarm.port())).startsWith(AnnounceEvent.STARTED).endsWith(AnnounceEvent.STOPPED);
        assertThat(hub.eventsOf(seeding.port())).doesNotContain(AnnounceEvent.COMPLETED);
    }

    @Test
    void oneEngineServesTwoTorrents() throws Exception {
        TestArtifact first = TestArtifact.single("first", 1_000_000, 16 * KIB);
        TestArtifact second = TestArtifact.single("second", 1_200_000, 32 * KIB);
        Node seed = node(first);
        Node leech = node(first);
        first.storeAll(seed.storage());
        Node secondSeed = new Node(seed.data(), seed.engine(), seed.data().artifact(second.id(), second.content()));
        Node secondLeech = new Node(leech.data(), leech.engine(), leech.data().artifact(second.id(), second.content()));
        second.storeAll(secondSeed.storage());
        PeerHub secondHub = new PeerHub(InetAddress.getLoopbackAddress());
        for (Node node : List.of(secondSeed, secondLeech)) {
            node.engine()
                    .join(new SwarmSpec(
                            List.of(second.info().infoHash()),
                            node.storage(),
                            PieceHashes.of(second.hashes()),
                            secondHub,
                            true));
        }
        join(first, seed);
        join(first, leech);
        awaitComplete(first, leech);
        awaitComplete(second, secondLeech);
    }

    @Test
    void fiftyTorrentsOfOneShapeAtOnceShareOnePortAndLoseNoPiece() throws Exception {
        TestArtifact first = TestArtifact.single("many-0", 300_000, 16 * KIB);
        Node seed = node(first);
        Node leech = node(first);
        List<Swarm> swarms = new ArrayList<>();
        List<Node> leeches = new ArrayList<>();
        List<TestArtifact> artifacts = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            TestArtifact artifact = TestArtifact.single("many-" + i, 300_000, 16 * KIB);
            Node seeding =
                    new Node(seed.data(), seed.engine(), seed.data().artifact(artifact.id(), artifact.content()));
            artifact.storeAll(seeding.storage());
            leeches.add(
                    new Node(leech.data(), leech.engine(), leech.data().artifact(artifact.id(), artifact.content())));
            artifacts.add(artifact);
            join(artifact, seeding);
        }
        for (int i = 0; i < leeches.size(); i++) {
            swarms.add(join(artifacts.get(i), leeches.get(i)));
        }
        for (int i = 0; i < leeches.size(); i++) {
            awaitComplete(artifacts.get(i), leeches.get(i));
            assertThat(swarms.get(i).stats().piecesRefused()).isZero();
            assertThat(swarms.get(i).port()).isEqualTo(swarms.get(0).port());
        }
    }

    /** The file is sparse: of its zeros only the pieces around four gibibytes travel, and the last one. */
    @Test
    void piecesBeyondFourGibibytesArriveWhereTheyBelong() throws Exception {
        int pieceBytes = KIB * KIB;
        PieceLayout layout = new PieceLayout((4L << 30) + 3L * pieceBytes + 7, pieceBytes);
        int last = layout.pieceCount() - 1;
        ArtifactContent content =
                new ArtifactContent("large", true, List.of(new FileEntry("large", layout.totalBytes())), layout);
        TestArtifact pattern = TestArtifact.single("pattern", 5 * pieceBytes, pieceBytes);
        PieceHash zeros = sha1(new byte[pieceBytes]);
        List<PieceHash> hashes = new ArrayList<>(Collections.nCopies(layout.pieceCount(), zeros));
        ArtifactId id = ArtifactId.of(
                "test", "bucket", "large", List.of(new VersionedEntry("large", layout.totalBytes(), "v1")), pieceBytes);
        for (int piece = last - 4; piece <= last; piece++) {
            hashes.set(piece, sha1(bytesOf(pattern, piece - last + 4, layout.lengthOf(piece))));
        }
        List<StoredArtifact> both = new ArrayList<>();
        for (Node node : List.of(node(pattern), node(pattern))) {
            StoredArtifact storage = node.data().artifact(id, content);
            boolean seed = both.isEmpty();
            for (int piece = 0; piece <= last; piece++) {
                if (seed && piece >= last - 4) {
                    storage.write(
                            layout.offsetOf(piece),
                            ByteBuffer.wrap(bytesOf(pattern, piece - last + 4, layout.lengthOf(piece))));
                }
                if (seed || piece < last - 4) {
                    storage.markHeld(piece);
                }
            }
            both.add(storage);
            node.engine().join(SwarmSpec.of(EncodedInfo.of(new InfoDictionary(content, hashes, true)), storage, hub));
        }
        await("complete", both.get(1)::isComplete);
        for (int piece = last - 4; piece <= last; piece++) {
            ByteBuffer arrived = ByteBuffer.allocate(layout.lengthOf(piece));
            both.get(1).read(layout.offsetOf(piece), arrived);
            assertThat(arrived.array()).isEqualTo(bytesOf(pattern, piece - last + 4, arrived.capacity()));
        }
    }

    private static byte[] bytesOf(TestArtifact pattern, int piece, int length) {
        byte[] bytes = new byte[length];
        pattern.piece(piece).get(bytes);
        return bytes;
    }

    private static PieceHash sha1(byte[] bytes) throws NoSuchAlgorithmException {
        return PieceHash.of(MessageDigest.getInstance("SHA-1").digest(bytes));
    }

    @Test
    void peersMeetOverIpv6() throws Exception {
        InetAddress ipv6 = InetAddress.getAllByName("::1")[0];
        Assumptions.assumeTrue(NetworkInterface.getByInetAddress(ipv6) != null, "no IPv6 loopback here");
        TestArtifact artifact = TestArtifact.single("six", 100_000, 16 * KIB);
        PeerHub six = new PeerHub(ipv6);
        List<Node> both = List.of(node(artifact), node(artifact));
        artifact.storeAll(both.get(0).storage());
        for (Node node : both) {
            closed(newEngine(ipv6, 0))
                    .join(new SwarmSpec(
                            List.of(artifact.info().infoHash()),
                            node.storage(),
                            PieceHashes.of(artifact.hashes()),
                            six,
                            true));
        }
        awaitComplete(artifact, both.get(1));
    }

    @Test
    void aPortInUseIsAClearFaultAtTheStart() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> newEngine(InetAddress.getLoopbackAddress(), other.getLocalPort()))
                    .isInstanceOf(ProcessFault.class)
                    .hasMessageContaining("port in use")
                    .hasMessageContaining("" + other.getLocalPort());
        }
    }

    @Test
    void aConfiguredPortIsTheFirstTorrentsAndClosingFreesIt() throws Exception {
        TestArtifact artifact = TestArtifact.single("port", 100, 16 * KIB);
        int port;
        try (ServerSocket probe = new ServerSocket(0)) {
            port = probe.getLocalPort();
        }
        Node node = node(artifact);
        for (int round = 0; round < 2; round++) {
            try (SwarmEngine engine = newEngine(InetAddress.getLoopbackAddress(), port)) {
                assertThat(engine.join(spec(artifact, node)).port()).isEqualTo(port);
            }
        }
    }

    @Test
    void aFullDiskEndsTheSwarmWithItsFault() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full here");
        TestArtifact artifact = TestArtifact.single("full", 100_000, 16 * KIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Node leech = node(artifact);
        Path file = leech.storage().files().get(0);
        Swarm swarm = leech.engine().join(spec(artifact, leech));
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/full"));
        join(artifact, seed);
        await("failure", () -> swarm.failure().toCompletableFuture().isCompletedExceptionally());
        assertThatThrownBy(() -> swarm.failure().toCompletableFuture().join())
                .hasCauseInstanceOf(TorrentFault.class)
                .hasMessageContaining(file.toString());
        Files.delete(file);
    }
}
