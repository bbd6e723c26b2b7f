package dev.piecewise.cli;

import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.ProcessFault;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Builds the command line, runs the command that was asked for and turns whatever it throws into one line and a code. */
final class CommandTree {
    private static final int USAGE = PiecewiseFault.Kind.USAGE.exitCode();
    private static final int FAILED = PiecewiseFault.Kind.FAILED.exitCode();

    /** What every help page ends with. */
    static final String EXIT_CODES =
            """
            Exit codes:
              0  ok
              1  failed: it was tried and did not work; a retry may
              2  usage: the command line is wrong
              3  not found: the object, artifact or bucket does not exist
              4  denied: refused by S3, by the tracker's --allow or for want of a token
              5  stalled: nothing moved for longer than --stall-timeout
            """;

    @Command(
            name = "piecewise",
            description = "Big files to every node of a cluster: each piece leaves S3 once, the rest is BitTorrent.",
            synopsisSubcommandLabel = "COMMAND",
            footer = {
                "",
                "Begin with 'piecewise demo'. 'piecewise COMMAND --help' says all about a command.",
                "",
                "What an option does not say is taken from the environment, then from the configuration file, piecewise.yaml in "
                        + "the working directory, in ~/.config/piecewise or in /etc/piecewise; see 'piecewise config --help'.",
                "",
                "Environment of every command:",
                "  PIECEWISE_TRACKER    the tracker's URL, where --tracker is not given",
                "  PIECEWISE_DATA       the data directory, where --data is not given",
                "  PIECEWISE_TOKEN      the token, where --token-file is not given",
                "  PIECEWISE_CONFIG     the configuration file, where --config is not given",
                "  PIECEWISE_JAVA_OPTS  more options for the JVM, for example -Xmx1g",
                "  JAVA_HOME            the Java to run on (17 or later)",
                ""
            })
    private static final class Root {}

    private CommandTree() {}

    /** Runs a command line; never throws, except for a bug in the handling itself. */
    static int execute(Surroundings surroundings, String... args) {
        Optional<Subcommand> wanted = args.length == 0 ? Optional.empty() : Subcommand.of(args[0]);
        CommandLine root = build(surroundings, wanted);
        if (args.length == 0) {
            root.usage(surroundings.err());
            return USAGE;
        }
        if (wanted.isEmpty() && !args[0].startsWith("-")) {
            surroundings.err().println("piecewise: there is no command '" + args[0] + "'; see 'piecewise --help'");
            return USAGE;
        }
        String[] configured = args;
        if (wanted.filter(Subcommand::isConfigured).isPresent()) {
            try {
                configured = ConfiguredOptions.added(surroundings, root, wanted.get(), args);
            } catch (ProcessFault fault) {
                return problems(surroundings, "piecewise " + wanted.get().word(), fault);
            }
        }
        root.setParameterExceptionHandler((fault, rejected) -> usage(surroundings, fault));
        root.setExecutionExceptionHandler((fault, command, parsed) -> failure(surroundings, fault, command));
        return root.execute(configured);
    }

    /** The page of {@code piecewise --help}. */
    static String help() {
        return page(build(documented(), Optional.empty()));
    }

    /** The page of {@code piecewise COMMAND --help}. */
    static String help(Subcommand subcommand) {
        CommandLine root = build(documented(), Optional.of(subcommand));
        return page(Objects.requireNonNull(root.getSubcommands().get(subcommand.word())));
    }

    private static String page(CommandLine command) {
        return command.getUsageMessage(Ansi.OFF) + EXIT_CODES;
    }

    private static Surroundings documented() {
        return new Surroundings(Map.of(), List.of(), System.in, System.out, System.err, false, code -> {}, code -> {});
    }

    /** All commands by name; only the one that is wanted with its options. */
    private static CommandLine build(Surroundings surroundings, Optional<Subcommand> wanted) {
        CommandLine root = new CommandLine(new Root());
        for (Subcommand subcommand : Subcommand.values()) {
            CommandLine command = wanted.filter(subcommand::equals).isPresent()
                    ? new CommandLine(subcommand.in(surroundings))
                    : new CommandLine(CommandSpec.create());
            command.getCommandSpec().usageMessage().header(subcommand.summary());
            if (subcommand.isConfigured() && wanted.equals(Optional.of(subcommand))) {
                ConfiguredOptions.addTo(command.getCommandSpec());
            }
            root.addSubcommand(subcommand.word(), command);
        }
        root.setUsageHelpWidth(100);
        root.setUsageHelpLongOptionsMaxWidth(34);
        root.setCaseInsensitiveEnumValuesAllowed(true);
        root.setOut(new PrintWriter(surroundings.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(surroundings.err(), true, StandardCharsets.UTF_8));
        return root;
    }

    /** Prints what is wrong with the settings, one problem a line. */
    static int problems(Surroundings surroundings, String name, ProcessFault fault) {
        String.valueOf(fault.getMessage())
                .lines()
                .forEach(problem -> surroundings.err().println(name + ": " + problem));
        return fault.kind().exitCode();
    }

    private static int usage(Surroundings surroundings, ParameterException fault) {
        String command = fault.getCommandLine().getCommandSpec().qualifiedName();
        String problem = fault instanceof UnmatchedArgumentException unmatched ? unmatched(unmatched) : oneLine(fault);
        surroundings.err().println(command + ": " + problem + "; see '" + command + " --help'");
        return USAGE;
    }

    private static String unmatched(UnmatchedArgumentException fault) {
        String first = fault.getUnmatched().get(0);
        if (!fault.isUnknownOption()) {
            return "'" + first + "' is one argument too many";
        }
        String guess = fault.getSuggestions().isEmpty()
                ? ""
                : ", did you mean " + fault.getSuggestions().get(0) + "?";
        return "unknown option '" + first + "'" + guess;
    }

    private static int failure(Surroundings surroundings, Exception fault, CommandLine command) {
        boolean verbose = Arrays.asList(command.getParseResult().originalArgs().toArray(new String[0]))
                .contains("--verbose");
        String name = command.getCommandSpec().qualifiedName();
        int code = FAILED;
        if (fault instanceof PiecewiseFault known) {
            code = known.kind().exitCode();
            surroundings.err().println(name + ": " + oneLine(known));
        } else {
            String hint = verbose ? "" : "; run it again with --verbose for the details";
            surroundings
                    .err()
                    .println(name + ": internal error, " + fault.getClass().getSimpleName() + " (" + oneLine(fault)
                            + ")" + hint);
        }
        if (verbose) {
            fault.printStackTrace(surroundings.err());
        }
        return code;
    }

    private static String oneLine(Exception fault) {
        String message = fault.getMessage();
        return message == null ? "no message" : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
