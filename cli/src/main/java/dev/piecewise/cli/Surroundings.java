package dev.piecewise.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * What a command may touch of the process that runs it; tests bring their own.
 *
 * @param environment environment variables
 * @param terminal whether {@code err} is a terminal, on which a line may be redrawn
 * @param exit ends the process with an exit code, after the shutdown hooks
 * @param halt ends the process with an exit code at once, when the shutdown hooks hang
 */
record Surroundings(
        Map<String, String> environment,
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean terminal,
        IntConsumer exit,
        IntConsumer halt) {
    Surroundings {
        environment = Map.copyOf(environment);
    }

    /** The process itself; the start script says whether standard error is a terminal. */
    static Surroundings ofProcess(IntConsumer exit, IntConsumer halt) {
        return new Surroundings(
                System.getenv(),
                System.in,
                System.out,
                System.err,
                Boolean.getBoolean("piecewise.terminal"),
                exit,
                halt);
    }

    /** A variable's value; an empty one counts as not set. */
    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    /** Where this user's files of a kind belong (XDG Base Directory Specification). */
    Path userDirectory(String variable, String belowHome) {
        return variable(variable)
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElseGet(() -> Path.of(System.getProperty("user.home")).resolve(belowHome))
                .resolve("piecewise");
    }
}
