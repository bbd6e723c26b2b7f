package dev.piecewise.cli;

import dev.piecewise.cli.config.Configuration;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.tracker.lease.OriginBudget;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What a tracker allows all seeders together. */
final class OriginLimitOptions {
    private static final String READS = "--max-origin-reads";
    private static final String RATE = "--max-origin-rate";
    private static final String TRACKER = "tracker";

    @Option(
            names = READS,
            paramLabel = "COUNT",
            description = {"How many reads of origins to allow at once, all seeders together.", "Default: 100"})
    private int reads = 100;

    @Option(
            names = RATE,
            paramLabel = "RATE",
            description = {
                "Let all seeders together read no faster than this from origins: bytes (1GiB/s) or bits (8Gbit/s).",
                "Default: unlimited"
            })
    private String rate = "unlimited";

    /** Those of a configured tracker. */
    static OriginBudget.Limits of(Configuration configuration) {
        List<String> said = configuration.options(TRACKER, List.of(READS, RATE)::contains);
        return CommandLine.populateCommand(new OriginLimitOptions(), said.toArray(String[]::new))
                .limits();
    }

    OriginBudget.Limits limits() {
        if (reads < 1) {
            throw new ProcessFault(
                    Kind.USAGE, READS + ": origins are not read by " + reads + " reads; allow 1 or more");
        }
        return new OriginBudget.Limits(reads, OptionValues.rate(RATE, rate));
    }
}
