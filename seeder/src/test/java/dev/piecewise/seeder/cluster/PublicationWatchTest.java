package dev.piecewise.seeder.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.DataDirectoryStore;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublicationWatchTest {
    private static final ArtifactId ID = new ArtifactId("ef".repeat(32));
    private static final ArtifactId OTHER = new ArtifactId("cd".repeat(32));
    private static final ArtifactContent CONTENT =
            new ArtifactContent("f", true, List.of(new FileEntry("f", 16384)), new PieceLayout(16384, 16384));
    private static final InfoDictionary INFO = new InfoDictionary(CONTENT, List.of(PieceHash.of(new byte[20])), true);

    private final FakeTracker tracker = new FakeTracker();
    private final FakeEngine engine = new FakeEngine();

    @TempDir
    private Path directory;

    private DataDirectory data;
    private Participant participant;
    private PublicationWatch watch;
    private Worker worker;

    @BeforeEach
    void start() {
        data = DataDirectory.open(directory);
        participant = new Participant(
                tracker,
                new DataDirectoryStore(data),
                engine,
                new NodeRegistration("n1", "seeder", true, ""),
                LeaseKeeper.NONE,
                System::nanoTime);
        participant.start();
        participant.share(ID, CONTENT);
        watch = new PublicationWatch(tracker, participant);
        worker = participant.worker("publications", watch::run);
    }

    @AfterEach
    void stop() {
        worker.close();
        participant.close();
        data.close();
    }

    private static ArtifactStatus status(ArtifactState state, @Nullable String infoHash) {
        return new ArtifactStatus(
                ID.hex(),
                "s3://b/f",
                "v1",
                "f",
                true,
                CONTENT.files(),
                List.of(),
                state,
                16384,
                16384,
                1,
                true,
                0,
                0,
                infoHash,
                null,
                null,
                null,
                null,
                0,
                0,
                0,
                1);
    }

    @Test
    void anArtifactIsJoinedWhileItIsReadAndItsTorrentKeptOnceItIsKnown() {
        tracker.artifacts.put(ID, status(ArtifactState.READING, null));
        watch.watch(ID);
        tracker.torrents.put(
                INFO.infoHash(), Metainfo.of(INFO, Optional.empty(), List.of()).encode());
        Eventually.await("joined", () -> engine.joined.size() == 1);
        assertThat(engine.joined.get(0).infoHashes()).containsExactly(FakeTracker.SWARM);
        tracker.artifacts.put(
                ID, status(ArtifactState.PUBLISHED, INFO.infoHash().hex()));
        Eventually.await("published", () -> engine.laterNames.contains(INFO.infoHash()));
        assertThat(engine.joined).hasSize(1);
        assertThat(data.stored(ID).orElseThrow().torrent()).isPresent();
    }

    @Test
    void anotherTorrentThanAnnouncedIsNotJoined() {
        InfoDictionary other = new InfoDictionary(CONTENT, INFO.hashes(), false);
        tracker.torrents.put(
                INFO.infoHash(), Metainfo.of(other, Optional.empty(), List.of()).encode());
        tracker.artifacts.put(
                ID, status(ArtifactState.PUBLISHED, INFO.infoHash().hex()));
        watch.watch(ID);
        Eventually.await("it was looked at", () -> tracker.torrentsServed.get() > 1);
        assertThat(engine.joined).isEmpty();
    }

    @Test
    void whatWasRemovedFromTheStoreIsNotJoined() throws Exception {
        participant.kept().enter(ID);
        assertThat(participant.kept().remove(ID)).as("while it is used").isFalse();
        participant.kept().leave(ID);
        assertThat(participant.kept().remove(ID)).isTrue();
        tracker.torrents.put(
                INFO.infoHash(), Metainfo.of(INFO, Optional.empty(), List.of()).encode());
        tracker.artifacts.put(
                ID, status(ArtifactState.PUBLISHED, INFO.infoHash().hex()));
        watch.watch(ID);
        participant.share(OTHER, CONTENT);
        tracker.artifacts.put(
                OTHER, status(ArtifactState.PUBLISHED, INFO.infoHash().hex()));
        watch.watch(OTHER);
        Eventually.await("the other is joined", () -> engine.joined.size() == 1);
        assertThat(data.stored(ID)).isEmpty();
    }

    @Test
    void aTrackerThatIsAwayIsAskedAgain() {
        tracker.torrents.put(
                INFO.infoHash(), Metainfo.of(INFO, Optional.empty(), List.of()).encode());
        tracker.artifacts.put(
                ID, status(ArtifactState.PUBLISHED, INFO.infoHash().hex()));
        tracker.away = true;
        watch.watch(ID);
        tracker.away = false;
        Eventually.await("joined", () -> engine.joined.size() == 1);
    }
}
