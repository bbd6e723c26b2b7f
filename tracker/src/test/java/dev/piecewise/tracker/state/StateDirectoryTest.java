package dev.piecewise.tracker.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDirectoryTest {
    private static final Event FIRST = new Event.Granted("id", 7, "node", 0, 2, "2026-01-01T00:00:00Z");
    private static final Event SECOND = new Event.Reported("id", 7, 5, 3L, 0, "ab");

    @TempDir
    Path directory;

    private List<Event> events() {
        try (StateDirectory state = StateDirectory.open(directory)) {
            List<Event> events = new ArrayList<>();
            state.replay(events::add);
            return events;
        }
    }

    private void write(Event... events) {
        List<Event> past = events();
        try (StateDirectory state = StateDirectory.open(directory)) {
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
        try (StateDirectory state = StateDirectory.open(directory)) {
            made = state.secret(new Random(1));
        }
        try (StateDirectory state = StateDirectory.open(directory)) {
            assertThat(state.secret(new Random(2))).isEqualTo(made).hasSize(32);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("secret"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aFailedWriteIsReportedAndHealedByWritingTheWholeState() throws IOException {
        try (StateDirectory state = StateDirectory.open(directory)) {
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
}
