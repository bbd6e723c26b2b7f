package dev.piecewise.bench.simulate;

import dev.piecewise.bench.Report;
import dev.piecewise.bench.Table;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.peer.schedule.Neighbourhood;
import dev.piecewise.trackerclient.api.Ingest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench/run simulate}. */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = {
            "How long a cold artifact takes to all nodes in simulated time, as a multiple of the discrete bound"
                    + " F/c (1 + floor(log2 N)/pieces): the real classes that choose pieces, peers and leases above links that are"
                    + " only numbers.",
            "Needs no network and no root. 10,000 nodes need some minutes and 4 GiB."
        })
public final class SimulateCommand implements Callable<Integer> {
    @Option(
            names = "--nodes",
            split = ",",
            description = "Several numbers are simulated in turn. Default: ${DEFAULT-VALUE}",
            defaultValue = "10,100,1000")
    private List<Integer> nodes = List.of();

    @Option(names = "--pieces", description = "Default: ${DEFAULT-VALUE}", defaultValue = "400")
    private int pieces;

    @Option(names = "--piece-size", description = "Default: ${DEFAULT-VALUE}", defaultValue = "1MiB")
    private String pieceSize = "";

    @Option(names = "--mbit", description = "Of each node, both ways. Default: ${DEFAULT-VALUE}", defaultValue = "100")
    private int mbit;

    @Option(names = "--s3-mbit", description = "Default: ${DEFAULT-VALUE}", defaultValue = "1000")
    private int s3Mbit;

    @Option(
            names = "--s3-connection-mbit",
            description =
                    "Of one connection to S3, of which a seeder has eight and a node that reads two; 0 for no limit."
                            + " Default: ${DEFAULT-VALUE}",
            defaultValue = "0")
    private int s3ConnectionMbit;

    @Option(
            names = "--ingest",
            description = "AUTO: nodes read S3, too, when the tracker chooses them; NEVER. Default: ${DEFAULT-VALUE}",
            defaultValue = "NEVER")
    private Ingest ingest = Ingest.NEVER;

    @Option(names = "--no-seeder", description = "Nobody reads S3 but nodes; with --ingest AUTO.")
    private boolean noSeeder;

    @Option(
            names = "--rtt",
            paramLabel = "MICROSECONDS",
            description = "Between any two processes. Default: ${DEFAULT-VALUE}",
            defaultValue = "500")
    private int roundTripMicros;

    @Option(
            names = "--links",
            description = "${COMPLETION-CANDIDATES}; UNEVEN: of ten nodes four have half the rate and one a tenth."
                    + " Default: ${DEFAULT-VALUE}",
            defaultValue = "EVEN")
    private Scenario.Links links = Scenario.Links.EVEN;

    @Option(
            names = "--churn",
            paramLabel = "SHARE",
            description =
                    "Of the nodes, ended at some moment, each replaced by an empty one. Default: ${DEFAULT-VALUE}",
            defaultValue = "0")
    private double churn;

    @Option(
            names = "--deaths",
            description = "${COMPLETION-CANDIDATES}; SILENT: the machine is gone, and nothing closes its connections."
                    + " Default: ${DEFAULT-VALUE}",
            defaultValue = "KILLED")
    private Scenario.Death deaths = Scenario.Death.KILLED;

    @Option(
            names = "--zones",
            description = "Between them a quarter of the rate of their nodes together. Default: ${DEFAULT-VALUE}",
            defaultValue = "1")
    private int zones;

    @Option(
            names = "--neighbours",
            description = "Connections of a node at most. Default: ${DEFAULT-VALUE}",
            defaultValue = "55")
    private int neighbours;

    @Option(
            names = "--calls",
            description = "Connections that a node makes itself, at most. Default: three eighths of its neighbours")
    private @Nullable Integer calls;

    @Option(
            names = "--wanted",
            description = "Peers to ask the tracker for. Default: ${DEFAULT-VALUE}",
            defaultValue = "50")
    private int wanted;

    @Option(
            names = "--slots",
            description = "Peers that a node serves by turns of a piece, and that it asks at a time; 0 for all."
                    + " Default: ${DEFAULT-VALUE}",
            defaultValue = "8")
    private int slots;

    @Option(
            names = "--at-once",
            description =
                    "Of those that asked, how many share the uplink at a time; 0 for all. Default: ${DEFAULT-VALUE}",
            defaultValue = "0")
    private int atOnce;

    @Option(names = "--runs", description = "The median is shown. Default: ${DEFAULT-VALUE}", defaultValue = "1")
    private int runs;

    @Option(names = "--seed", description = "Of the first run. Default: ${DEFAULT-VALUE}", defaultValue = "1")
    private long seed;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private final Report report = new Report();

    /** @param nodeBytes on the heap half-way, connections included */
    private record Run(Scenario scenario, Outcome outcome, double nodeBytes, double trackerBytes) {}

    @Override
    public Integer call() throws IOException {
        Scenario.Readers readers = readers();
        Table table = new Table(columns());
        List<Run> all = new ArrayList<>();
        for (int count : nodes) {
            List<Run> measured = new ArrayList<>();
            for (int run = 0; run < runs; run++) {
                System.err.println(count + " nodes, run " + (run + 1) + " of " + runs);
                measured.add(run(scenario(count, seed + run)));
            }
            measured.sort(Comparator.comparingDouble(one -> one.outcome().slowestOverBound()));
            table.add(row(measured.get(measured.size() / 2)));
            all.addAll(measured);
        }
        System.out.printf(
                Locale.ROOT,
                "%d pieces of %s, nodes and their reader at %d Mbit/s (%s), origin at %d Mbit/s%s%s, churn %.2f%s, %d zones;"
                        + " %d called of %d neighbours, %d wanted, %d slots, %d at once; median of %d%n%n%s%n",
                pieces,
                pieceSize,
                mbit,
                links,
                s3Mbit,
                s3ConnectionMbit == 0 ? "" : ", " + s3ConnectionMbit + " a connection",
                switch (readers) {
                    case SEEDER -> "";
                    case SEEDER_AND_NODES -> ", read by nodes, too";
                    case NODES -> ", read by nodes only";
                },
                churn,
                deaths == Scenario.Death.SILENT ? " (silent)" : "",
                zones,
                size().calls(),
                neighbours,
                wanted,
                slots,
                atOnce,
                runs,
                table);
        report.write(all.stream().map(SimulateCommand::json).toList());
        return 0;
    }

    private String[] columns() {
        List<String> columns = new ArrayList<>(List.of(
                "nodes",
                "slowest/bound",
                "median/bound",
                "slowest s",
                "late/bound",
                "first piece s",
                "origin/F",
                "reader sent/F",
                "between zones/F",
                "wasted/F",
                "neighbours",
                "messages/node",
                "to tracker/node",
                "KiB/node",
                "tracker KiB/node",
                "tracker CPU-s",
                "took s"));
        if (readers() != Scenario.Readers.SEEDER) {
            columns.add("readers");
            columns.add("most by one/F");
        }
        if (deaths == Scenario.Death.SILENT) {
            columns.add("silence noticed s");
        }
        return columns.toArray(String[]::new);
    }

    private Scenario.Readers readers() {
        if (ingest == Ingest.ONLY) {
            throw refused("Nodes that fetch read S3 with --ingest AUTO, or not at all with NEVER.");
        }
        if (noSeeder && ingest == Ingest.NEVER) {
            throw refused("With --no-seeder and --ingest NEVER nobody reads S3; add --ingest AUTO.");
        }
        return noSeeder
                ? Scenario.Readers.NODES
                : ingest == Ingest.AUTO ? Scenario.Readers.SEEDER_AND_NODES : Scenario.Readers.SEEDER;
    }

    private ParameterException refused(String why) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), why);
    }

    private Neighbourhood.Size size() {
        return calls == null ? Neighbourhood.Size.of(neighbours) : new Neighbourhood.Size(calls, neighbours);
    }

    private Scenario scenario(int count, long ofRun) {
        int pieceBytes = Math.toIntExact(ByteSize.parse(pieceSize));
        return new Scenario(
                count,
                new PieceLayout((long) pieces * pieceBytes, pieceBytes),
                mbit * 1e6 / 8,
                new Scenario.Origin(
                        s3Mbit * 1e6 / 8,
                        s3ConnectionMbit == 0 ? Double.POSITIVE_INFINITY : s3ConnectionMbit * 1e6 / 8,
                        readers()),
                Duration.ofNanos(roundTripMicros * 500L),
                links,
                new Scenario.Churn(churn, deaths),
                zones,
                new Scenario.Policy(size(), wanted, slots, atOnce),
                ofRun);
    }

    /** What is left of a simulation: the tracker, while nobody takes it. */
    private record Ended(Outcome outcome, long usedBytes, AtomicReference<@Nullable ModelTracker> tracker) {}

    private static Ended simulate(Scenario scenario) {
        AtomicLong used = new AtomicLong();
        Simulation simulation = new Simulation(scenario, () -> used.set(usedBytes()));
        Outcome outcome = simulation.run();
        return new Ended(outcome, used.get(), new AtomicReference<>(simulation.end()));
    }

    /** Also weighs all of it half-way, then what is left at the end: the tracker, then nothing. */
    private static Run run(Scenario scenario) {
        Ended ended = simulate(scenario);
        long withTracker = usedBytes();
        ended.tracker().set(null);
        double trackerBytes = withTracker - usedBytes();
        return new Run(
                scenario, ended.outcome(), (double) (ended.usedBytes() - withTracker) / scenario.nodes(), trackerBytes);
    }

    private static long usedBytes() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private String[] row(Run run) {
        Outcome outcome = run.outcome();
        List<String> cells = new ArrayList<>(List.of(
                "" + run.scenario().nodes(),
                number(outcome.slowestOverBound()),
                number(outcome.medianOverBound()),
                number(outcome.slowestSeconds()),
                outcome.lateOverBound() == 0 ? "-" : number(outcome.lateOverBound()),
                number(outcome.firstPieceSeconds()),
                number(outcome.originOverSize()),
                readers().hasSeeder() ? number(outcome.readerOverSize()) : "-",
                run.scenario().zones() == 1 ? "-" : number(outcome.betweenZonesOverSize()),
                number(outcome.wastedOverSize()),
                whole(outcome.neighbours()),
                whole(outcome.peerMessages()),
                whole(outcome.trackerMessages()),
                whole(run.nodeBytes() / 1024),
                number(run.trackerBytes() / 1024 / run.scenario().nodes()),
                number(outcome.trackerCpuSeconds()),
                whole(outcome.simulatedInSeconds())));
        if (readers() != Scenario.Readers.SEEDER) {
            cells.add("" + outcome.readers());
            cells.add(number(outcome.mostReadOverSize()));
        }
        if (deaths == Scenario.Death.SILENT) {
            cells.add(number(outcome.noticedSeconds()));
        }
        return cells.toArray(String[]::new);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }

    private static Map<String, Object> json(Run run) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("nodes", run.scenario().nodes());
        fields.put("seed", run.scenario().seed());
        fields.put("boundSeconds", run.scenario().boundSeconds(1));
        fields.put("outcome", run.outcome());
        fields.put("nodeBytes", run.nodeBytes());
        fields.put("trackerBytes", run.trackerBytes());
        return fields;
    }
}
