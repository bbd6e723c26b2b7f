package dev.piecewise.cli;

import dev.piecewise.cli.config.Configuration;
import dev.piecewise.cli.config.SampleFile;
import dev.piecewise.cli.config.Setting;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code piecewise config}. */
@Command(
        description = {
            "",
            "'init' writes a sample of the configuration file: every setting, explained, with its default. 'show' prints every "
                    + "setting with the value in force and where it comes from; secrets as ***.",
            "",
            "What counts: the command line, else the environment (PIECEWISE_ and the key in capitals, for example "
                    + "PIECEWISE_GET_LINGER for get.linger; 'show' names those that differ by their source), else the file, else "
                    + "the default. One file is read: --config, PIECEWISE_CONFIG, or the first piecewise.yaml in the working "
                    + "directory, in $XDG_CONFIG_HOME/piecewise (~/.config/piecewise) or in /etc/piecewise. Relative paths in it "
                    + "are relative to it.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  piecewise config init",
            "  piecewise config init /etc/piecewise/piecewise.yaml",
            "  piecewise config show",
            ""
        })
final class ConfigCommand implements Callable<Integer> {
    /** What to do. */
    enum Action {
        INIT,
        SHOW
    }

    private final Surroundings surroundings;

    @Parameters(index = "0", paramLabel = "init|show", description = "What to do.")
    private Action action = Action.SHOW;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "Of init: the file to write, or - for standard output. Default: piecewise.yaml")
    private Optional<String> file = Optional.empty();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {"Of show: the configuration file; 'none' for none.", "Default: the one that commands find"})
    private Optional<String> config = Optional.empty();

    @Option(names = "--json", description = "Of show: print JSON.")
    private boolean json;

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    ConfigCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        int exitCode =
                switch (action) {
                    case INIT -> init();
                    case SHOW -> show();
                };
        surroundings.out().flush();
        return exitCode;
    }

    private int init() {
        String sample = sample(surroundings);
        if (file.equals(Optional.of("-"))) {
            surroundings.out().print(sample);
            return 0;
        }
        Path path = Path.of(file.orElse(Configuration.FILE_NAME));
        if (Files.exists(path)) {
            throw new ProcessFault(
                    Kind.USAGE, path + " exists already; name another file, or - to see the sample on standard output");
        }
        WholeFile.checkWritable(path);
        WholeFile.write(path, sample.getBytes(StandardCharsets.UTF_8));
        if (!verbosity.quiet()) {
            surroundings.out().println("wrote " + path + "; it says what is so anyway: remove a '#' to change a value");
        }
        return 0;
    }

    /** The sample file, in which each setting is explained in the words of its option. */
    static String sample(Surroundings surroundings) {
        Map<Setting, Map<Subcommand, OptionSpec>> options = ConfiguredOptions.bySetting(surroundings);
        return SampleFile.text(setting -> Optional.ofNullable(options.get(setting)).stream()
                .flatMap(commands -> commands.values().stream())
                .findFirst()
                .map(option -> List.of(option.description()))
                .orElse(List.of()));
    }

    private int show() {
        if (file.isPresent()) {
            throw new ProcessFault(Kind.USAGE, "'show' takes its file by --config " + file.get());
        }
        Configuration configuration;
        try {
            configuration = surroundings.configuration(config);
        } catch (ProcessFault fault) {
            return CommandTree.problems(surroundings, "piecewise config", fault);
        }
        List<Configuration.Effective> settings = configuration.effective();
        PrintStream out = surroundings.out();
        if (json) {
            out.println(Json.pretty(new Shown(file(configuration), settings)));
            return 0;
        }
        out.println("configuration file: " + file(configuration));
        int key = width(settings.stream().map(Configuration.Effective::key));
        int value = width(settings.stream().map(Configuration.Effective::value));
        for (Configuration.Effective setting : settings) {
            out.printf("%-" + key + "s  %-" + value + "s  %s%n", setting.key(), setting.value(), setting.source());
        }
        return 0;
    }

    /** What {@code show --json} prints. */
    private record Shown(String file, List<Configuration.Effective> settings) {}

    private static String file(Configuration configuration) {
        return configuration.file().map(Path::toString).orElse(Configuration.NO_FILE);
    }

    private static int width(Stream<String> texts) {
        return texts.mapToInt(String::length).max().orElse(1);
    }
}
