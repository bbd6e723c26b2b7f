package dev.piecewise.cli;

import dev.piecewise.cli.config.Configuration;
import dev.piecewise.cli.demo.Demo;
import dev.piecewise.cli.demo.DemoPlan;
import dev.piecewise.cli.demo.DemoStage;
import dev.piecewise.cli.demo.Proof;
import dev.piecewise.cli.demo.Trial;
import dev.piecewise.cli.demo.TrialPlan;
import dev.piecewise.client.request.DownloadPlan;
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
            "With --requests FILE the nodes ask for what a request file of your own names, from the origins of your own "
                    + "configuration and AWS environment (which the demo heeds for nothing else). Each node has a directory that "
                    + "stands for its file system: what belongs at /data/x is put at DIRECTORY/node-1/files/data/x. Before anything "
                    + "is read, all is looked up and compared with the free space. At the end: what failed, whether all nodes have "
                    + "the same files, and what was read from the origins by the tracker's ledgers.",
            "",
            "The report's artifactBytes and originBytes cover everything that is asked for, as do the nodes' bytesFromPeers.",
            ""
        },
        footer = {
            "",
            "Environment:",
            "  TMPDIR  where the demo makes its directory; it needs (nodes + 2) times the size, with --requests (2 * nodes + 1) "
                    + "times. Default: /tmp",
            "",
            "Examples:",
            "  piecewise demo",
            "  piecewise demo --nodes 8 --size 2GiB --report demo.json",
            "  piecewise demo --size 64MiB --keep",
            "  piecewise demo --requests samples/requests.yaml --local-s3",
            "  piecewise demo --requests pipeline.yaml --nodes 8 --keep",
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

    @Option(
            names = "--requests",
            paramLabel = "FILE",
            description = {
                "Try this file of requests, as 'piecewise get -f' takes it.",
                "Default: the demo's own objects"
            })
    private Optional<Path> requests = Optional.empty();

    @Option(
            names = "--local-s3",
            description = {
                "The file's objects are those of the demo's own S3 server: s3://demo/model.bin (of --size), empty.bin, "
                        + "dataset/ and tools.zip.",
                "Default: they come from where the configuration says"
            })
    private boolean localS3;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {
                "With --requests: the configuration file whose profiles are used; 'none' for none.",
                "Default: as of other commands"
            })
    private Optional<String> config = Optional.empty();

    @Option(names = "--keep", description = "Leave all up until Ctrl-C, and print every URL and what to try next.")
    private boolean keep;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the result as JSON.")
    private Optional<Path> report = Optional.empty();

    @Mixin
    private VerbosityOptions verbosity = new VerbosityOptions();

    private interface Show {
        Proof on(DemoStage stage) throws InterruptedException;
    }

    DemoCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws InterruptedException {
        Logging.configure(verbosity, Logging.Kind.ENDS);
        checkNodes();
        return requests.isPresent() ? tryOut(requests.get()) : prove();
    }

    private int tryOut(Path file) throws InterruptedException {
        Configuration configured = localS3 ? Configuration.empty() : surroundings.configuration(config);
        TrialPlan plan = new TrialPlan(
                nodes,
                DownloadPlan.read(file),
                OptionValues.pieceSize(pieceSize),
                configured.profiles(),
                OriginLimitOptions.of(configured),
                localS3 ? TrialPlan.OriginKind.OWN : TrialPlan.OriginKind.CONFIGURED,
                OptionValues.size("--size", size),
                temporary());
        return show(stage -> new Trial(plan, stage).run(keep));
    }

    private int show(Show show) throws InterruptedException {
        report.ifPresent(WholeFile::checkWritable);
        try (Lifetime lifetime = new Lifetime(surroundings)) {
            Proof proof = show.on(new DemoStage(
                    lifetime::own,
                    surroundings.out(),
                    surroundings.err(),
                    verbosity.style(surroundings),
                    System::nanoTime));
            report.ifPresent(
                    file -> WholeFile.write(file, (Json.pretty(proof) + "\n").getBytes(StandardCharsets.UTF_8)));
            if (keep) {
                lifetime.awaitEnd();
            }
            return proof.proved() ? 0 : Kind.FAILED.exitCode();
        }
    }

    private int prove() throws InterruptedException {
        if (localS3 || config.isPresent()) {
            throw new ProcessFault(
                    Kind.USAGE,
                    (localS3 ? "--local-s3" : "--config") + " means nothing without --requests FILE; add it");
        }
        DemoPlan plan = plan();
        return show(stage -> new Demo(plan, stage).run(keep));
    }

    private void checkNodes() {
        if (nodes < 1 || nodes > MAX_NODES) {
            throw new ProcessFault(Kind.USAGE, "--nodes: a demo has 1 to " + MAX_NODES + " nodes, not " + nodes);
        }
    }

    private Path temporary() {
        return Path.of(surroundings.variable("TMPDIR").orElse(System.getProperty("java.io.tmpdir")));
    }

    private DemoPlan plan() {
        return new DemoPlan(nodes, OptionValues.size("--size", size), OptionValues.pieceSize(pieceSize), temporary());
    }
}
