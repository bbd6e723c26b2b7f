package dev.piecewise.cli;

import dev.piecewise.cli.progress.FetchText;
import dev.piecewise.cli.progress.ProgressLines;
import dev.piecewise.client.DownloadOptions;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.FetchSource;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.request.Destination;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.nio.file.InvalidPathException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code piecewise get}. */
@Command(
        customSynopsis = {"piecewise get [OPTIONS] URI DEST", "piecewise get [OPTIONS] --file FILE"},
        description = {
            "",
            "Asks the tracker for the object, or for all keys below a prefix, joins the swarm, verifies every piece and puts the "
                    + "file, or the tree, at DEST: complete, or not at all. If a node (or another get) of this machine owns the data directory, that one fetches and this one "
                    + "publishes; otherwise this process fetches, and may stay for others with --linger.",
            "",
            "A prefix (s3://bucket/prefix/, with its slash) becomes the directory DEST: its keys, less the prefix, are the files "
                    + "below. If DEST is there already, equal files are left, absent ones added, and what does not belong to the "
                    + "prefix is left alone; symbolic links below DEST are never followed.",
            "",
            "A magnet link (magnet:?xt=urn:btih:...&tr=...) needs no tracker of its own: what it stands for comes from the peers that "
                    + "its trackers name, is verified, and goes to DEST like an object or a prefix.",
            "",
            "With --unpack, what an archive (tar, tar.gz, zip) holds becomes the directory DEST, which appears whole and belongs to "
                    + "Piecewise: the next version takes its place. Of a prefix each archive has a directory in it. Once unpacked, the archive is neither read nor fetched again.",
            "",
            "With --file, all that the file lists is fetched side by side: objects, prefixes with patterns of what to include, "
                    + "archives to unpack. A request that fails stops no other; the exit code is 0 only if all succeeded.",
            "",
            "Files at DEST are hard links to the data directory where possible, with mode 0444; else copies.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise get s3://models/llm.bin llm.bin",
            "  piecewise get s3://models/llama/ /scratch/llama",
            "  piecewise get s3://models/tools.tar.gz /scratch/tools --unpack",
            "  piecewise get -f requests.yaml",
            "  piecewise get s3://models/llm.bin /scratch/ --tracker http://tracker:7070 --linger 10m",
            "  piecewise get 'magnet:?xt=urn:btih:...&tr=http%%3A%%2F%%2Ftracker%%3A7070%%2Fannounce' llm.bin",
            ""
        })
final class GetCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "URI",
            description = {
                "The object s3://bucket/key or the prefix s3://bucket/prefix/, taken literally, never decoded;",
                "or a magnet link with an infohash (v1) and an http or https tracker, in quotes."
            })
    private @Nullable String uri;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "DEST",
            description = {
                "The exact path; with a trailing slash, or if it is a directory, an object goes into it.",
                "Of a prefix: the directory that has its files, there already or not."
            })
    private @Nullable String destination;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = {
                "Instead of URI and DEST: fetch all that this file lists (YAML), side by side; '-' is standard input.",
                "Default: none"
            })
    private @Nullable String file;

    @Option(
            names = "--dry-run",
            description = {
                "With --file: only say what each request would fetch, and what is up to date. Files are only read with --verify.",
                "Default: fetch"
            })
    private boolean dryRun;

    @Option(
            names = "--linger",
            paramLabel = "DURATION",
            description = {
                "Seed for others for so long after the file is ready (10m, 2h); no effect where a node seeds.",
                "Default: 0"
            })
    private String linger = "0";

    @Mixin
    private UnpackOptions unpackOptions = new UnpackOptions();

    @Mixin
    private RequestsOptions requestsOptions = new RequestsOptions();

    @Mixin
    private TrackerOptions trackerOptions = new TrackerOptions();

    @Mixin
    private PeerOptions peerOptions = new PeerOptions();

    @Option(
            names = "--json",
            description = {
                "Print events as JSON, one a line: \"progress\", then \"ready\" or \"failed\".",
                "Sizes are in bytes; \"failed\" carries exitCode and message."
            })
    private boolean json;

    @Option(names = "--exit-with-stdin", hidden = true)
    private boolean exitWithStdin;

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    @Spec
    private @Nullable CommandSpec spec;

    GetCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        Duration stay = OptionValues.duration("--linger", linger);
        String listed = file;
        if (listed == null) {
            return one(request(), stay);
        }
        checkNothingElseIsAsked();
        RequestsRun run = new RequestsRun(surroundings, verbosity, "get", json);
        return run.of(listed, unpackOptions.limits(), plan -> {
            DownloadOptions options = requestsOptions.options();
            NodeConfig config = peerOptions.node(surroundings, Optional.of(trackerOptions.tracker()), trackerOptions);
            return dryRun ? run.preview(config, plan, options) : run.fetch(config, plan, options, stay, exitWithStdin);
        });
    }

    private ParameterException wrong(String problem) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), problem);
    }

    private void checkNothingElseIsAsked() {
        if (uri != null) {
            throw wrong("'" + uri + "' stands beside --file; write one or the other");
        } else if (unpackOptions.unpack().isPresent()) {
            throw wrong("--unpack stands beside --file; write 'unpack' in the file instead");
        }
    }

    private int one(FetchRequest request, Duration stay) {
        boolean magnet = request.source() instanceof FetchSource.Magnet;
        NodeConfig config = peerOptions.node(
                surroundings, magnet ? trackerOptions.named() : Optional.of(trackerOptions.tracker()), trackerOptions);
        try (Lifetime lifetime = new Lifetime(surroundings)) {
            if (exitWithStdin) {
                lifetime.endWithStandardInput();
            }
            Interruption interruption = lifetime.own(new Interruption(lifetime));
            Piecewise piecewise = lifetime.own(Piecewise.open(config));
            FetchDisplay display = new FetchDisplay(
                    surroundings,
                    json ? ProgressLines.Style.NONE : verbosity.style(surroundings),
                    json,
                    System::nanoTime);
            AtomicReference<@Nullable FetchProgress> last = new AtomicReference<>();
            FetchOutcome outcome = piecewise.fetch(request, progress -> {
                last.set(progress);
                display.progress(progress);
            });
            display.clear();
            if (lifetime.ending()) {
                if (outcome instanceof FetchOutcome.Complete) {
                    report(outcome); // the signal came too late
                } else {
                    interrupted(last.get(), config);
                }
                interruption.told();
                return PiecewiseFault.Kind.FAILED.exitCode();
            }
            report(outcome);
            interruption.told();
            if (outcome instanceof FetchOutcome.Complete && piecewise.seeds() && !stay.isZero()) {
                if (!json && !verbosity.quiet()) {
                    surroundings.out().println("seeding for others for " + linger + "; Ctrl-C ends it");
                    surroundings.out().flush();
                }
                piecewise.linger(stay);
            }
            return outcome.exitCode();
        } catch (PiecewiseFault fault) {
            if (json) {
                failed(fault.kind().exitCode(), String.valueOf(fault.getMessage()));
            }
            throw fault;
        }
    }

    private void interrupted(@Nullable FetchProgress last, NodeConfig config) {
        if (!json && !verbosity.quiet()) {
            String kept = last == null || last.piecesHeld() == 0
                    ? ""
                    : "; " + last.piecesHeld() + " of " + last.pieceCount() + " pieces are kept in " + config.data()
                            + ", and the same command goes on from there";
            surroundings.err().println("piecewise get: interrupted" + kept);
        }
    }

    private FetchRequest request() {
        if (uri == null || destination == null) {
            throw wrong(
                    (uri == null ? "Missing required parameters: 'URI', 'DEST'" : "Missing required parameter: 'DEST'")
                            + ", or a list of requests: --file FILE");
        } else if (dryRun) {
            throw wrong("--dry-run is for a list of requests: --file FILE");
        }
        DownloadOptions options = requestsOptions.options();
        try {
            FetchRequest request = FetchRequest.of(OptionValues.source(uri), Destination.parse(destination))
                    .withReplace(options.replace())
                    .withVerify(options.verify())
                    .withStallTimeout(options.stallTimeout());
            request = options.pieceLength().map(request::withPieceLength).orElse(request);
            request = options.profile().map(request::withProfile).orElse(request);
            return unpackOptions.unpack().map(request::withUnpack).orElse(request);
        } catch (InvalidPathException e) {
            throw new ProcessFault(Kind.USAGE, "DEST '" + destination + "' is not a path: " + e.getReason(), e);
        }
    }

    private void report(FetchOutcome outcome) {
        if (outcome instanceof FetchOutcome.Complete complete) {
            complete(complete);
            return;
        }
        String message = FetchText.message(outcome);
        if (json) {
            failed(outcome.exitCode(), message);
        }
        surroundings.err().println("piecewise get: " + message);
    }

    private void complete(FetchOutcome.Complete complete) {
        if (json) {
            surroundings.out().println(Json.event("ready", FetchEvents.ready(complete)));
        } else {
            surroundings
                    .out()
                    .println("ready: " + complete.path()
                            + (verbosity.quiet() ? "" : " (" + FetchText.summary(complete) + ")"));
        }
        surroundings.out().flush();
    }

    private void failed(int exitCode, String message) {
        surroundings.out().println(Json.event("failed", FetchEvents.failed(exitCode, message)));
        surroundings.out().flush();
    }
}
