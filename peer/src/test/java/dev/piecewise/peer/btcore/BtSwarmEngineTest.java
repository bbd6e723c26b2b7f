package dev.piecewise.peer.btcore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.peer.PieceHashes;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmSpec;
import dev.piecewise.peer.TestArtifact;
import dev.piecewise.peer.store.DataDirectory;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class BtSwarmEngineTest {
    private static final int KIB = 1024;

    @TempDir
    Path temporary;

    private final PeerHub hub = new PeerHub(InetAddress.getLoopbackAddress());
    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private Set<Thread> before = Set.of();
    private int nodes;

    /** One process's worth of store and engine. */
    private record Node(DataDirectory data, BtSwarmEngine engine, StoredArtifact storage) {}

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

    private static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private <T extends AutoCloseable> T closed(T resource) {
        closing.push(resource);
        return resource;
    }

    private Node node(TestArtifact artifact) {
        DataDirectory data = closed(DataDirectory.open(temporary.resolve("node" + nodes++)));
        BtSwarmEngine engine = closed(new BtSwarmEngine(EngineConfig.defaults()));
        return new Node(data, engine, data.artifact(artifact.id(), artifact.content()));
    }

    private SwarmSpec spec(TestArtifact artifact, Node node) {
        return spec(artifact, node, PieceHashes.of(artifact.hashes()));
    }

    private SwarmSpec spec(TestArtifact artifact, Node node, PieceHashes hashes) {
        return new SwarmSpec(List.of(artifact.info().infoHash()), node.storage(), hashes, hub, true);
    }

    private Swarm join(TestArtifact artifact, Node node) {
        return node.engine().join(spec(artifact, node));
    }

    private static void awaitComplete(TestArtifact artifact, Node node) throws InterruptedException {
        await("complete", node.storage()::isComplete);
        assertThat(artifact.readAll(node.storage())).isEqualTo(artifact.bytes());
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
}
