package dev.piecewise.cli;

import dev.piecewise.client.NodeConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code piecewise exec}: the part of it before {@code --}. What follows is for the start script, which becomes that command
 * when this one has succeeded; it says by a system property that there is one.
 */
@Command(
        customSynopsis = "piecewise exec [OPTIONS] --file FILE -- COMMAND [ARGUMENT...]",
        description = {
            "",
            "Fetches all that FILE lists, as 'piecewise get --file' does, and then becomes COMMAND: the same process, with its exit "
                    + "code and its signals. If anything could not be fetched, COMMAND does not run, and the exit code says why.",
            "",
            "What was fetched is seeded on only if a node runs on this machine. Everything that 'exec' itself has to say goes to "
                    + "standard error; standard input and standard output are COMMAND's.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise exec -f requests.yaml -- python3 train.py --epochs 3",
            "  piecewise exec -f requests.yaml --tracker http://tracker:7070 -- /scratch/tools/run",
            ""
        })
final class ExecCommand implements Callable<Integer> {
    private static final String HAS_COMMAND = "piecewise.command";

    private final Surroundings surroundings;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            required = true,
            description = "Fetch all that this file lists (YAML); '-' is standard input.")
    private String file = "";

    @Mixin
    private UnpackLimitOptions unpackLimits = new UnpackLimitOptions();

    @Mixin
    private RequestsOptions requestsOptions = new RequestsOptions();

    @Mixin
    private TrackerOptions trackerOptions = new TrackerOptions();

    @Mixin
    private PeerOptions peerOptions = new PeerOptions();

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    @Spec
    private @Nullable CommandSpec spec;

    ExecCommand(Surroundings surroundings) {
        this.surroundings = surroundings.withOutToErr();
    }

    @Override
    public Integer call() {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        if (!Boolean.getBoolean(HAS_COMMAND)) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "there is no command to run; write it after '--': exec -f FILE -- COMMAND");
        }
        RequestsRun run = new RequestsRun(surroundings, verbosity, "exec", false);
        return run.of(file, unpackLimits.limits(), plan -> {
            NodeConfig config = peerOptions.node(surroundings, Optional.of(trackerOptions.tracker()), trackerOptions);
            return run.fetch(config, plan, requestsOptions.options(), Duration.ZERO, false);
        });
    }
}
