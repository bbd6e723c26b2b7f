package dev.piecewise.cli;

import dev.piecewise.cli.config.Configuration;
import dev.piecewise.core.fault.ProcessFault;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * What a command may touch of the process that runs it; tests bring their own.
 *
 * @param environment environment variables
 * @param configDirectories where the configuration file is looked for, in this order
 * @param terminal whether {@code err} is a terminal, on which a line may be redrawn
 * @param screen whether {@code out} is a terminal
 * @param rows how many lines the terminal shows
 * @param exit ends the process with an exit code, after the shutdown hooks
 * @param halt ends the process with an exit code at once, when the shutdown hooks hang
 */
record Surroundings(
        Map<String, String> environment,
        List<Path> configDirectories,
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean terminal,
        boolean screen,
        int rows,
        IntConsumer exit,
        IntConsumer halt) {
    private static final int USUAL_ROWS = 24;
    private static final int MIN_ROWS = 4;

    Surroundings {
        environment = Map.copyOf(environment);
        configDirectories = List.copyOf(configDirectories);
    }

    /** With a terminal of usual size at both {@code out} and {@code err}, or at neither. */
    Surroundings(
            Map<String, String> environment,
            List<Path> configDirectories,
            InputStream in,
            PrintStream out,
            PrintStream err,
            boolean terminal,
            IntConsumer exit,
            IntConsumer halt) {
        this(environment, configDirectories, in, out, err, terminal, terminal, USUAL_ROWS, exit, halt);
    }

    /** The process itself; the start script says what is a terminal, and how high. */
    static Surroundings ofProcess(IntConsumer exit, IntConsumer halt) {
        return new Surroundings(
                System.getenv(),
                List.of(
                        Path.of(""),
                        userDirectory(Optional.ofNullable(System.getenv("XDG_CONFIG_HOME")), ".config"),
                        Path.of("/etc/piecewise")),
                System.in,
                System.out,
                System.err,
                Boolean.getBoolean("piecewise.terminal"),
                Boolean.getBoolean("piecewise.screen"),
                rows(Integer.getInteger("piecewise.rows", 0)),
                exit,
                halt);
    }

    /** A terminal that does not tell its size says 0. */
    private static int rows(int told) {
        return told < MIN_ROWS ? USUAL_ROWS : told;
    }

    /** The same, but whatever is printed goes to standard error: standard output is another command's. */
    Surroundings withOutToErr() {
        return new Surroundings(environment, configDirectories, in, err, err, terminal, terminal, rows, exit, halt);
    }

    /** A variable's value; an empty one counts as not set. */
    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /**
     * The environment's and the file's settings.
     *
     * @param named the file, where {@code --config} names one
     * @throws ProcessFault with all that is wrong, one problem a line
     */
    Configuration configuration(Optional<String> named) {
        return Configuration.load(named, this::variable, configDirectories);
    }

    /** Where this user's files of a kind belong (XDG Base Directory Specification). */
    Path userDirectory(String variable, String belowHome) {
        return userDirectory(variable(variable), belowHome);
    }

    private static Path userDirectory(Optional<String> named, String belowHome) {
        return named.map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> Path.of(System.getProperty("user.home")).resolve(belowHome))
                .resolve("piecewise");
    }
}
