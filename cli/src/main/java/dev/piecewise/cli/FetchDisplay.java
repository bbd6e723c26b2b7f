package dev.piecewise.cli;

import dev.piecewise.cli.progress.FetchText;
import dev.piecewise.cli.progress.ProgressLines;
import dev.piecewise.client.FetchProgress;
import java.util.List;
import java.util.function.LongSupplier;

/** Shows one fetch: a bar or lines on standard error, or events on standard output. */
final class FetchDisplay {
    private final Surroundings surroundings;
    private final boolean json;
    private final FetchText text;
    private final ProgressLines lines;

    FetchDisplay(Surroundings surroundings, ProgressLines.Style style, boolean json, LongSupplier nanoTime) {
        this.surroundings = surroundings;
        this.json = json;
        this.text = new FetchText(nanoTime);
        this.lines = new ProgressLines(surroundings.err(), style, 1, nanoTime);
    }

    void progress(FetchProgress progress) {
        if (json) {
            surroundings.out().println(Json.event("progress", FetchEvents.progress(progress)));
            surroundings.out().flush();
        } else {
            lines.show(List.of(text.line(progress)));
        }
    }

    void clear() {
        lines.clear();
    }
}
