package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.SwarmSpec;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.DataDirectoryStore;
import dev.piecewise.seeder.cluster.Eventually;
import dev.piecewise.seeder.cluster.FakeEngine;
import dev.piecewise.seeder.cluster.FakeTracker;
import dev.piecewise.seeder.cluster.LeaseKeeper;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.Unpacking;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Neighbours;
import dev.piecewise.trackerclient.api.NodeRegistration;
import dev.piecewise.trackerclient.api.NodeReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetcherTest {
    private static final ArtifactId ID = new ArtifactId("12".repeat(32));
    private static final int PIECE = 16384;
    private static final ArtifactContent CONTENT =
            new ArtifactContent("f", true, List.of(new FileEntry("f", 2L * PIECE)), new PieceLayout(2L * PIECE, PIECE));
    private static final Duration LONG = Duration.ofSeconds(30);

    private final FakeTracker tracker = new FakeTracker();
    private final FakeEngine engine = new FakeEngine();
    private final List<FetchProgress> progress = new CopyOnWriteArrayList<>();

    @TempDir
    private Path directory;

    private InfoDictionary info;
    private DataDirectory data;
    private Participant participant;
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private Fetcher fetcher;
    private @Nullable LocalServer server;

    @BeforeEach
    void open() throws Exception {
        PieceHash zeros = PieceHash.of(MessageDigest.getInstance("SHA-1").digest(new byte[PIECE]));
        info = new InfoDictionary(CONTENT, List.of(zeros, zeros), true);
        data = DataDirectory.open(directory.resolve("data"));
        participant = new Participant(
                tracker,
                new DataDirectoryStore(data),
                engine,
                new NodeRegistration("n1", "node", false, ""),
                LeaseKeeper.NONE,
                System::nanoTime);
        participant.start();
        fetcher = new Fetcher(tracker, participant, new Random(1), System::nanoTime, Fetcher.Abandoned.WITHDRAW, 2);
        tracker.torrents.put(
                info.infoHash(), Metainfo.of(info, Optional.empty(), List.of()).encode());
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
        participant.close();
        data.close();
    }

    private void say(ArtifactState state, int hashed, int seeders, @Nullable String error, @Nullable String kind) {
        boolean published = state == ArtifactState.PUBLISHED;
        tracker.artifacts.put(
                ID,
                new ArtifactStatus(
                        ID.hex(),
                        "s3://b/f",
                        "v1",
                        "f",
                        true,
                        CONTENT.files(),
                        List.of(),
                        state,
                        2L * PIECE,
                        PIECE,
                        2,
                        true,
                        hashed,
                        0,
                        published ? info.infoHash().hex() : null,
                        null,
                        null,
                        error,
                        kind,
                        0,
                        1,
                        0,
                        seeders));
    }

    private static Ask ask(Duration stallTimeout) {
        return Ask.of(FetchRequest.of(FetchSource.parse("s3://b/f"), Destination.of(Path.of("f")))
                .withStallTimeout(stallTimeout));
    }

    private long asked() {
        return progress.stream()
                .filter(step -> step.phase() == FetchProgress.Phase.ASKING)
                .count();
    }

    @Test
    void noMoreAreDownloadedAtATimeThanAllowed() {
        say(ArtifactState.READING, 0, 1, null, null);
        List<CompletableFuture<Acquired>> first = List.of(acquire(LONG), acquire(LONG));
        Eventually.await("two are asked for", () -> asked() == 2);
        CompletableFuture<Acquired> third = acquire(LONG);
        Eventually.await("the third waits", () -> threads.get(2).getState() == Thread.State.WAITING);
        assertThat(asked()).isEqualTo(2);
        say(ArtifactState.FAILED, 0, 1, "gone", "NOT_FOUND");
        assertThat(ended(third)).isEqualTo(new FetchOutcome.NotFound("gone"));
        assertThat(first).extracting(this::ended).containsOnly(new FetchOutcome.NotFound("gone"));
        assertThat(asked()).isEqualTo(3);
    }

    private CompletableFuture<Acquired> acquire(Duration stallTimeout) {
        CompletableFuture<Acquired> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(fetcher.acquire(ask(stallTimeout), progress::add, acquired -> acquired));
                    } catch (InterruptedException | RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                },
                "asker");
        threads.add(thread);
        thread.start();
        return result;
    }

    private void deliver(int piece) {
        StoredArtifact stored = data.artifact(ID, CONTENT);
        stored.write((long) piece * PIECE, ByteBuffer.allocate(PIECE));
        stored.markHeld(piece);
    }

    private FetchOutcome ended(CompletableFuture<Acquired> acquired) {
        return ((Acquired.Ended) acquired.join()).outcome();
    }

    @Test
    void anArtifactIsJoinedWhileItIsReadAndCompleted() {
        say(ArtifactState.READING, 0, 1, null, null);
        CompletableFuture<Acquired> acquired = acquire(LONG);
        Eventually.await("reading", () -> progress.stream()
                .anyMatch(step -> step.phase() == FetchProgress.Phase.READING_ORIGIN));
        assertThat(engine.joined).extracting(SwarmSpec::infoHashes).containsExactly(List.of(FakeTracker.SWARM));
        tracker.hashes.put(ID, List.of(new HashList.Entry(1, info.hashes().get(1))));
        Eventually.await("a hash", () -> engine.verifiable.contains(1));
        deliver(1);
        Eventually.await("downloading", () -> progress.stream()
                .anyMatch(step -> step.phase() == FetchProgress.Phase.DOWNLOADING
                        && step.piecesHashed() == 1
                        && step.piecesHeld() == 1));
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        Eventually.await("the torrent", () -> engine.laterNames.contains(info.infoHash()));
        assertThat(acquired).isNotDone();
        deliver(0);
        Acquired.Ready ready = (Acquired.Ready) acquired.join();
        assertThat(ready.stored()).allMatch(Files::exists);
        assertThat(ready.infoHash()).isEqualTo(info.infoHash().hex());
        assertThat(engine.joined).hasSize(1);
        assertThat(progress.get(progress.size() - 1).phase()).isEqualTo(FetchProgress.Phase.PUBLISHING);
    }

    private static Neighbours neighbours(InfoHash swarm) {
        return new Neighbours(swarm.hex(), 900, 5, 1, 1, List.of(new Neighbours.Peer("127.0.0.1", 6881)));
    }

    private static AnnounceRequest started(SwarmSpec swarm, long leftBytes) {
        return new AnnounceRequest(
                swarm.infoHashes().get(0), PeerId.of(new byte[20]), 1, 0, 0, leftBytes, AnnounceEvent.STARTED, 50);
    }

    @Test
    void aPublishedArtifactIsBegunWithOneCallToTheTracker() {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        tracker.neighbours = neighbours(info.infoHash());
        CompletableFuture<Acquired> acquired = acquire(LONG);
        Eventually.await("joined", () -> engine.joined.size() == 1);
        SwarmSpec swarm = engine.joined.get(0);
        assertThat(swarm.infoHashes()).containsExactly(info.infoHash());
        assertThat(swarm.hashes().hash(1)).contains(info.hashes().get(1));
        assertThat(swarm.peers().announce(started(swarm, 2L * PIECE)).peers())
                .containsExactly(new InetSocketAddress(InetAddress.getLoopbackAddress(), 6881));
        assertThat(tracker.entries).hasSize(1);
        assertThat(tracker.torrentsServed).hasValue(0);
        assertThat(tracker.hashesAsked).hasValue(0);
        assertThat(tracker.announces).isEmpty();
        swarm.peers().announce(started(swarm, 2L * PIECE));
        assertThat(tracker.announces).hasSize(1);
        deliver(0);
        deliver(1);
        assertThat(acquired.join()).isInstanceOf(Acquired.Ready.class);
    }

    @Test
    void anArtifactThatIsReadIsBegunWithOneCallToTheTracker() {
        say(ArtifactState.READING, 1, 1, null, null);
        tracker.hashes.put(ID, List.of(new HashList.Entry(1, info.hashes().get(1))));
        tracker.neighbours = neighbours(FakeTracker.SWARM);
        tracker.hashesAway = true;
        CompletableFuture<Acquired> acquired = acquire(LONG);
        Eventually.await("joined", () -> engine.joined.size() == 1);
        SwarmSpec swarm = engine.joined.get(0);
        assertThat(swarm.hashes().hash(1)).contains(info.hashes().get(1));
        assertThat(swarm.peers().announce(started(swarm, 2L * PIECE)).peers()).hasSize(1);
        assertThat(tracker.announces).isEmpty();
        tracker.hashesAway = false;
        say(ArtifactState.FAILED, 0, 1, "gone", "NOT_FOUND");
        assertThat(ended(acquired)).isEqualTo(new FetchOutcome.NotFound("gone"));
    }

    @Test
    void whoHasEverythingAlreadySaysSoItself() {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        tracker.neighbours = neighbours(info.infoHash());
        deliver(0);
        deliver(1);
        assertThat(acquire(LONG).join()).isInstanceOf(Acquired.Ready.class);
        SwarmSpec swarm = engine.joined.get(0);
        assertThat(swarm.peers().announce(started(swarm, 0)).peers()).isEmpty();
        assertThat(tracker.announces).hasSize(1);
    }

    @Test
    void aTrackerThatForgotTheProcessIsAskedAllTheSame() {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        tracker.known = false;
        deliver(0);
        deliver(1);
        assertThat(acquire(LONG).join()).isInstanceOf(Acquired.Ready.class);
        assertThat(tracker.registrations).hasSizeGreaterThan(1);
    }

    @Test
    void withoutASeederItStallsAndSaysSo() {
        say(ArtifactState.READING, 0, 0, null, null);
        assertThat(ended(acquire(Duration.ofMillis(300))))
                .isInstanceOfSatisfying(FetchOutcome.Stalled.class, stalled -> assertThat(stalled.message())
                        .contains("no seeder is registered"));
    }

    @Test
    void withoutPeersItStallsSaysSoAndLeavesTheSwarm() {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        deliver(0);
        assertThat(ended(acquire(Duration.ofMillis(300))))
                .isInstanceOfSatisfying(FetchOutcome.Stalled.class, stalled -> {
                    assertThat(stalled.message()).contains("no peer can be reached");
                    assertThat(stalled.piecesHeld()).isEqualTo(1);
                    assertThat(stalled.pieceCount()).isEqualTo(2);
                });
        assertThat(engine.joined).isEmpty();
    }

    @Test
    void aFailedArtifactEndsAsItsKindSays() {
        say(ArtifactState.FAILED, 0, 1, "GET s3://b/f: refused", "DENIED");
        assertThat(ended(acquire(LONG))).isEqualTo(new FetchOutcome.Denied("GET s3://b/f: refused"));
    }

    @Test
    void anArtifactThatFailsWhileItIsReadEndsAsItsKindSays() {
        say(ArtifactState.READING, 0, 1, null, null);
        CompletableFuture<Acquired> acquired = acquire(LONG);
        Eventually.await("joined", () -> engine.joined.size() == 1);
        say(ArtifactState.FAILED, 0, 1, "GET s3://b/f: refused", "DENIED");
        assertThat(ended(acquired)).isEqualTo(new FetchOutcome.Denied("GET s3://b/f: refused"));
        assertThat(engine.joined).isEmpty();
    }

    @Test
    void aTrackerThatCannotBeReachedIsAFailureThatNamesIt() {
        tracker.away = true;
        assertThat(ended(acquire(LONG)))
                .isInstanceOfSatisfying(FetchOutcome.Failed.class, failed -> assertThat(failed.message())
                        .contains("http://fake"));
    }

    @Test
    void aTrackerThatGoesAwayMeanwhileIsWaitedFor() {
        say(ArtifactState.READING, 0, 1, null, null);
        CompletableFuture<Acquired> acquired = acquire(LONG);
        Eventually.await("reading", () -> progress.size() > 2);
        tracker.away = true;
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        deliver(0);
        deliver(1);
        tracker.away = false;
        assertThat(acquired.join()).isInstanceOf(Acquired.Ready.class);
    }

    @Test
    void askersOfOneArtifactShareItsSwarmUntilTheLastGivesUp() {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        CompletableFuture<Acquired> patient = acquire(LONG);
        Eventually.await("joined", () -> engine.joined.size() == 1);
        assertThat(ended(acquire(Duration.ofMillis(200)))).isInstanceOf(FetchOutcome.Stalled.class);
        assertThat(engine.joined).hasSize(1);
        deliver(0);
        deliver(1);
        assertThat(patient.join()).isInstanceOf(Acquired.Ready.class);
    }

    private static Ask passing() {
        return Ask.of(FetchRequest.of(FetchSource.parse("s3://b/f"), Destination.of(Path.of("f")))
                .withStallTimeout(LONG)
                .withCache(false));
    }

    private Path stored() {
        return data.path().resolve("artifacts").resolve(ID.hex());
    }

    private static boolean isHere(Acquired acquired) {
        return ((Acquired.Ready) acquired).stored().stream().allMatch(Files::exists);
    }

    @Test
    void whatIsNotToBeCachedGoesOnceItWasUsed() throws Exception {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        deliver(0);
        deliver(1);
        assertThat(fetcher.<Boolean>acquire(passing(), progress::add, FetcherTest::isHere))
                .isTrue();
        assertThat(stored()).doesNotExist();
        assertThat(engine.joined).isEmpty();
        assertThat(participant.isShared(ID)).isFalse();
    }

    @Test
    void whatIsNotToBeCachedStaysForARetryWhenItCouldNotBeUsed() {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        deliver(0);
        deliver(1);
        assertThatThrownBy(() -> fetcher.acquire(passing(), progress::add, acquired -> {
                    throw new IllegalStateException("no room");
                }))
                .hasMessage("no room");
        assertThat(stored()).exists();
    }

    @Test
    void whatSomebodyElseWantsCachedStaysWhoeverCameFirst() throws Exception {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        deliver(0);
        deliver(1);
        boolean both = fetcher.acquire(passing(), progress::add, first -> {
            boolean cached = fetcher.acquire(ask(LONG), progress::add, FetcherTest::isHere);
            return cached && isHere(first);
        });
        assertThat(both).isTrue();
        assertThat(stored()).exists();
        assertThat(fetcher.<Boolean>acquire(passing(), progress::add, FetcherTest::isHere))
                .isTrue();
        assertThat(stored()).exists();
    }

    @Test
    void whatAnotherProcessDoesNotWantCachedGoesBeforeItGoesOn() throws Exception {
        server = LocalServer.start(data.path(), participant, fetcher);
        LocalOwner owner = new LocalOwner(data.path());
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        deliver(0);
        deliver(1);
        assertThat(owner.<Boolean>acquire(passing(), progress::add, FetcherTest::isHere))
                .isTrue();
        assertThat(stored()).doesNotExist();
        deliver(0);
        deliver(1);
        assertThatThrownBy(() -> owner.acquire(passing(), progress::add, acquired -> {
                    throw new IllegalStateException("no room");
                }))
                .hasMessage("no room");
        Eventually.await("it is given up", () -> !participant.isBusy(ID));
        assertThat(stored()).exists();
    }

    @Test
    void theNextStartRemovesWhatWasNotToBeCached() throws Exception {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        deliver(0);
        participant.kept().passes(ID, "s3://b/f", "v1");
        participant.resumeStored();
        assertThat(stored()).doesNotExist();
    }

    @Test
    void theOneThatIsStillUsedIsNotTakenAwayByTheOtherThatIsDone() throws Exception {
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        deliver(0);
        deliver(1);
        boolean both = fetcher.acquire(passing(), progress::add, outer -> {
            boolean inner = fetcher.acquire(passing(), progress::add, FetcherTest::isHere);
            return inner && isHere(outer);
        });
        assertThat(both).isTrue();
        assertThat(stored()).doesNotExist();
    }

    @Test
    void anotherProcessFetchesThroughTheSocket() throws Exception {
        server = LocalServer.start(data.path(), participant, fetcher);
        LocalOwner owner = new LocalOwner(data.path());
        assertThat(owner.isThere()).isTrue();
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        deliver(0);
        deliver(1);
        Acquired.Ready ready = (Acquired.Ready) owner.acquire(ask(LONG), progress::add, acquired -> acquired);
        assertThat(ready.content()).isEqualTo(CONTENT);
        assertThat(ready.stored()).isEqualTo(data.artifact(ID, CONTENT).files());
        assertThat(progress).isNotEmpty();
        say(ArtifactState.FAILED, 0, 1, "gone", "NOT_FOUND");
        assertThat(owner.<Acquired>acquire(ask(LONG), progress::add, acquired -> acquired))
                .isEqualTo(new Acquired.Ended(new FetchOutcome.NotFound("gone")));
        assertThat(Files.getPosixFilePermissions(data.path().resolve("socket")).toString())
                .doesNotContain("GROUP")
                .doesNotContain("OTHERS");
    }

    @Test
    void whatAnotherProcessUnpacksTheOwnerTellsTheTrackerUntilItIsOver() {
        server = LocalServer.start(data.path(), participant, fetcher);
        try (Unpacking unpacking = new LocalOwner(data.path()).unpacking("a.tar", 100)) {
            unpacking.progress(60);
            Eventually.await("told", () -> unpacking().equals(List.of(new NodeReport.Unpacking("a.tar", 60, 100))));
        }
        Eventually.await("over", () -> unpacking().isEmpty());
    }

    private List<NodeReport.Unpacking> unpacking() {
        NodeReport report = tracker.report;
        return report == null ? List.of() : report.unpacking();
    }

    @Test
    void anAskerThatGoesAwayGivesUp() throws Exception {
        server = LocalServer.start(data.path(), participant, fetcher);
        say(ArtifactState.PUBLISHED, 2, 1, null, null);
        Thread asker = new Thread(
                () -> {
                    try {
                        new LocalOwner(data.path()).acquire(ask(LONG), progress::add, acquired -> acquired);
                    } catch (LocalOwner.Gone | InterruptedException e) {
                        progress.clear();
                    }
                },
                "asker");
        asker.start();
        Eventually.await("joined", () -> engine.joined.size() == 1);
        asker.interrupt();
        Eventually.await("left", engine.joined::isEmpty);
        asker.join();
    }

    @Test
    void anOwnerThatEndsMeanwhileIsNoticed() {
        LocalServer started = LocalServer.start(data.path(), participant, fetcher);
        say(ArtifactState.READING, 0, 1, null, null);
        CompletableFuture<Boolean> gone = new CompletableFuture<>();
        Thread asker = new Thread(
                () -> {
                    try {
                        new LocalOwner(data.path()).acquire(ask(LONG), progress::add, acquired -> acquired);
                        gone.complete(false);
                    } catch (LocalOwner.Gone e) {
                        gone.complete(true);
                    } catch (InterruptedException e) {
                        gone.completeExceptionally(e);
                    }
                },
                "asker");
        asker.start();
        Eventually.await("reading", () -> !progress.isEmpty());
        started.close();
        assertThat(gone.join()).isTrue();
        assertThat(data.path().resolve("socket")).doesNotExist();
    }

    @Test
    void aLongDataDirectoryIsReachedByAPointerToAShortSocket() throws Exception {
        data.close();
        Path deep = directory.resolve("d".repeat(100));
        data = DataDirectory.open(deep);
        server = LocalServer.start(deep, participant, fetcher);
        assertThat(deep.resolve("socket-path")).exists();
        assertThat(new LocalOwner(deep).isThere()).isTrue();
        Path socket = Path.of(Files.readString(deep.resolve("socket-path")));
        server.close();
        server = null;
        assertThat(deep.resolve("socket-path")).doesNotExist();
        assertThat(socket.getParent()).doesNotExist();
    }
}
