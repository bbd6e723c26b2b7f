package dev.piecewise.cli;

import dev.piecewise.cli.progress.ProgressLines;
import picocli.CommandLine.Option;

/** How much a command says on standard error. */
final class VerbosityOptions {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Print this page.")
    private boolean help;

    @Option(names = "--verbose", description = "Also print warnings of libraries, and stack traces of failures.")
    private boolean verbose;

    @Option(names = "--quiet", description = "No progress; results and failures only.")
    private boolean quiet;

    boolean verbose() {
        return verbose;
    }

    boolean quiet() {
        return quiet;
    }

    /** How progress is shown. */
    ProgressLines.Style style(Surroundings surroundings) {
        if (quiet) {
            return ProgressLines.Style.NONE;
        }
        return surroundings.terminal() ? ProgressLines.Style.TERMINAL : ProgressLines.Style.LINES;
    }

    /** Whether the help page is all that is wanted. */
    boolean help() {
        return help;
    }
}
