package dev.piecewise.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ScreenTest {
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);

    private String shown() {
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void inATerminalABlockTakesThePlaceOfTheFormer() {
        Screen screen = new Screen(out, true, 24);
        screen.show(List.of("a", "b"));
        screen.show(List.of("c"));
        assertThat(shown())
                .isEqualTo("\033[H\033[J\033[?7la\033[K\nb\033[K\n\033[J\033[?7h\033[H\033[?7lc\033[K\n\033[J\033[?7h");
    }

    @Test
    void whatDoesNotFitIsCountedAndNothingScrolls() {
        new Screen(out, true, 4).show(List.of("a", "b", "c", "d"));
        assertThat(shown()).contains("a", "b", "2 more lines").doesNotContain("c\033[K");
        assertThat(shown().chars().filter(c -> c == '\n')).hasSize(3);
    }

    @Test
    void elsewhereBlocksFollowEachOtherPlainly() {
        Screen screen = new Screen(out, false, 2);
        screen.show(List.of("a", "b", "c"));
        screen.show(List.of("d"));
        assertThat(shown()).isEqualTo("a\nb\nc\n\nd\n\n");
    }
}
