package dev.piecewise.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ProgressLinesTest {
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    private long nanos = -5;

    private ProgressLines lines(ProgressLines.Style style) {
        return new ProgressLines(out, style, 2, () -> nanos);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Test
    void aTerminalIsRedrawnInPlace() {
        ProgressLines lines = lines(ProgressLines.Style.TERMINAL);
        lines.show(List.of("a", "b"));
        lines.show(List.of("too", "soon"));
        pass(Duration.ofSeconds(1));
        lines.show(List.of("c", "d"));
        assertThat(text.toString(StandardCharsets.UTF_8))
                .isEqualTo("\033[?7l\r\033[Ka\n\r\033[Kb\n\033[?7h\033[?7l\033[2A\r\033[Kc\n\r\033[Kd\n\033[?7h");
    }

    @Test
    void fewerLinesThanBeforeLeaveNothingBelow() {
        ProgressLines lines = new ProgressLines(out, ProgressLines.Style.TERMINAL, 0, () -> nanos);
        lines.finish(List.of("a"));
        lines.show(List.of("b", "c"));
        pass(Duration.ofSeconds(1));
        lines.show(List.of("d"));
        assertThat(text.toString(StandardCharsets.UTF_8)).endsWith("\033[2A\r\033[Kd\n\033[J\033[?7h");
    }

    @Test
    void elsewhereLinesComeEveryFiveSecondsAndAtTheEnd() {
        ProgressLines lines = lines(ProgressLines.Style.LINES);
        lines.show(List.of("a", "b"));
        pass(Duration.ofSeconds(5));
        lines.show(List.of("c", "d"));
        pass(Duration.ofSeconds(1));
        lines.show(List.of("e", "f"));
        lines.finish(List.of("g", "h"));
        assertThat(text.toString(StandardCharsets.UTF_8)).isEqualTo("c\nd\ng\nh\n");
    }

    @Test
    void quietPrintsNothing() {
        ProgressLines lines = lines(ProgressLines.Style.NONE);
        lines.show(List.of("a", "b"));
        lines.finish(List.of("a", "b"));
        assertThat(text.size()).isZero();
    }

    @Test
    void aBarIsEmptyHalfAndFull() {
        assertThat(ProgressLines.bar(0, 512)).isEqualTo("[........................]   0%  0 B of 512 B");
        assertThat(ProgressLines.bar(256, 512)).isEqualTo("[############............]  50%  256 B of 512 B");
        assertThat(ProgressLines.bar(512, 512)).isEqualTo("[########################] 100%  512 B of 512 B");
        assertThat(ProgressLines.bar(0, 0)).contains("100%");
    }
}
