package dev.piecewise.bench;

import dev.piecewise.bench.bound.BoundCommand;
import dev.piecewise.bench.bound.NodesMain;
import dev.piecewise.bench.crowd.CrowdCommand;
import dev.piecewise.bench.engine.EngineCommand;
import dev.piecewise.bench.engine.EngineNodeMain;
import dev.piecewise.bench.engine.FloorNodeMain;
import dev.piecewise.bench.ingest.IngestCommand;
import dev.piecewise.bench.simulate.SimulateCommand;
import dev.piecewise.bench.small.SmallCommand;
import dev.piecewise.bench.tracker.TrackerCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bench/run}: one command a measurement. */
@Command(
        name = "bench/run",
        mixinStandardHelpOptions = true,
        description = "Measures Piecewise beside other programs; docs/performance.md says what the numbers mean.",
        subcommands = {
            BoundCommand.class,
            CrowdCommand.class,
            EngineCommand.class,
            EngineNodeMain.class,
            FloorNodeMain.class,
            IngestCommand.class,
            NodesMain.class,
            SimulateCommand.class,
            SmallCommand.class,
            TrackerCommand.class,
            S3Main.class
        })
public final class BenchMain {
    private BenchMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }
}
