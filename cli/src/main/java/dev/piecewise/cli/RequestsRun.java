package dev.piecewise.cli;

import dev.piecewise.client.DownloadListener;
import dev.piecewise.client.DownloadOptions;
import dev.piecewise.client.DownloadPreview;
import dev.piecewise.client.DownloadResult;
import dev.piecewise.client.Downloads;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.PlanPreview;
import dev.piecewise.client.request.DownloadPlan;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.client.request.UnpackInto;
import dev.piecewise.client.unpack.UnpackLimits;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;

/** Carries out the requests of a file, for {@code get} and {@code exec}. */
final class RequestsRun {
    private static final String STANDARD_INPUT = "-";

    private final Surroundings surroundings;
    private final VerbosityOptions verbosity;
    private final String command;
    private final boolean json;

    /**
     * @param command its word, for messages
     * @param json whether events are printed instead of text
     */
    RequestsRun(Surroundings surroundings, VerbosityOptions verbosity, String command, boolean json) {
        this.surroundings = surroundings;
        this.verbosity = verbosity;
        this.command = command;
        this.json = json;
    }

    /**
     * Reads a file and works on what it asks for; what is wrong with the file, or with the requests together, is told.
     *
     * @param limits of what is unpacked
     * @return the exit code
     */
    int of(String file, UnpackLimits limits, ToIntFunction<DownloadPlan> work) {
        try {
            return work.applyAsInt(within(limits, read(file)));
        } catch (ProcessFault fault) {
            if (json) {
                failed(fault);
            }
            return CommandTree.problems(surroundings, "piecewise " + command, fault);
        }
    }

    private DownloadPlan read(String file) {
        return file.equals(STANDARD_INPUT)
                ? DownloadPlan.read(surroundings.in(), "standard input")
                : DownloadPlan.read(Path.of(file));
    }

    private static DownloadPlan within(UnpackLimits limits, DownloadPlan plan) {
        return new DownloadPlan(plan.requests().stream()
                .map(request -> request.unpack()
                        .map(into -> new UnpackInto(into.directory(), into.how().withLimits(limits)))
                        .map(request::withUnpack)
                        .orElse(request))
                .toList());
    }

    /**
     * Fetches all.
     *
     * @param stay how long to seed afterwards, if all is there
     * @param exitWithStdin whether the end of standard input ends the process
     */
    int fetch(NodeConfig config, DownloadPlan plan, DownloadOptions options, Duration stay, boolean exitWithStdin) {
        List<String> names = plan.requests().stream()
                .map(request -> json ? request.uri().toString() : name(request))
                .toList();
        try (Lifetime lifetime = new Lifetime(surroundings)) {
            if (exitWithStdin) {
                lifetime.endWithStandardInput();
            }
            Piecewise piecewise = lifetime.own(Piecewise.open(config));
            RequestsDisplay display = new RequestsDisplay(surroundings, verbosity, json, names, System::nanoTime);
            Downloads downloads = piecewise.fetch(plan, options, listener(lifetime, display));
            List<DownloadResult> results = downloads.await();
            if (lifetime.ending()) {
                return Kind.FAILED.exitCode();
            }
            display.finish();
            int code = DownloadResult.exitCode(results);
            if (code != 0) {
                long failed =
                        results.stream().filter(result -> !result.succeeded()).count();
                surroundings
                        .err()
                        .println("piecewise " + command + ": " + failed + " of " + results.size()
                                + (results.size() == 1 ? " request" : " requests") + " failed");
            }
            if (code == 0 && piecewise.seeds() && !stay.isZero()) {
                if (!json && !verbosity.quiet()) {
                    surroundings.out().println("seeding for others for " + stay.toSeconds() + " s; Ctrl-C ends it");
                    surroundings.out().flush();
                }
                piecewise.linger(stay);
            }
            return code;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Kind.FAILED.exitCode();
        }
    }

    /** What is only the end of the process is no failure of a request. */
    private static DownloadListener listener(Lifetime lifetime, RequestsDisplay display) {
        return new DownloadListener() {
            @Override
            public void progress(int request, FetchProgress progress) {
                display.progress(request, progress);
            }

            @Override
            public void ended(int request, FetchOutcome outcome) {
                if (!lifetime.ending()) {
                    display.ended(request, outcome);
                }
            }
        };
    }

    /** Says what would be fetched. */
    int preview(NodeConfig config, DownloadPlan plan, DownloadOptions options) {
        List<DownloadPreview> previews = PlanPreview.of(config, plan, options);
        if (json) {
            previews.forEach(preview -> surroundings.out().println(PreviewText.event(preview)));
        } else {
            PreviewText.table(previews).forEach(surroundings.out()::println);
        }
        surroundings.out().flush();
        return DownloadResult.exitCode(previews.stream()
                .flatMap(preview ->
                        preview.problem().stream().map(problem -> new DownloadResult(preview.request(), problem)))
                .toList());
    }

    /** What a request is called in a table. */
    static String name(DownloadRequest request) {
        return request.uri()
                + (request.selection().isAll() ? "" : " (" + request.selection() + ")")
                + " -> "
                + request.destination()
                        .map(destination -> destination.path().toString())
                        .orElseGet(
                                () -> request.unpack().orElseThrow().directory().toString());
    }

    private void failed(PiecewiseFault fault) {
        surroundings
                .out()
                .println(Json.event(
                        "failed", FetchEvents.failed(fault.kind().exitCode(), String.valueOf(fault.getMessage()))));
        surroundings.out().flush();
    }
}
