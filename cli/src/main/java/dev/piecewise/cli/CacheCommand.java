package dev.piecewise.cli;

import dev.piecewise.cli.progress.ProgressLines;
import dev.piecewise.client.Cache;
import dev.piecewise.client.CacheListener;
import dev.piecewise.client.CacheReport;
import dev.piecewise.client.CachedArtifact;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.peer.StoredArtifact.Verification;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code piecewise cache}. */
@Command(
        description = {
            "",
            "'ls' lists what lies in the data directory, the least recently used first: LINKS counts files that were published as "
                    + "hard links, BUSY means that it is being fetched or sent. 'verify' reads and hashes every held piece, and drops bad "
                    + "ones: the next 'get', or the running node, fetches these again. 'rm' removes artifacts by URI (all versions "
                    + "and piece sizes) or id. 'gc' removes the least recently used ones that nobody is fetching, until no more "
                    + "than --keep is stored.",
            "",
            "A node, seeder or get that owns the directory does it, if one runs: what it removes it also withdraws at the tracker, "
                    + "and leaves the swarm. Published files stay where they are; those that are hard links keep their disk space.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise cache ls",
            "  piecewise cache verify s3://models/llm.bin",
            "  piecewise cache rm 3f9a --dry-run",
            "  piecewise cache gc --keep 200GiB",
            ""
        })
final class CacheCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm'Z'").withZone(ZoneOffset.UTC);

    /** What to do. */
    enum Action {
        LS,
        VERIFY,
        RM,
        GC
    }

    private final Surroundings surroundings;

    @Parameters(index = "0", paramLabel = "ls|verify|rm|gc", description = "What to do.")
    private Action action = Action.LS;

    @Parameters(
            index = "1..*",
            paramLabel = "URI|ID",
            description = "Of ls, verify and rm: which artifacts, by URI, id or the unique beginning of one.")
    private List<String> targets = List.of();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = {
                "The data directory.",
                "Default: $XDG_CACHE_HOME/piecewise/node or, without that variable, ~/.cache/piecewise/node"
            })
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--keep",
            paramLabel = "SIZE",
            description = {"Of gc: how much may stay, for example 200GiB; 0 for nothing.", "No default: gc needs it."})
    private Optional<String> keep = Optional.empty();

    @Option(names = "--dry-run", description = "Of rm and gc: remove nothing, only say what would be.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print JSON; sizes are in bytes.")
    private boolean json;

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    CacheCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        if (keep.isPresent() != (action == Action.GC)) {
            throw usage(action == Action.GC ? "gc needs --keep SIZE" : "--keep is for gc only");
        } else if (dryRun && (action == Action.LS || action == Action.VERIFY)) {
            throw usage("--dry-run is for rm and gc only");
        } else if (action == Action.GC && !targets.isEmpty()) {
            throw usage("gc chooses by itself; 'piecewise cache rm' removes what is named");
        }
        Path directory = data.orElseGet(
                () -> surroundings.userDirectory("XDG_CACHE_HOME", ".cache").resolve("node"));
        Cache cache = new Cache(directory);
        int exitCode =
                switch (action) {
                    case LS -> list(cache.list(targets), directory);
                    case VERIFY -> verify(cache);
                    case RM -> removed(cache.remove(targets, dryRun));
                    case GC -> collected(cache);
                };
        surroundings.out().flush();
        return exitCode;
    }

    private static ProcessFault usage(String message) {
        return new ProcessFault(Kind.USAGE, message + "; see 'piecewise cache --help'");
    }

    private int list(CacheReport report, Path directory) {
        PrintStream out = surroundings.out();
        if (json) {
            out.println(Json.pretty(report));
            return 0;
        }
        String row = "%-12s  %10s  %5s  %10s  %-17s  %6s  %-4s  %-16s  %s%n";
        if (!report.artifacts().isEmpty()) {
            out.printf(row, "ID", "SIZE", "HELD", "STORED", "LAST USE", "LINKS", "BUSY", "VERSION", "URI");
        }
        for (CachedArtifact artifact : report.artifacts()) {
            out.printf(
                    row,
                    artifact.id().substring(0, 12),
                    ByteSize.format(artifact.totalBytes()),
                    percent(artifact) + "%",
                    ByteSize.format(artifact.storedBytes()),
                    TIME.format(artifact.lastUse()),
                    artifact.filesPublished(),
                    artifact.busy() ? "yes" : "no",
                    shortened(artifact.version()),
                    artifact.label());
        }
        out.println(count(report.artifacts().size()) + "; " + ByteSize.format(report.storedBytes()) + " stored in "
                + directory);
        return 0;
    }

    private static long percent(CachedArtifact artifact) {
        return artifact.pieces() == 0 ? 100 : 100L * artifact.piecesHeld() / artifact.pieces();
    }

    private static String shortened(@Nullable String version) {
        String text = version == null ? "-" : version;
        return text.length() <= 16 ? text : text.substring(0, 16);
    }

    private static String count(int artifacts) {
        return artifacts == 1 ? "1 artifact" : artifacts + " artifacts";
    }

    private int verify(Cache cache) throws InterruptedException {
        CacheReport report = cache.verify(targets, display());
        long bad = report.artifacts().stream()
                .mapToLong(artifact -> bad(artifact.checked()))
                .sum();
        if (json) {
            surroundings.out().println(Json.pretty(report));
        }
        if (bad > 0) {
            surroundings
                    .err()
                    .println("piecewise cache: " + bad
                            + " bad pieces were dropped; 'piecewise get' of the same fetches them again");
            return Kind.FAILED.exitCode();
        }
        return 0;
    }

    /** Each artifact on standard output when it is done, and how far it is on standard error. */
    private CacheListener display() {
        if (json) {
            return CacheListener.NONE;
        }
        ProgressLines lines = new ProgressLines(surroundings.err(), verbosity.style(surroundings), 1, System::nanoTime);
        return new CacheListener() {
            @Override
            public void checking(String artifact, long checkedBytes, long totalBytes) {
                lines.show(List.of("verifying    " + ProgressLines.bar(checkedBytes, totalBytes) + ", " + artifact));
            }

            @Override
            public void checked(CachedArtifact artifact) {
                lines.clear();
                if (!verbosity.quiet()) {
                    surroundings.out().println(found(artifact));
                    surroundings.out().flush();
                }
            }
        };
    }

    private static int bad(@Nullable Verification checked) {
        return checked == null ? 0 : checked.bad().size();
    }

    private static String found(CachedArtifact artifact) {
        Verification checked = artifact.checked();
        if (checked == null) {
            return artifact.label() + ": not checked";
        }
        String pieces = checked.bad().isEmpty()
                ? checked.checked() + " pieces are right"
                : checked.bad().size() + " of " + checked.checked() + " pieces are bad and were dropped: "
                        + runs(checked.bad());
        return artifact.label() + ": "
                + (checked.unchecked() == 0
                        ? pieces
                        : checked.unchecked() + " pieces cannot be checked, for their hashes are not known yet");
    }

    /** {@code 0-3, 7}, at most some of them. */
    private static String runs(List<Integer> pieces) {
        StringBuilder text = new StringBuilder();
        int runs = 0;
        for (int i = 0; i < pieces.size(); i++) {
            int first = pieces.get(i);
            int last = first;
            while (i + 1 < pieces.size() && pieces.get(i + 1) == last + 1) {
                last = pieces.get(++i);
            }
            text.append(text.length() == 0 ? "" : ", ").append(first == last ? "" + first : first + "-" + last);
            if (++runs == 10 && i + 1 < pieces.size()) {
                return text + ", ...";
            }
        }
        return text.toString();
    }

    private int removed(CacheReport report) {
        print(report);
        if (report.refused().isEmpty()) {
            return 0;
        }
        surroundings
                .err()
                .println("piecewise cache: " + report.refused().get(0).label()
                        + (report.refused().size() == 1 ? " is" : " and others are")
                        + " being fetched or read here, and kept; try again when that is done");
        return Kind.FAILED.exitCode();
    }

    private int collected(Cache cache) throws InterruptedException {
        long keepBytes = OptionValues.size("--keep", keep.orElse("0"));
        CacheReport report = cache.collect(keepBytes, dryRun);
        print(report);
        if (report.storedBytes() <= keepBytes) {
            return 0;
        }
        surroundings
                .err()
                .println("piecewise cache: " + ByteSize.format(report.storedBytes() - keepBytes)
                        + " more than --keep are still stored, for they are being fetched or sent; try again later");
        return Kind.FAILED.exitCode();
    }

    private void print(CacheReport report) {
        PrintStream out = surroundings.out();
        if (json) {
            out.println(Json.pretty(report));
            return;
        }
        if (verbosity.quiet()) {
            return;
        }
        String verb = dryRun ? "would remove " : "removed ";
        for (CachedArtifact artifact : report.artifacts()) {
            out.println(verb + artifact.id().substring(0, 12) + "  " + artifact.label() + " ("
                    + ByteSize.format(artifact.storedBytes())
                    + (artifact.publishedBytes() == 0
                            ? ""
                            : ", of which " + ByteSize.format(artifact.publishedBytes())
                                    + " stay where they were published")
                    + ")");
        }
        out.println((dryRun ? "would free " : "freed ") + ByteSize.format(report.freedBytes()) + " of "
                + count(report.artifacts().size()).toLowerCase(Locale.ROOT) + "; "
                + ByteSize.format(report.storedBytes()) + (dryRun ? " would stay" : " are stored now"));
    }
}
