package dev.piecewise.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.FetchProgress.Phase;
import dev.piecewise.client.Received;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RequestsViewTest {
    private static final long MIB = 1 << 20;

    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    private long nanos = -5;

    private RequestsView view(ProgressLines.Style style, int rows, String... names) {
        return new RequestsView(List.of(names), out, style, rows, () -> nanos);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private static FetchProgress progress(Phase phase, int hashed, int held, long fromPeers, long fromOrigin) {
        return new FetchProgress(phase, 100 * MIB, 20, 100, hashed, held, fromPeers, 3, 0, held / 5, fromOrigin);
    }

    private static FetchOutcome complete(long bytes) {
        return new FetchOutcome.Complete(
                Path.of("/x"), List.of(Path.of("/x")), Optional.empty(), "", bytes, new Received(bytes, 0, 0, 0, 0));
    }

    private List<String> words(RequestsView view) {
        return view.lines().stream().map(line -> line.replaceAll("  +", "|")).toList();
    }

    @Test
    void eachRequestThatIsUnderWayHasALineWithItsRateAndTimeLeft() {
        RequestsView view = view(ProgressLines.Style.NONE, 24, "a", "b", "c", "d");
        view.progress(0, progress(Phase.DOWNLOADING, 100, 0, 0, 0));
        view.progress(1, progress(Phase.READING_ORIGIN, 0, 0, 0, 0));
        view.ended(3, complete(50 * MIB));
        pass(Duration.ofSeconds(2));
        view.progress(0, progress(Phase.DOWNLOADING, 100, 20, 20 * MIB, 0));
        view.progress(1, progress(Phase.READING_ORIGIN, 50, 0, 0, 50 * MIB));
        assertThat(words(view))
                .containsExactly(
                        "4 requests: 1 downloading, 1 S3 is read, 1 waiting, 1 ready; 70 MiB of 250 MiB (28%), 10 MiB/s, 18 s left",
                        "STATE|FILES|PIECES|DONE|SIZE|FROM S3|FROM PEERS|RATE|LEFT|REQUEST",
                        "downloading|4/20|20/100|20%|100 MiB|0 B|20 MiB|10 MiB/s|8 s|a",
                        "S3 is read|0/20|0/100|0%|100 MiB|50 MiB|0 B|25 MiB/s|2 s|b");
    }

    @Test
    void aRequestThatFailedSaysWhyAndStays() {
        RequestsView view = view(ProgressLines.Style.NONE, 24, "a", "b");
        view.ended(1, new FetchOutcome.NotFound("there is no b"));
        assertThat(words(view)).last().isEqualTo("failed|-|-|-|-|-|-|-|-|b: there is no b");
    }

    @Test
    void ratesForgetWhatIsLongAgo() {
        RequestsView view = view(ProgressLines.Style.NONE, 24, "a");
        view.progress(0, progress(Phase.DOWNLOADING, 100, 0, 0, 0));
        pass(Duration.ofSeconds(1));
        view.progress(0, progress(Phase.DOWNLOADING, 100, 90, 90 * MIB, 0));
        for (int i = 0; i < 8; i++) {
            pass(Duration.ofSeconds(1));
            view.progress(0, progress(Phase.DOWNLOADING, 100, 90, 90 * MIB + i, 0));
        }
        assertThat(words(view)).last().asString().contains("|1 B/s|");
    }

    @Test
    void inATerminalNoMoreIsDrawnThanFits() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            names.add("r" + i);
        }
        RequestsView view = view(ProgressLines.Style.TERMINAL, 10, names.toArray(String[]::new));
        for (int i = 0; i < 100; i++) {
            view.progress(i, progress(Phase.DOWNLOADING, 100, i, i * MIB, 0));
        }
        assertThat(view.lines()).hasSize(8).last().isEqualTo("... and 95 more");
    }

    @Test
    void whatIsPrintedMeanwhileStandsAboveAndTheBlockShrinks() {
        RequestsView view = view(ProgressLines.Style.TERMINAL, 24, "a");
        view.progress(0, progress(Phase.ASKING, 0, 0, 0, 0));
        pass(Duration.ofSeconds(1));
        view.above(() -> out.println("ready: a"));
        view.ended(0, complete(MIB));
        assertThat(text.toString(StandardCharsets.UTF_8))
                .contains("\033[3A\033[Jready: a\n")
                .endsWith("1 request: 1 ready; 1 MiB of 1 MiB (100%)\n" + Screen.WRAP);
    }

    @Test
    void elsewhereTheBlockComesEveryFiveSeconds() {
        RequestsView view = view(ProgressLines.Style.LINES, 24, "a");
        view.progress(0, progress(Phase.DOWNLOADING, 100, 0, 0, 0));
        assertThat(text.size()).isZero();
        pass(Duration.ofSeconds(5));
        view.progress(0, progress(Phase.DOWNLOADING, 100, 20, 20 * MIB, 0));
        assertThat(text.toString(StandardCharsets.UTF_8)).hasLineCount(3).doesNotContain("\033");
    }
}
