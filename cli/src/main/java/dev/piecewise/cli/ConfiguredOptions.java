package dev.piecewise.cli;

import dev.piecewise.cli.config.Configuration;
import dev.piecewise.cli.config.Setting;
import dev.piecewise.core.fault.ProcessFault;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Settings as options: what the environment and the configuration file say is added to a command line, unless it says so
 * itself. Commands only ever see options.
 */
final class ConfiguredOptions {
    private static final String CONFIG = "--config";

    private ConfiguredOptions() {}

    /** Adds the option that names the configuration file. */
    static void addTo(CommandSpec command) {
        command.addOption(OptionSpec.builder(CONFIG)
                .paramLabel("FILE")
                .arity("1")
                .type(String.class)
                .description(
                        "The configuration file; 'none' for none.",
                        "Default: $PIECEWISE_CONFIG, else the first piecewise.yaml in the working directory, in "
                                + "~/.config/piecewise ($XDG_CONFIG_HOME) or in /etc/piecewise")
                .build());
    }

    /**
     * The command line with the settings that it leaves open.
     *
     * @param root has the wanted command with all its options
     * @throws ProcessFault with all that is wrong with the settings, one problem a line
     */
    static String[] added(Surroundings surroundings, CommandLine root, Subcommand wanted, String... args) {
        ParseResult parsed;
        try {
            parsed = root.parseArgs(args).subcommand();
        } catch (ParameterException e) {
            // It is wrong whatever the settings are: running it says how.
            return args;
        }
        if (parsed.isUsageHelpRequested()) {
            return args;
        }
        Configuration configuration =
                surroundings.configuration(Optional.ofNullable(parsed.matchedOptionValue(CONFIG, null)));
        if (parsed.commandSpec().userObject() instanceof UsesProfiles user) {
            user.profiles(configuration.profiles());
        }
        List<String> options = configuration.options(
                wanted.word(),
                option -> parsed.commandSpec().findOption(option) != null && !parsed.hasMatchedOption(option));
        // They go first: what follows "--" is no option.
        return Stream.of(
                        Stream.of(wanted.word()),
                        options.stream(),
                        Arrays.stream(args).skip(1))
                .flatMap(part -> part)
                .toArray(String[]::new);
    }

    /** For each setting, the option of each command that has it. */
    static Map<Setting, Map<Subcommand, OptionSpec>> bySetting(Surroundings surroundings) {
        Map<Setting, Map<Subcommand, OptionSpec>> found = new LinkedHashMap<>();
        Setting.ALL.forEach(setting -> found.put(setting, new LinkedHashMap<>()));
        for (Subcommand subcommand : Subcommand.values()) {
            if (subcommand.isConfigured()) {
                CommandLine command = new CommandLine(subcommand.in(surroundings));
                for (OptionSpec option : command.getCommandSpec().options()) {
                    Setting.of(subcommand.word(), option.longestName())
                            .ifPresent(setting -> Optional.ofNullable(found.get(setting))
                                    .ifPresent(options -> options.put(subcommand, option)));
                }
            }
        }
        return found;
    }
}
