package dev.piecewise.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Placeholder. */
@Command
final class DemoCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        Logging.configure(verbosity);
        throw new UnsupportedOperationException(surroundings.toString());
    }
}
