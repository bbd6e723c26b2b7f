package dev.piecewise.bench.engine;

import dev.piecewise.bench.Program;
import dev.piecewise.bench.Report;
import dev.piecewise.bench.Scratch;
import dev.piecewise.bench.Table;
import dev.piecewise.core.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench/run engine}. */
@Command(
        name = "engine",
        mixinStandardHelpOptions = true,
        description = {
            "One seed to some leeches on loopback, each a process of its own: CPU, time and memory.",
            "Everyone is up, checked and idle before the clock starts. Needs python3-libtorrent and aria2."
        })
public final class EngineCommand implements Callable<Integer> {
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Option(names = "--size", description = "Of all torrents. Default: ${DEFAULT-VALUE}", defaultValue = "1GiB")
    private String size = "";

    @Option(names = "--piece-size", description = "Default: ${DEFAULT-VALUE}", defaultValue = "16MiB")
    private String pieceSize = "";

    @Option(names = "--leeches", description = "Default: ${DEFAULT-VALUE}", defaultValue = "1")
    private int leeches;

    @Option(names = "--torrents", description = "The bytes in so many. Default: ${DEFAULT-VALUE}", defaultValue = "1")
    private int torrents;

    @Option(names = "--runs", description = "The median is shown. Default: ${DEFAULT-VALUE}", defaultValue = "3")
    private int runs;

    @Option(names = "--fresh", description = "The leeches' files have no pages yet. Default: they are written anew.")
    private boolean fresh;

    @Option(
            names = "--contestants",
            split = ",",
            description = "Of floor, piecewise, libtorrent, aria2. Default: ${DEFAULT-VALUE}",
            defaultValue = "floor,piecewise,libtorrent,aria2")
    private List<String> contestants = List.of();

    @Option(names = "--java-opts", description = "More options for our nodes.", defaultValue = "")
    private String javaOptions = "";

    @Option(names = "--dir", description = "Where the bytes go, for example a tmpfs. Default: the temporary directory")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Mixin
    private final Report report = new Report();

    private record Run(double seconds, double seedCpu, double leechCpu, long seedPeak, long leechPeak) {
        double cpu() {
            return seedCpu + leechCpu;
        }
    }

    @Override
    public Integer call() throws Exception {
        Map<String, List<Run>> all = new LinkedHashMap<>();
        try (Scratch scratch = new Scratch(Files.createTempDirectory(directory, "piecewise-engine-"));
                HeldTracker tracker = new HeldTracker()) {
            Torrents wanted = Torrents.create(
                    scratch.path().resolve("payload"),
                    ByteSize.parse(size),
                    (int) ByteSize.parse(pieceSize),
                    torrents,
                    Optional.of(tracker.announceUrl()));
            Nodes nodes = new Nodes(wanted, tracker, fresh, javaOptions);
            for (int run = 0; run < runs; run++) {
                for (String contestant : contestants) {
                    System.err.println(contestant);
                    Path place = Files.createDirectories(scratch.path().resolve("run"));
                    all.computeIfAbsent(contestant, absent -> new ArrayList<>()).add(measure(nodes, contestant, place));
                    Scratch.delete(place);
                }
            }
        }
        print(all);
        return 0;
    }

    private Run measure(Nodes nodes, String contestant, Path place) throws IOException, InterruptedException {
        List<Program> started = new ArrayList<>();
        try {
            nodes.hold();
            Program seed = nodes.seed(contestant, place);
            started.add(seed);
            nodes.awaitReady(contestant, seed, START); // only then does it share its file with the payload
            for (int i = 1; i <= leeches; i++) {
                started.add(nodes.leech(contestant, i, place));
            }
            List<Program> leeching = started.subList(1, started.size());
            for (Program program : leeching) {
                nodes.awaitReady(contestant, program, START);
            }
            double seedCpu = -seed.cpuSeconds();
            double leechCpu =
                    -leeching.stream().mapToDouble(Program::cpuSeconds).sum();
            double begin = System.currentTimeMillis() / 1e3;
            nodes.go(contestant, started);
            double end = begin;
            for (int i = 1; i <= leeches; i++) {
                end = Math.max(end, nodes.awaitDone(contestant, i, started.get(i), place, PATIENCE));
            }
            leechCpu += leeching.stream().mapToDouble(Program::cpuSeconds).sum();
            long leechPeak = 0;
            for (Program leech : leeching) {
                leechPeak = Math.max(leechPeak, leech.peakResidentBytes());
            }
            double gib = ByteSize.parse(size) / (double) (1 << 30) * leeches;
            return new Run(
                    end - begin,
                    (seedCpu + seed.cpuSeconds()) / gib,
                    leechCpu / gib,
                    seed.peakResidentBytes(),
                    leechPeak);
        } finally {
            started.forEach(Program::close);
        }
    }

    private void print(Map<String, List<Run>> all) throws IOException {
        Table table =
                new Table("engine", "seconds", "MiB/s", "CPU-s/GiB seed", "leech", "sum", "RSS MiB seed", "leech");
        double mib = ByteSize.parse(size) / (double) (1 << 20) * leeches;
        all.forEach((label, measured) -> {
            List<Run> sorted = measured.stream()
                    .sorted(Comparator.comparingDouble(Run::cpu))
                    .toList();
            Run middle = sorted.get(measured.size() / 2);
            double seconds =
                    measured.stream().map(Run::seconds).sorted().toList().get(measured.size() / 2);
            table.add(
                    label,
                    text("%.2f", seconds),
                    text("%.0f", mib / seconds),
                    text("%.2f", middle.seedCpu()),
                    text("%.2f", middle.leechCpu()),
                    text("%.2f", middle.cpu()),
                    "" + (middle.seedPeak() >> 20),
                    "" + (middle.leechPeak() >> 20));
        });
        System.out.printf(
                "%s in %d torrent(s), pieces of %s, 1 seed to %d leech(es), %s files, median of %d%n%n%s%n",
                size, torrents, pieceSize, leeches, fresh ? "fresh" : "rewritten", runs, table);
        report.write(all);
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
