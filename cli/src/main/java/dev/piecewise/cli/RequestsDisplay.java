package dev.piecewise.cli;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.cli.progress.FetchText;
import dev.piecewise.cli.progress.ProgressLines;
import dev.piecewise.cli.progress.RequestsView;
import dev.piecewise.cli.report.Table;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Shows many fetches: a block that is redrawn, or lines, on standard error, with a line on standard output for each that is
 * ready; or events on standard output. Thread-safe.
 */
final class RequestsDisplay {
    private final Surroundings surroundings;
    private final List<String> names;
    private final boolean json;
    private final boolean brief;
    private final RequestsView view;

    @GuardedBy("this")
    private final Map<Integer, FetchOutcome> failed = new TreeMap<>();

    /** @param names what is asked for; a request is its index here */
    RequestsDisplay(
            Surroundings surroundings,
            VerbosityOptions verbosity,
            boolean json,
            List<String> names,
            LongSupplier nanoTime) {
        this.surroundings = surroundings;
        this.names = List.copyOf(names);
        this.json = json;
        this.brief = verbosity.quiet();
        this.view = new RequestsView(
                names,
                surroundings.err(),
                json ? ProgressLines.Style.NONE : verbosity.style(surroundings),
                surroundings.rows(),
                nanoTime);
    }

    /** A request got on. */
    void progress(int request, FetchProgress progress) {
        if (json) {
            event("progress", request, FetchEvents.progress(progress));
        } else {
            view.progress(request, progress);
        }
    }

    /** A request is over. */
    void ended(int request, FetchOutcome outcome) {
        if (outcome instanceof FetchOutcome.Complete complete) {
            if (json) {
                event("ready", request, FetchEvents.ready(complete));
            } else {
                view.above(() -> ready(complete));
            }
        } else {
            synchronized (this) {
                failed.put(request, outcome);
            }
            if (json) {
                event("failed", request, FetchEvents.failed(outcome.exitCode(), FetchText.message(outcome)));
            }
        }
        view.ended(request, outcome);
    }

    private void ready(FetchOutcome.Complete complete) {
        surroundings
                .out()
                .println("ready: " + complete.path() + (brief ? "" : " (" + FetchText.summary(complete) + ")"));
        surroundings.out().flush();
    }

    private synchronized void event(String name, int request, Map<String, Object> more) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("request", request);
        fields.put("uri", names.get(request));
        fields.putAll(more);
        surroundings.out().println(Json.event(name, fields));
        surroundings.out().flush();
    }

    /** Takes the block away and prints what failed, and why, on standard error. */
    synchronized void finish() {
        view.clear();
        if (!failed.isEmpty()) {
            Table table = new Table("EXIT", "REQUEST", "WHY");
            failed.forEach((request, outcome) -> table.add(
                    List.of(String.valueOf(outcome.exitCode()), names.get(request), FetchText.message(outcome))));
            table.lines().forEach(surroundings.err()::println);
        }
    }
}
