package dev.piecewise.cli;

import dev.piecewise.cli.progress.Screen;
import dev.piecewise.cli.report.ArtifactText;
import dev.piecewise.cli.report.ArtifactsText;
import dev.piecewise.cli.report.NodesText;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.NodeList;
import dev.piecewise.trackerclient.api.NodeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code piecewise status}. */
@Command(
        description = {
            "",
            "Without ARTIFACT: one line for each artifact the tracker knows. With ARTIFACT: all about it, with a summary of its "
                    + "ledger: how many bytes were read from S3, how many of them in vain or twice; and how its latest distribution went: T from the "
                    + "first ask to the last completion, the bound T* that no program could beat, by which limits (origin, "
                    + "seeder, node link, disk, cpu), which of them binds, stragglers, and bytes that moved in vain. What is not "
                    + "known is said to be unknown: give --max-upload and --max-download where the system does not tell a link's "
                    + "speed.",
            "",
            "With --nodes: one line for each live process, by its last heartbeat: processors and memory that it uses, what it reads "
                    + "from S3, gets from peers, sends to peers and over HTTP (averages since the heartbeat before), verified bytes "
                    + "in its data directory and what is free there, pieces held of all pieces of its artifacts, leases, and what it "
                    + "does. With ARTIFACT as well: those that take part in it, by their pieces of it.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise status",
            "  piecewise status s3://models/llm.bin --tracker http://tracker:7070",
            "  piecewise status s3://models/llama/",
            "  piecewise status 3f9a --json",
            "  piecewise status --nodes --watch",
            "  piecewise status s3://models/llm.bin --watch=10s",
            ""
        })
final class StatusCommand implements Callable<Integer> {
    private static final Pattern ID_PREFIX = Pattern.compile("[0-9a-fA-F]{1,64}");

    private final Surroundings surroundings;

    @Parameters(
            arity = "0..1",
            paramLabel = "ARTIFACT",
            description = "An artifact's id, the unique beginning of one, or the URI of an object or prefix.")
    private Optional<String> artifact = Optional.empty();

    @Mixin
    private TrackerOptions trackerOptions = new TrackerOptions();

    @Option(names = "--nodes", description = "The processes of the cluster instead of artifacts.")
    private boolean nodes;

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "2s",
            paramLabel = "INTERVAL",
            description = {
                "Show it again and again until Ctrl-C: in a terminal in place, elsewhere in blocks with an empty line between, "
                        + "with --json one document a line.",
                "Default of INTERVAL: 2s"
            })
    private Optional<String> watch = Optional.empty();

    @Option(names = "--json", description = "Print JSON: the records of the tracker's HTTP API.")
    private boolean json;

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    StatusCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** What there is to show, in both forms. */
    private record View(List<String> lines, List<Object> documents) {}

    private static void checkUri(String wanted) {
        if (!wanted.contains(":")) {
            throw new ProcessFault(
                    Kind.USAGE,
                    "'" + wanted
                            + "' is neither the beginning of an artifact's id (hexadecimal digits) nor a URI such as s3://bucket/key");
        }
        OptionValues.uri(wanted);
    }

    @Override
    public Integer call() throws InterruptedException {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        artifact.filter(wanted -> !ID_PREFIX.matcher(wanted).matches()).ifPresent(StatusCommand::checkUri);
        Optional<Duration> interval = watch.map(text -> OptionValues.duration("--watch", text));
        if (interval.filter(Duration::isZero).isPresent()) {
            throw new ProcessFault(
                    Kind.USAGE, "--watch: an interval of 0 would ask without a pause; write for example 2s");
        }
        try (TrackerClient tracker = new TrackerClient(trackerOptions.tracker(), trackerOptions.token(surroundings))) {
            View view = look(tracker);
            if (interval.isPresent()) {
                watch(tracker, view, interval.get());
            } else if (json) {
                view.documents().forEach(document -> surroundings.out().println(Json.pretty(document)));
            } else {
                view.lines().forEach(surroundings.out()::println);
            }
        }
        surroundings.out().flush();
        return 0;
    }

    /** A tracker that is away is waited for, once it has answered. */
    private void watch(TrackerClient tracker, View first, Duration interval) throws InterruptedException {
        Screen screen = new Screen(surroundings.out(), surroundings.screen(), surroundings.rows());
        View view = first;
        while (true) {
            if (json) {
                view.documents().forEach(document -> surroundings.out().println(Json.line(document)));
                surroundings.out().flush();
            } else {
                screen.show(view.lines());
            }
            Thread.sleep(interval.toMillis());
            try {
                view = look(tracker);
            } catch (PiecewiseFault fault) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedException();
                }
                view = new View(List.of(fault.getMessage() + "; trying again"), List.of());
            }
        }
    }

    private View look(TrackerClient tracker) {
        Optional<List<ArtifactStatus>> chosen =
                artifact.map(wanted -> chosen(tracker.artifacts().artifacts(), wanted));
        if (nodes) {
            List<NodeStatus> all = tracker.nodes().nodes();
            List<NodeStatus> shown = chosen.map(artifacts -> all.stream()
                            .flatMap(node -> partOf(node, artifacts).stream())
                            .toList())
                    .orElse(all);
            return new View(new NodesText(shown).lines(), List.of(new NodeList(shown)));
        } else if (chosen.isEmpty()) {
            List<ArtifactStatus> known = tracker.artifacts().artifacts();
            return new View(new ArtifactsText(known).lines(), List.of(Map.of("artifacts", known)));
        }
        List<String> lines = new ArrayList<>();
        List<Object> documents = new ArrayList<>();
        for (ArtifactStatus status : chosen.get()) {
            ArtifactId id = new ArtifactId(status.id());
            ArtifactText text = new ArtifactText(status, tracker.ledger(id), tracker.distribution(id));
            lines.addAll(text.lines());
            lines.add("");
            documents.add(text.fields());
        }
        return new View(lines, documents);
    }

    /** A process as far as it takes part in these artifacts. */
    private static Optional<NodeStatus> partOf(NodeStatus node, List<ArtifactStatus> artifacts) {
        List<NodeStatus.Part> parts = node.artifacts().stream()
                .filter(part ->
                        artifacts.stream().anyMatch(status -> status.id().equals(part.artifactId())))
                .toList();
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of(new NodeStatus(
                        node.nodeId(),
                        node.role(),
                        node.host(),
                        node.place(),
                        node.takesLeases(),
                        node.webSeed(),
                        node.heardSecondsAgo(),
                        node.report(),
                        node.leases(),
                        parts));
    }

    private List<ArtifactStatus> chosen(List<ArtifactStatus> known, String wanted) {
        boolean byId = ID_PREFIX.matcher(wanted).matches();
        String prefix = wanted.toLowerCase(Locale.ROOT);
        List<ArtifactStatus> matching = known.stream()
                .filter(status ->
                        byId ? status.id().startsWith(prefix) : status.uri().equals(wanted))
                .toList();
        if (matching.isEmpty()) {
            throw new ProcessFault(
                    Kind.NOT_FOUND,
                    "the tracker knows no artifact '" + wanted + "'; 'piecewise status' lists the ones it knows");
        }
        if (byId && matching.size() > 1) {
            throw new ProcessFault(
                    Kind.USAGE,
                    matching.size() + " artifacts begin with '" + wanted + "'; write more digits of the id");
        }
        return matching;
    }
}
