package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.peer.store.DataDirectory;
import dev.piecewise.seeder.DataDirectoryStore;
import dev.piecewise.seeder.cluster.FakeEngine;
import dev.piecewise.seeder.cluster.FakeTracker;
import dev.piecewise.seeder.cluster.LeaseKeeper;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tracker that is away, by a clock that moves only while it is waited for. */
class AskingTest {
    private static final ArtifactId ID = new ArtifactId("12".repeat(32));
    private static final int PIECE = 16384;

    private final FakeTracker tracker = new FakeTracker();
    private final List<Duration> pauses = new ArrayList<>();

    @TempDir
    private Path directory;

    private DataDirectory data;
    private Participant participant;
    private Asking asking;
    private long nanos;
    private int awayForPauses = Integer.MAX_VALUE;

    @BeforeEach
    void open() {
        data = DataDirectory.open(directory.resolve("data"));
        participant = new Participant(
                tracker,
                new DataDirectoryStore(data),
                new FakeEngine(),
                new NodeRegistration("n1", "node", false, ""),
                LeaseKeeper.NONE,
                () -> nanos);
        Ask ask = Ask.of(FetchRequest.of(FetchSource.parse("s3://b/f"), Destination.of(Path.of("f"))));
        asking = new Asking(ask, tracker, participant, new Random(1), this::pause, () -> nanos);
        say(ArtifactState.READING, null);
        tracker.away = true;
    }

    @AfterEach
    void close() {
        participant.close();
        data.close();
    }

    private void pause(Duration length) {
        pauses.add(length);
        nanos += length.toNanos();
        tracker.away = pauses.size() < awayForPauses;
        if (!tracker.away) {
            say(ArtifactState.PUBLISHED, "34".repeat(20));
        }
    }

    private void say(ArtifactState state, @Nullable String infoHash) {
        tracker.artifacts.put(
                ID,
                new ArtifactStatus(
                        ID.hex(),
                        "s3://b/f",
                        "v1",
                        "f",
                        true,
                        List.of(new FileEntry("f", PIECE)),
                        List.of(),
                        state,
                        PIECE,
                        PIECE,
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
                        1,
                        0,
                        1));
    }

    private static void assertDoubling(List<Duration> pauses) {
        Duration most = Duration.ofMillis(250);
        for (Duration pause : pauses) {
            assertThat(pause).isBetween(most.dividedBy(2), most);
            most = most.multipliedBy(2);
        }
        assertThat(pauses).doesNotHaveDuplicates();
    }

    @Test
    void aTrackerThatIsStartingIsAskedAgainAfterPausesThatGrowAndDiffer() throws Exception {
        awayForPauses = 4;
        assertThat(asking.version()).isEqualTo("v1");
        assertThat(pauses).hasSize(4);
        assertDoubling(pauses);
    }

    @Test
    void oneThatStaysAwayIsAskedForSomeSecondsAndNotTenTimes() {
        assertThatThrownBy(asking::version).isInstanceOf(ProcessFault.class).hasMessageContaining("http://fake");
        assertThat(Duration.ofNanos(nanos)).isBetween(Duration.ofSeconds(6), Duration.ofSeconds(8));
        assertThat(pauses).hasSizeBetween(5, 9);
    }

    @Test
    void pausesBeginAnewOnceItAnswered() throws Exception {
        awayForPauses = 3;
        assertThat(asking.version()).isEqualTo("v1");
        pauses.clear();
        tracker.away = true;
        assertThat(asking.again().version()).isEqualTo("v1");
        assertDoubling(pauses);
    }

    @Test
    void oneThatGoesAwayWhileItReadsIsAskedLessAndLessOften() throws Exception {
        awayForPauses = 4;
        ArtifactStatus reading = Objects.requireNonNull(tracker.artifacts.get(ID));
        assertThat(asking.awaitPublication(reading, progress -> {}).state()).isEqualTo(ArtifactState.PUBLISHED);
        assertDoubling(pauses);
    }
}
