package dev.piecewise.tracker.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    private static final Event FIRST = new Event.Granted("id", 7, "node", 0, 2, "2026-01-01T00:00:00Z");
    private static final Event SECOND = new Event.Reported("id", 7, 5, 3L, 0, "ab", List.of("1f"));
    private static final Event THIRD = new Event.Reported("id", 7, 6, 3L, 1, "cd", null);
    private static final Event FOURTH = new Event.Reported("id", 7, 7, 3L, 2, "ef", null);

    @TempDir
    Path directory;

    private List<Event> events() {
        try (StateDirectory state = StateDirectory.open(directory, Runnable::run)) {
            List<Event> events = new ArrayList<>();
            state.replay(events::add);
            return events;
        }
    }

    private void write(Event... events) {
        List<Event> past = events();
        try (StateDirectory state = StateDirectory.open(directory, Runnable::run)) {
            state.begin(() -> past);
            for (Event event : events) {
                state.append(event);
            }
        }
    }

    @Test
    void whatWasAppendedIsReadAgainInOrder() {
        write(FIRST);
        write(SECOND);
        assertThat(events()).containsExactly(FIRST, SECOND);
    }

    @Test
    void aTornLastLineIsDropped() throws IOException {
        write(FIRST, SECOND);
        Path journal = directory.resolve("journal");
        byte[] whole = Files.readAllBytes(journal);
        for (int cut = 1; cut < 20; cut++) {
            Files.write(journal, java.util.Arrays.copyOf(whole, whole.length - cut));
            assertThat(events()).containsExactly(FIRST);
        }
    }

    @Test
    void aDamagedLineInTheMiddleIsNotPassedOver() throws IOException {
        write(FIRST);
        Path journal = directory.resolve("journal");
        Files.write(journal, "{\"is\":\"Nonsense\"}\n".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
        assertThatThrownBy(this::events).isInstanceOf(ProcessFault.class).hasMessageContaining("line 2");
    }

    @Test
    void theSecretIsMadeOnceAndForTheOwnerOnly() throws IOException {
        byte[] made;
        try (StateDirectory state = StateDirectory.open(directory, Runnable::run)) {
            made = state.secret(new Random(1));
        }
        try (StateDirectory state = StateDirectory.open(directory, Runnable::run)) {
            assertThat(state.secret(new Random(2))).isEqualTo(made).hasSize(32);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("secret"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aFailedWriteIsReportedAndHealedByWritingTheWholeState() throws IOException {
        try (StateDirectory state = StateDirectory.open(directory, Runnable::run)) {
            List<Event> whole = new ArrayList<>();
            Path blocker = directory.resolve("journal.new");
            Files.createDirectory(blocker);
            assertThatThrownBy(() -> state.begin(() -> whole)).isInstanceOf(ProcessFault.class);
            whole.add(FIRST);
            assertThatThrownBy(() -> state.append(FIRST)).isInstanceOf(ProcessFault.class);
            assertThatThrownBy(state::check).isInstanceOf(ProcessFault.class);
            Files.delete(blocker);
            state.check();
            whole.add(SECOND);
            state.append(SECOND);
        }
        assertThat(events()).containsExactly(FIRST, SECOND);
    }

    @Test
    void eventsAreTakenWhileAGrownJournalIsWrittenAnewAndAllOfThemSurvive() {
        Deque<Runnable> later = new ArrayDeque<>();
        try (StateDirectory state = StateDirectory.open(directory, later::add, 1)) {
            List<Event> whole = new ArrayList<>();
            state.begin(() -> List.copyOf(whole));
            whole.add(SECOND); // all of the state, from now on
            state.append(FIRST);
            assertThat(later).as("nobody waits for it").hasSize(1);
            state.append(THIRD);
            assertThat(read()).containsExactly(FIRST, THIRD);
            later.remove().run();
            state.append(FOURTH);
        }
        assertThat(events()).containsExactly(SECOND, THIRD, FOURTH);
        assertThat(directory.resolve("journal.next")).doesNotExist();
    }

    @Test
    void aJournalThatCannotBeWrittenAnewGoesOn() throws IOException {
        Files.createDirectory(directory.resolve("journal.next"));
        try (StateDirectory state = StateDirectory.open(directory, Runnable::run, 1)) {
            state.begin(() -> List.of(FIRST));
            state.append(SECOND);
            state.append(THIRD);
            state.append(FOURTH);
        }
        assertThat(events()).containsExactly(FIRST, SECOND, THIRD, FOURTH);
    }

    @Test
    void whatIsWrittenAnewWhenItIsClosedIsLeftToNobody() {
        Deque<Runnable> later = new ArrayDeque<>();
        try (StateDirectory state = StateDirectory.open(directory, later::add, 1)) {
            state.begin(List::of);
            state.append(SECOND);
        }
        later.remove().run();
        assertThat(directory.resolve("journal.next")).doesNotExist();
        assertThat(events()).containsExactly(SECOND);
    }

    private List<Event> read() {
        try {
            return Files.readAllLines(directory.resolve("journal")).stream()
                    .map(EventJson::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
