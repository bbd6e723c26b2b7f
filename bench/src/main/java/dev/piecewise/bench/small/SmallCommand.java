package dev.piecewise.bench.small;

import dev.piecewise.bench.Payload;
import dev.piecewise.bench.Scratch;
import dev.piecewise.bench.Table;
import dev.piecewise.core.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench/run small}. */
@Command(
        name = "small",
        mixinStandardHelpOptions = true,
        description = {
            "How long a small object takes to many nodes that are up, from the last ask to the last file verified and in place.",
            "Tracker, S3, seeder and nodes are processes on loopback, without any limit of rate; every run starts them anew."
        })
public final class SmallCommand implements Callable<Integer> {
    @Option(names = "--nodes", description = "Default: ${DEFAULT-VALUE}", defaultValue = "50")
    private int nodes;

    @Option(
            names = "--per-process",
            description = "So many nodes share a process. Default: ${DEFAULT-VALUE}",
            defaultValue = "25")
    private int perProcess;

    @Option(names = "--size", description = "Default: ${DEFAULT-VALUE}", defaultValue = "1MiB")
    private String size = "";

    @Option(names = "--runs", description = "The median is shown. Default: ${DEFAULT-VALUE}", defaultValue = "1")
    private int runs;

    @Option(names = "--keep", description = "Leaves the directory of the runs with all logs.")
    private boolean keep;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("piecewise-small-");
        try {
            List<SmallRun.Measured> measured = new ArrayList<>();
            Map<SmallRun.Step, Payload> payloads = new EnumMap<>(SmallRun.Step.class);
            for (SmallRun.Step step : SmallRun.Step.values()) {
                payloads.put(step, Payload.create(directory.resolve(step.key()), ByteSize.parse(size), step.number()));
            }
            Path distribution = Path.of(System.getProperty("piecewise.distribution", "."));
            for (int run = 1; run <= runs; run++) {
                System.err.println("run " + run + " of " + runs);
                Path place = Files.createDirectory(directory.resolve("run-" + run));
                try (SmallRun cluster = SmallRun.start(distribution, place, payloads, nodes, perProcess)) {
                    for (SmallRun.Step step : SmallRun.Step.values()) {
                        measured.add(cluster.measure(step));
                    }
                }
            }
            return report(measured) ? 0 : 1;
        } finally {
            if (keep) {
                System.err.println("kept: " + directory);
            } else {
                Scratch.delete(directory);
            }
        }
    }

    private boolean report(List<SmallRun.Measured> measured) {
        Table table = new Table(
                "", "last file, s after the last ask", "median file", "all runs", "S3 sent/F", "CPU-s, all nodes");
        for (SmallRun.Step step : SmallRun.Step.values()) {
            List<SmallRun.Measured> all =
                    measured.stream().filter(one -> one.step() == step).toList();
            List<SmallRun.Measured> sorted = all.stream()
                    .sorted(Comparator.comparingDouble(SmallRun.Measured::lastSeconds))
                    .toList();
            SmallRun.Measured middle = sorted.get(sorted.size() / 2);
            table.add(
                    step.words() + (middle.correct() ? "" : " WRONG BYTES"),
                    number(middle.lastSeconds()),
                    number(middle.medianSeconds()),
                    String.join(
                            ", ",
                            all.stream().map(one -> number(one.lastSeconds())).toList()),
                    String.format(Locale.ROOT, "%.3f", (double) middle.s3Bytes() / ByteSize.parse(size)),
                    number(middle.nodeCpuSeconds()));
        }
        System.out.printf(
                "%s to %d nodes, %d of them a process; median of %d%n%n%s%n", size, nodes, perProcess, runs, table);
        return measured.stream().allMatch(SmallRun.Measured::correct);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
