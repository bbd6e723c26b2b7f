package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.metainfo.EncodedInfo;
import dev.piecewise.peer.PeerHub;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmEngineContract;
import dev.piecewise.peer.SwarmSpec;
import dev.piecewise.peer.TestArtifact;
import java.io.EOFException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireEngineTest extends SwarmEngineContract {
    private static final int MIB = 1 << 20;
    private static final int UNIT = 16 * 1024;

    @Override
    protected SwarmEngine newEngine(InetAddress listen, int port) {
        return new WireEngine(EngineConfig.defaults().at(listen, port));
    }

    private Swarm joinWithin(EngineConfig.Limits limits, TestArtifact artifact, Node node) {
        SwarmEngine engine = closed(new WireEngine(EngineConfig.defaults().within(limits)));
        return engine.join(spec(artifact, node));
    }

    private static EngineConfig.Limits upload(long bytesPerSecond) {
        return EngineConfig.Limits.usual().withRates(bytesPerSecond, 0);
    }

    @Test
    void aSeedWithALimitLeavesTheWorkToOneWithout() throws Exception {
        TestArtifact artifact = TestArtifact.single("two seeds", 24 * MIB, MIB);
        Node limited = node(artifact);
        Node free = node(artifact);
        artifact.storeAll(limited.storage());
        artifact.storeAll(free.storage());
        Swarm slow = joinWithin(upload(MIB), artifact, limited);
        Swarm fast = join(artifact, free);
        Node leech = node(artifact);
        join(artifact, leech);
        awaitComplete(artifact, leech);
        assertThat(slow.stats().uploadedBytes()).isLessThan(fast.stats().uploadedBytes() / 2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLeechWithALimitIsFarFromTheEndWhenOneWithoutIsThere(boolean ofTheTorrent) throws Exception {
        TestArtifact artifact = TestArtifact.single("two leeches", 24 * MIB, MIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        join(artifact, seed);
        EngineConfig.Limits usual = EngineConfig.Limits.usual();
        Swarm slow = joinWithin(
                ofTheTorrent ? usual.withTorrentRates(0, MIB) : usual.withRates(0, MIB), artifact, node(artifact));
        Node free = node(artifact);
        Swarm fast = join(artifact, free);
        awaitComplete(artifact, free);
        assertThat(slow.stats().downloadedBytes()).isLessThan(fast.stats().downloadedBytes() / 2);
    }

    @Test
    void aSeedWithOneSlotAndRoomForTwoPeersServesFour() throws Exception {
        TestArtifact artifact = TestArtifact.single("narrow", 2_000_000, 64 * 1024);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Swarm seeding = joinWithin(EngineConfig.Limits.usual().withPeers(2, 1), artifact, seed);
        List<Node> leeches = List.of(node(artifact), node(artifact), node(artifact), node(artifact));
        leeches.forEach(leech -> join(artifact, leech));
        for (Node leech : leeches) {
            assertThat(seeding.stats().peers()).isLessThanOrEqualTo(2);
            awaitComplete(artifact, leech);
        }
    }

    @Test
    void aRunThatEndsInTheMiddleOfAPieceLeavesItToTheNext() throws Exception {
        TestArtifact artifact = TestArtifact.single("in the middle", 8 * MIB, 8 * MIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        joinWithin(upload(4 * MIB), artifact, seed);
        Node leech = node(artifact);
        Swarm first = join(artifact, leech);
        await("a part of the piece", () -> first.stats().downloadedBytes() > MIB);
        first.close();
        Swarm second = join(artifact, leech);
        awaitComplete(artifact, leech);
        assertThat(second.stats().downloadedBytes())
                .isEqualTo(8 * MIB - first.stats().downloadedBytes());
    }

    /** More of them than there are workers. */
    @Test
    void peersThatAskForMuchAndReadNothingHoldNobodyUp() throws Exception {
        TestArtifact artifact = TestArtifact.single("unread", 64 * MIB, MIB);
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        Swarm seeding = join(artifact, seed);
        for (int i = 0; i < 8; i++) {
            StubPeer stub = closed(StubPeer.call(seeding.port(), artifact.info().infoHash(), i));
            stub.tell(StubPeer.INTERESTED);
            stub.await(StubPeer.UNCHOKE);
            for (int block = 0; block < 1_000; block++) {
                stub.request(block / 64, block % 64 * UNIT, UNIT);
            }
        }
        Node leech = node(artifact);
        join(artifact, leech);
        awaitComplete(artifact, leech);
    }

    @Test
    void aPeerThatStopsInTheMiddleOfABlockHoldsNoPieceUp() throws Exception {
        TestArtifact artifact = TestArtifact.single("half a block", 4 * MIB, MIB);
        Node leech = node(artifact);
        Swarm leeching = join(artifact, leech);
        StubPeer stub = closed(StubPeer.call(leeching.port(), artifact.info().infoHash(), 1));
        stub.tell(StubPeer.HAVE_ALL);
        stub.tell(StubPeer.UNCHOKE);
        ByteBuffer request = stub.await(StubPeer.REQUEST);
        stub.tellHalfABlock(request.getInt(), request.getInt(), request.getInt());
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        join(artifact, seed);
        awaitComplete(artifact, leech);
        assertThat(leeching.stats().duplicateBytes())
                .as("what came of the block counts for nothing, neither way")
                .isZero();
    }

    @Test
    void aNodeOfOursThatFallsSilentIsLeftInSecondsAndAStrangerInMinutes() throws Exception {
        TestArtifact artifact = TestArtifact.single("silent", MIB, MIB);
        AtomicLong skew = new AtomicLong();
        SwarmEngine engine =
                closed(new WireEngine(EngineConfig.defaults(), () -> System.nanoTime() + skew.get(), new Random(1)));
        Node node = node(artifact);
        Swarm swarm = engine.join(spec(artifact, node));
        StubPeer stranger = closed(StubPeer.call(swarm.port(), artifact.info().infoHash(), 1));
        StubPeer ours = closed(StubPeer.call(swarm.port(), artifact.info().infoHash(), 2));
        ours.claimToBeOurs();
        ours.tell(StubPeer.INTERESTED);
        ours.await(StubPeer.UNCHOKE); // so what it claims was heard
        stranger.tell(StubPeer.INTERESTED);
        stranger.await(StubPeer.UNCHOKE);
        assertThat(swarm.stats().peers()).isEqualTo(2);
        skew.addAndGet(Duration.ofSeconds(11).toNanos());
        await("our node is left", () -> swarm.stats().peers() == 1);
        skew.addAndGet(Duration.ofMinutes(5).toNanos());
        await("the stranger is left", () -> swarm.stats().peers() == 0);
    }

    /** A second of the engine takes three, so that a busy machine cannot make one second four. */
    @Test
    void whatANodeOfOursOwesThatFellSilentForASecondComesFromAnother() throws Exception {
        TestArtifact artifact = TestArtifact.single("taken back", MIB, MIB);
        long start = System.nanoTime();
        LongSupplier slowly = () -> (System.nanoTime() - start) / 3;
        Node leech = node(artifact);
        Swarm leeching = closed(new WireEngine(EngineConfig.defaults(), slowly, new Random(1)))
                .join(spec(artifact, leech));
        StubPeer silent = closed(StubPeer.call(leeching.port(), artifact.info().infoHash(), 1));
        silent.claimToBeOurs();
        silent.tell(StubPeer.HAVE_ALL);
        silent.tell(StubPeer.UNCHOKE);
        silent.await(StubPeer.REQUEST);
        long askedNanos = slowly.getAsLong();
        silent.await(StubPeer.CANCEL); // there is nobody else, so it is not for what another one brought
        assertThat(Duration.ofNanos(slowly.getAsLong() - askedNanos))
                .isBetween(Duration.ofMillis(900), Duration.ofMillis(3500));
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        join(artifact, seed);
        awaitComplete(artifact, leech);
    }

    @Test
    void aNeighbourOfNoUseGivesWayToOneThatHasWhatIsWanted() throws Exception {
        TestArtifact artifact = TestArtifact.single("no use", MIB, MIB);
        AtomicLong skew = new AtomicLong();
        SwarmEngine engine = closed(new WireEngine(
                EngineConfig.defaults().within(EngineConfig.Limits.usual().withPeers(4, 0)),
                () -> System.nanoTime() + skew.get(),
                new Random(1)));
        PeerHub namesNobody = new PeerHub(InetAddress.getLoopbackAddress());
        Node leech = node(artifact);
        Swarm leeching = engine.join(SwarmSpec.of(EncodedInfo.of(artifact.info()), leech.storage(), namesNobody));
        for (int i = 0; i < 3; i++) {
            StubPeer idle =
                    closed(StubPeer.call(leeching.port(), artifact.info().infoHash(), i));
            idle.tell(StubPeer.INTERESTED);
            idle.await(StubPeer.UNCHOKE);
        }
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        namesNobody.name(join(artifact, seed).port());
        skew.addAndGet(Duration.ofSeconds(11).toNanos());
        awaitComplete(artifact, leech);
    }

    @Test
    void whoCallsBeforeTheSwarmIsJoinedIsAnsweredWhenItIs() throws Exception {
        TestArtifact other = TestArtifact.single("other", MIB, MIB);
        TestArtifact artifact = TestArtifact.single("early", MIB, MIB);
        SwarmEngine engine = closed(new WireEngine(EngineConfig.defaults()));
        engine.join(spec(other, node(other)));
        StubPeer early = closed(StubPeer.greet(engine.port(), artifact.info().infoHash(), 1));
        closed(StubPeer.call(engine.port(), other.info().infoHash(), 2)); // so the one before was heard
        Node seed = node(artifact);
        artifact.storeAll(seed.storage());
        engine.join(spec(artifact, seed));
        early.awaitGreeting();
        early.await(StubPeer.HAVE_ALL);
    }

    @Test
    void whoCallsForATorrentThatIsNotJoinedSoonIsTurnedAway() throws Exception {
        TestArtifact artifact = TestArtifact.single("never", MIB, MIB);
        SwarmEngine engine = closed(new WireEngine(EngineConfig.defaults()));
        StubPeer caller = closed(StubPeer.greet(engine.port(), artifact.info().infoHash(), 1));
        assertThatThrownBy(caller::awaitGreeting).isInstanceOf(EOFException.class);
    }

    @Test
    void aSeedOfOursIsToldOfPiecesThatItHasItself() throws Exception {
        TestArtifact artifact = TestArtifact.single("copies", 2 * MIB, MIB);
        Node node = node(artifact);
        Swarm swarm = join(artifact, node);
        StubPeer seed = closed(StubPeer.call(swarm.port(), artifact.info().infoHash(), 1));
        seed.claimToBeOurs();
        seed.tell(StubPeer.HAVE_ALL);
        seed.await(StubPeer.INTERESTED); // so what it told was heard
        artifact.store(node.storage(), 1);
        assertThat(seed.await(StubPeer.HAVE).getInt()).isEqualTo(1);
    }

    /** A store whose disk hangs until the gate opens, when bytes are written or when they are read. */
    private static StoredArtifact hanging(StoredArtifact storage, String verb, CountDownLatch gate) {
        Set<String> hanging = verb.equals("write") ? Set.of("write") : Set.of("read", "transferTo");
        return (StoredArtifact) Proxy.newProxyInstance(
                StoredArtifact.class.getClassLoader(), new Class<?>[] {StoredArtifact.class}, (proxy, method, args) -> {
                    if (hanging.contains(method.getName())) {
                        gate.await();
                    }
                    try {
                        return method.invoke(storage, args);
                    } catch (InvocationTargetException e) {
                        throw Objects.requireNonNull(e.getCause());
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"write", "read"})
    void aDiskThatHangsHoldsUpItsOwnTorrentOnlyAndBoundsWhatWaitsForIt(String verb) throws Exception {
        int bufferBytes = 2 * MIB;
        EngineConfig.Limits small = new EngineConfig.Limits(200, 0, 0, 0, 0, 0, bufferBytes, 0);
        TestArtifact stuck = TestArtifact.single("stuck", 16 * MIB, MIB);
        TestArtifact other = TestArtifact.single("other", 16 * MIB + 1, MIB);
        Node seed = node(stuck);
        Node leech = node(stuck);
        SwarmEngine seedEngine = closed(new WireEngine(EngineConfig.defaults().within(small)));
        SwarmEngine leechEngine = closed(new WireEngine(EngineConfig.defaults().within(small)));
        CountDownLatch gate = new CountDownLatch(1);
        AutoCloseable open = gate::countDown;
        closed(open);
        stuck.storeAll(seed.storage());
        StoredArtifact otherSeed = seed.data().artifact(other.id(), other.content());
        other.storeAll(otherSeed);
        Node otherLeech = node(leech.data(), leechEngine, leech.data().artifact(other.id(), other.content()));

        join(
                stuck,
                node(
                        seed.data(),
                        seedEngine,
                        verb.equals("read") ? hanging(seed.storage(), verb, gate) : seed.storage()));
        Swarm stuckLeech = join(
                stuck,
                node(
                        leech.data(),
                        leechEngine,
                        verb.equals("write") ? hanging(leech.storage(), verb, gate) : leech.storage()));
        await("they met", () -> stuckLeech.stats().peers() == 1);
        PeerHub otherHub = new PeerHub(InetAddress.getLoopbackAddress());
        seedEngine.join(SwarmSpec.of(EncodedInfo.of(other.info()), otherSeed, otherHub));
        leechEngine.join(SwarmSpec.of(EncodedInfo.of(other.info()), otherLeech.storage(), otherHub));

        awaitComplete(other, otherLeech);
        assertThat(leech.storage().held().isEmpty()).isTrue();
        assertThat(stuckLeech.stats().downloadedBytes()).isLessThanOrEqualTo(bufferBytes);
        gate.countDown();
        awaitComplete(stuck, leech);
    }
}
