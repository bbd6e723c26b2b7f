package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.rehearsal.NodeRehearsal;
import dev.piecewise.tracker.rehearsal.TrackerRehearsal;
import dev.piecewise.trackerclient.api.ArtifactState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RehearsalTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ENDING = Duration.ofSeconds(20);

    @TempDir
    Path parent;

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();

    @Test
    void thatOfANodeIsAWholeFetchAndLeavesNeitherFileNorThread() throws Exception {
        Rehearsal.Script script =
                directory -> assertThat(NodeRehearsal.run(directory)).isInstanceOf(FetchOutcome.Complete.class);
        try (Rehearsal rehearsal = Rehearsal.start(parent, script)) {
            assertThat(rehearsal.await(PATIENCE)).isTrue();
        }
        assertNothingIsLeft();
    }

    @Test
    void thatOfATrackerEndsWithATorrentAndLeavesNeitherFileNorThread() throws Exception {
        Rehearsal.Script script =
                directory -> assertThat(TrackerRehearsal.run(directory)).isEqualTo(ArtifactState.PUBLISHED);
        try (Rehearsal rehearsal = Rehearsal.start(parent, script)) {
            assertThat(rehearsal.await(PATIENCE)).isTrue();
        }
        assertNothingIsLeft();
    }

    @Test
    void oneThatIsBrokenOffLeavesNeitherFileNorThread() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Rehearsal.Script script = directory -> {
            begun.countDown();
            NodeRehearsal.run(directory);
        };
        try (Rehearsal rehearsal = Rehearsal.start(parent, script)) {
            begun.await();
            assertThat(rehearsal.await(Duration.ZERO)).isFalse();
        }
        assertNothingIsLeft();
    }

    @Test
    void oneThatFailsIsOverAndHarmless() throws Exception {
        Rehearsal.Script script = directory -> {
            Files.writeString(directory.resolve("file"), "half done");
            throw new IllegalStateException("a mistake");
        };
        try (Rehearsal rehearsal = Rehearsal.start(parent, script)) {
            assertThat(rehearsal.await(PATIENCE)).isFalse();
        }
        assertNothingIsLeft();
    }

    @Test
    void whatAKilledPredecessorLeftIsRemovedFirst() throws Exception {
        Path left = Files.createDirectories(parent.resolve("rehearsal/reader/artifacts"));
        Files.writeString(left.resolve("piece"), "bytes");
        Rehearsal.Script script = directory -> assertThat(directory).isEmptyDirectory();
        try (Rehearsal rehearsal = Rehearsal.start(parent, script)) {
            assertThat(rehearsal.await(PATIENCE)).isTrue();
        }
        assertNothingIsLeft();
    }

    @Test
    void whereNoDirectoryCanBeMadeThereIsNone() throws Exception {
        Path file = Files.writeString(parent.resolve("file"), "no directory");
        try (Rehearsal rehearsal = Rehearsal.start(file, directory -> {})) {
            assertThat(rehearsal.await(PATIENCE)).isFalse();
        }
        assertThat(file).hasContent("no directory");
    }

    @Test
    void isLeftOutWhereTheUserSaysSo() throws Exception {
        List<String> held = new ArrayList<>();
        for (String word : List.of("--rehearse", "--no-rehearse")) {
            RehearsalOption option = CommandLine.populateCommand(new RehearsalOption(), word);
            try (Lifetime lifetime = new Lifetime(Surroundings.ofProcess(code -> {}, code -> {}))) {
                option.rehearse(lifetime, parent, directory -> held.add(word));
            }
        }
        assertThat(held).containsExactly("--rehearse");
    }

    private void assertNothingIsLeft() throws InterruptedException {
        assertThat(parent).isEmptyDirectory();
        long until = System.nanoTime() + ENDING.toNanos();
        while (!leftThreads().isEmpty() && System.nanoTime() - until < 0) {
            System.gc(); // before Java 21 an HttpClient ends once it is collected
            Thread.sleep(20);
        }
        assertThat(leftThreads()).isEmpty();
    }

    private Set<String> leftThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .map(Thread::getName)
                .filter(name -> !name.startsWith("Common-Cleaner")
                        && !name.startsWith("CompletableFutureDelayScheduler")
                        && !name.startsWith("Keep-Alive")
                        && !name.startsWith("ForkJoinPool.commonPool"))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
