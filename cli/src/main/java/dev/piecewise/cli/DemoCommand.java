package dev.piecewise.cli;

import dev.piecewise.cli.demo.Demo;
import dev.piecewise.cli.demo.DemoPlan;
import dev.piecewise.cli.demo.DemoReport;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code piecewise demo}. */
@Command(
        description = {
            "",
            "Starts an S3 server in this process with one object of --size, one of 0 bytes and a prefix of 20 small files, and as "
                    + "processes of their own a tracker, a seeder and the nodes. All nodes ask at once for everything. At the end "
                    + "each file's SHA-256 is compared with its object's, and the bytes that S3 sent with the sizes of all objects: "
                    + "exit code 0 only if every file is right and the two numbers are equal. Nothing is left afterwards.",
            "",
            "The report's artifactBytes and originBytes cover everything that is asked for, as do the nodes' bytesFromPeers.",
            ""
        },
        footer = {
            "",
            "Environment:",
            "  TMPDIR  where the demo makes its directory; it needs (nodes + 2) times the size. Default: /tmp",
            "",
            "Examples:",
            "  piecewise demo",
            "  piecewise demo --nodes 8 --size 2GiB --report demo.json",
            "  piecewise demo --size 64MiB --keep",
            ""
        })
final class DemoCommand implements Callable<Integer> {
    private static final int MAX_NODES = 64;

    private final Surroundings surroundings;

    @Option(
            names = "--nodes",
            paramLabel = "COUNT",
            description = {"How many nodes.", "Default: 4"})
    private int nodes = 4;

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            description = {"Size of the big object, for example 64MiB, 3GiB or 1000000.", "Default: 512MiB"})
    private String size = "512MiB";

    @Option(
            names = "--piece-size",
            paramLabel = "SIZE",
            description = {
                "Length of a piece: a multiple of 16KiB up to 512MiB, or auto.",
                "Default: auto (a power of two, some 400 pieces)"
            })
    private String pieceSize = "auto";

    @Option(names = "--keep", description = "Leave all up until Ctrl-C, and print every URL and what to try next.")
    private boolean keep;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the result as JSON.")
    private Optional<Path> report = Optional.empty();

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        DemoPlan plan = plan();
        report.ifPresent(WholeFile::checkWritable);
        try (Lifetime lifetime = new Lifetime(surroundings)) {
            Demo demo = new Demo(
                    plan,
                    lifetime::own,
                    surroundings.out(),
                    surroundings.err(),
                    verbosity.style(surroundings),
                    System::nanoTime);
            DemoReport result = demo.run(keep);
            report.ifPresent(
                    file -> WholeFile.write(file, (Json.pretty(result) + "\n").getBytes(StandardCharsets.UTF_8)));
            if (keep) {
                lifetime.awaitEnd();
            }
            return result.proved() ? 0 : Kind.FAILED.exitCode();
        }
    }

    private DemoPlan plan() {
        if (nodes < 1 || nodes > MAX_NODES) {
            throw new ProcessFault(Kind.USAGE, "--nodes: a demo has 1 to " + MAX_NODES + " nodes, not " + nodes);
        }
        return new DemoPlan(
                nodes,
                OptionValues.size("--size", size),
                OptionValues.pieceSize(pieceSize),
                Path.of(surroundings.variable("TMPDIR").orElse(System.getProperty("java.io.tmpdir"))));
    }
}
