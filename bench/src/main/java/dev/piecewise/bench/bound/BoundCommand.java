package dev.piecewise.bench.bound;

import dev.piecewise.bench.Payload;
import dev.piecewise.bench.Scratch;
import dev.piecewise.bench.Table;
import dev.piecewise.core.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench/run bound}. */
@Command(
        name = "bound",
        mixinStandardHelpOptions = true,
        description = {
            "How long a file takes to all nodes of a star of rate-limited namespaces, as a multiple of the fluid bound T*.",
            "Needs root, iproute2, curl, aria2 and python3-libtorrent."
        })
public final class BoundCommand implements Callable<Integer> {
    private static final Path HOME =
            Path.of(System.getProperty("piecewise.distribution", ".")).resolve("../../..");

    @Option(
            names = "--nodes",
            split = ",",
            description =
                    "Several numbers are measured in turn. Beyond 8 nodes eight share a process. Default: ${DEFAULT-VALUE}",
            defaultValue = "8")
    private List<Integer> nodes = List.of();

    @Option(names = "--mbit", description = "Of each node, both ways. Default: ${DEFAULT-VALUE}", defaultValue = "100")
    private int mbit;

    @Option(names = "--s3-mbit", description = "Default: ${DEFAULT-VALUE}", defaultValue = "1000")
    private int s3Mbit;

    @Option(
            names = "--zones",
            description = "Put the nodes in so many zones, in equal parts, the seeder in the first. Default: no zones",
            defaultValue = "0")
    private int zones;

    @Option(
            names = "--zone-mbit",
            description = "Of each zone towards the others, both ways. Default: ${DEFAULT-VALUE}",
            defaultValue = "25")
    private int zoneMbit;

    @Option(
            names = "--slow-mbit",
            description =
                    "Of the last node, both ways, until the others are done; slowest and median are theirs. Default: as the others",
            defaultValue = "0")
    private int slowMbit;

    @Option(
            names = "--upload-slots",
            description = "Of our nodes and seeder. Default: theirs",
            defaultValue = Option.NULL_VALUE)
    private @Nullable Integer uploadSlots;

    @Option(names = "--size", description = "Default: ${DEFAULT-VALUE}", defaultValue = "256MiB")
    private String size = "";

    @Option(names = "--piece-size", description = "Default: ${DEFAULT-VALUE}", defaultValue = "1MiB")
    private String pieceSize = "";

    @Option(names = "--runs", description = "The median is shown. Default: ${DEFAULT-VALUE}", defaultValue = "1")
    private int runs;

    @Option(
            names = "--only",
            split = ",",
            description =
                    "Of warm, cold, shared (no seeder), aria2, libtorrent, super, direct. Default: ${DEFAULT-VALUE}",
            defaultValue = "warm,cold,shared,aria2,libtorrent,super,direct")
    private List<String> only = List.of();

    @Option(names = "--report", paramLabel = "FILE", description = "Also writes every run as JSON.")
    private @Nullable Path report;

    @Option(names = "--keep", description = "Leaves the directory of the runs with all logs.")
    private boolean keep;

    @Override
    public Integer call() throws IOException, InterruptedException {
        int most = nodes.stream().mapToInt(Integer::intValue).max().orElse(0);
        if (most > Star.MOST_PROCESSES && contestants().stream().anyMatch(StockRun.class::isInstance)) {
            throw new IllegalArgumentException(
                    most + " nodes share namespaces, in which stock clients do not find each other;"
                            + " measure more than " + Star.MOST_PROCESSES + " with --only warm,cold,direct");
        }
        Path directory = Files.createTempDirectory("piecewise-bound-");
        List<Map<String, Object>> all = new ArrayList<>();
        boolean correct = true;
        try {
            Payload payload = Payload.create(directory.resolve("payload.bin"), ByteSize.parse(size));
            Table table = new Table(
                    "contestant",
                    "nodes",
                    "slowest/T*",
                    "median/T*",
                    "slowest s",
                    "first piece s",
                    "S3 sent/F",
                    "seeder sent/F",
                    "into zones/F",
                    "CPU-s/node",
                    "CPU-s seeder",
                    "peak RSS");
            int pieceBytes = Math.toIntExact(ByteSize.parse(pieceSize));
            for (int count : nodes) {
                Setting setting =
                        new Setting(payload, count, pieceBytes, mbit, s3Mbit, zones, zoneMbit, slowMbit, ourOptions());
                for (Contestant contestant : contestants()) {
                    List<Measured> measured = new ArrayList<>();
                    for (int run = 1; run <= runs; run++) {
                        System.err.println(contestant.label() + ", " + count + " nodes, run " + run + " of " + runs);
                        measured.add(runOnce(contestant, setting, directory.resolve(contestant.label() + " " + run)));
                    }
                    measured.sort(Comparator.comparingDouble(one -> one.slowest(setting.fullRateNodes())));
                    Measured middle = measured.get(measured.size() / 2);
                    double bound = boundOf(contestant, setting);
                    table.add(row(contestant, setting, middle, bound));
                    measured.forEach(one -> all.add(json(contestant, setting, one, bound)));
                    correct &= measured.stream().allMatch(Measured::correct);
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "Nodes at %d Mbit/s, S3 at %d Mbit/s, %s%s%s in pieces of %s; T* = %.2f s; median of %d%n%n%s%n",
                    mbit,
                    s3Mbit,
                    zones == 0 ? "" : zones + " zones at " + zoneMbit + " Mbit/s, ",
                    slowMbit == 0 ? "" : "one node at " + slowMbit + " Mbit/s, ",
                    size,
                    pieceSize,
                    new Setting(payload, 1, pieceBytes, mbit, s3Mbit, zones, zoneMbit, 0, List.of()).warmBoundSeconds(),
                    runs,
                    table);
            if (report != null) {
                Files.writeString(
                        report,
                        JsonMapper.builder()
                                .build()
                                .writerWithDefaultPrettyPrinter()
                                .writeValueAsString(all));
            }
        } finally {
            if (keep) {
                System.err.println("kept: " + directory);
            } else {
                Scratch.delete(directory);
            }
        }
        return correct ? 0 : 1;
    }

    private List<String> ourOptions() {
        return uploadSlots == null ? List.of() : List.of("--upload-slots=" + uploadSlots);
    }

    private List<Contestant> contestants() {
        Path script = HOME.resolve("bench/libtorrent_node.py").normalize();
        Path distribution = Path.of(System.getProperty("piecewise.distribution", "."));
        return only.stream()
                .map(name -> switch (name) {
                    case "warm" -> new PiecewiseRun(distribution, PiecewiseRun.Start.WARM);
                    case "cold" -> new PiecewiseRun(distribution, PiecewiseRun.Start.COLD);
                    case "shared" -> new PiecewiseRun(distribution, PiecewiseRun.Start.SHARED);
                    case "aria2" -> new Aria2Run();
                    case "libtorrent" -> new LibtorrentRun(script, false);
                    case "super" -> new LibtorrentRun(script, true);
                    case "direct" -> new DirectRun();
                    default -> throw new IllegalArgumentException("no contestant is called '" + name + "'");
                })
                .toList();
    }

    private Measured runOnce(Contestant contestant, Setting setting, Path directory)
            throws IOException, InterruptedException {
        Files.createDirectories(directory);
        try (Star star = Star.up(HOME.resolve("bench/star.sh").normalize(), setting)) {
            return contestant.run(setting, star, directory);
        } finally {
            if (!keep) {
                Scratch.delete(directory);
            }
        }
    }

    private static double boundOf(Contestant contestant, Setting setting) {
        return contestant.readsS3() ? setting.coldBoundSeconds() : setting.warmBoundSeconds();
    }

    private static String[] row(Contestant contestant, Setting setting, Measured measured, double bound) {
        double bytes = setting.payload().bytes();
        int judged = setting.fullRateNodes();
        return new String[] {
            contestant.label() + (measured.correct() ? "" : " WRONG BYTES"),
            "" + setting.nodes(),
            number(measured.slowest(judged) / bound),
            number(measured.median(judged) / bound),
            number(measured.slowest(judged)),
            number(measured.lastFirstPiece()),
            measured.s3Bytes() < 0 ? "-" : String.format(Locale.ROOT, "%.3f", measured.s3Bytes() / bytes),
            number(measured.seederSentBytes() / bytes),
            setting.zones() == 0 ? "-" : number(measured.zoneBytes() / bytes),
            number(measured.nodeCpuSeconds()),
            number(measured.seederCpuSeconds()),
            measured.nodePeakBytes() == 0 ? "-" : ByteSize.format(measured.nodePeakBytes() >> 20 << 20)
        };
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static Map<String, Object> json(Contestant contestant, Setting setting, Measured measured, double bound) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("contestant", contestant.label());
        fields.put("nodes", setting.nodes());
        fields.put("boundSeconds", bound);
        fields.put("slowestOverBound", measured.slowest(setting.fullRateNodes()) / bound);
        fields.put("measured", measured);
        return fields;
    }
}
