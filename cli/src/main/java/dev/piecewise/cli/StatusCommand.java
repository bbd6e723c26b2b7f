package dev.piecewise.cli;

import dev.piecewise.cli.report.DistributionText;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.Ledger;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
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
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise status",
            "  piecewise status s3://models/llm.bin --tracker http://tracker:7070",
            "  piecewise status s3://models/llama/",
            "  piecewise status 3f9a --json",
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

    @Option(names = "--json", description = "Print JSON: the records of the tracker's HTTP API.")
    private boolean json;

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    StatusCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        artifact.filter(wanted -> !ID_PREFIX.matcher(wanted).matches()).ifPresent(OptionValues::uri);
        try (TrackerClient tracker = new TrackerClient(trackerOptions.tracker(), trackerOptions.token(surroundings))) {
            List<ArtifactStatus> known = tracker.artifacts().artifacts();
            if (artifact.isEmpty()) {
                list(known);
            } else {
                for (ArtifactStatus status : chosen(known, artifact.get())) {
                    ArtifactId id = new ArtifactId(status.id());
                    show(status, tracker.ledger(id), tracker.distribution(id));
                }
            }
        }
        surroundings.out().flush();
        return 0;
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

    private void list(List<ArtifactStatus> known) {
        PrintStream out = surroundings.out();
        if (json) {
            out.println(Json.pretty(Map.of("artifacts", known)));
            return;
        }
        if (known.isEmpty()) {
            out.println("The tracker knows no artifact yet; 'piecewise get URI DEST' asks for one.");
            return;
        }
        out.printf(
                "%-12s  %-9s  %5s  %10s  %6s  %6s  %10s  %s%n",
                "ID", "STATE", "DONE", "SIZE", "FILES", "NODES", "FROM S3", "URI");
        for (ArtifactStatus status : known) {
            out.printf(
                    "%-12s  %-9s  %4d%%  %10s  %6d  %6d  %10s  %s%n",
                    status.id().substring(0, 12),
                    status.state().name().toLowerCase(Locale.ROOT),
                    percent(status),
                    ByteSize.format(status.totalBytes()),
                    status.files().size(),
                    status.nodes(),
                    ByteSize.format(status.originBytes()),
                    status.uri());
        }
    }

    private static int percent(ArtifactStatus status) {
        return status.pieceCount() == 0 ? 100 : (int) (100L * status.piecesHashed() / status.pieceCount());
    }

    private void show(ArtifactStatus status, Ledger ledger, Distribution distribution) {
        PrintStream out = surroundings.out();
        long leased = count(ledger, "leased");
        long unread = count(ledger, "unread");
        long promised = ledger.pieces().stream()
                .filter(piece -> piece.state().equals("unread") && piece.sha1() != null)
                .count();
        if (json) {
            out.println(Json.pretty(Map.of(
                    "artifact",
                    status,
                    "ledger",
                    Map.of(
                            "originBytes", ledger.originBytes(),
                            "wastedBytes", ledger.wastedBytes(),
                            "rereadBytes", ledger.rereadBytes(),
                            "rereadPieces", ledger.rereadPieces(),
                            "piecesLeased", leased,
                            "piecesUnread", unread),
                    "distribution",
                    distribution)));
            return;
        }
        line("uri", status.uri());
        line("id", status.id());
        line(
                "state",
                status.state().name().toLowerCase(Locale.ROOT) + (status.error() == null ? "" : ": " + status.error()));
        line(
                "size",
                ByteSize.format(status.totalBytes()) + " (" + status.totalBytes() + " bytes) in "
                        + status.files().size() + (status.files().size() == 1 ? " file" : " files"));
        line(
                "pieces",
                count(ledger, "hashed") + " of " + status.pieceCount() + " hashed, " + leased + " leased, " + unread
                        + " unread" + (promised == 0 ? "" : " (hashes known of " + promised + ")") + "; "
                        + ByteSize.format(status.pieceBytes()) + " each");
        line(
                "from S3",
                ledger.originBytes() + " bytes" + ratio(ledger) + "; " + ledger.wastedBytes() + " wasted, "
                        + ledger.rereadBytes() + " read again (" + ledger.rereadPieces() + " pieces)");
        line(
                "nodes",
                status.nodes() + " take part, " + status.holders() + " hold every piece; seeders alive: "
                        + status.seedersAlive());
        new DistributionText(distribution).lines().forEach(out::println);
        line("infohash", status.infoHash());
        line("torrent", status.torrentUrl());
        line("magnet", status.magnet());
        out.println();
    }

    private static String ratio(Ledger ledger) {
        double ratio = ledger.totalBytes() == 0 && ledger.originBytes() == 0
                ? 1
                : (double) ledger.originBytes() / ledger.totalBytes();
        return String.format(Locale.ROOT, " (%.3f of the size)", ratio);
    }

    private static long count(Ledger ledger, String state) {
        return ledger.pieces().stream()
                .filter(piece -> piece.state().equalsIgnoreCase(state))
                .count();
    }

    private void line(String label, @Nullable String value) {
        if (value != null) {
            surroundings.out().printf("%-9s %s%n", label, value);
        }
    }
}
