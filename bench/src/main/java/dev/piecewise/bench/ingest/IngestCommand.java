package dev.piecewise.bench.ingest;

import dev.piecewise.bench.Payload;
import dev.piecewise.bench.Program;
import dev.piecewise.bench.Report;
import dev.piecewise.bench.S3Host;
import dev.piecewise.bench.S3Main;
import dev.piecewise.bench.Scratch;
import dev.piecewise.bench.Table;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ByteSize;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.io.IOException;
import java.net.URI;
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
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench/run ingest}. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = {
            "S3 to disk with SHA-1, on loopback: a seeder beside 'aws s3 cp' and rclone, each followed by sha1sum.",
            "Needs awscli and rclone. The seeder is up when its clock starts; the column 'with start' adds what it took to get",
            "there, as the figures of the stock programs do. Every run has a tracker that has never seen the object; it counts",
            "only if S3 says that the whole object was sent once and the copy is equal to it."
        })
public final class IngestCommand implements Callable<Integer> {
    private static final Duration START = Duration.ofSeconds(60);
    /** What the seeder does once the artifact is published is counted, too. */
    private static final Duration SETTLING = Duration.ofSeconds(1);

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Option(names = "--size", description = "Default: ${DEFAULT-VALUE}", defaultValue = "1GiB")
    private String size = "";

    @Option(names = "--piece-size", description = "Default: ${DEFAULT-VALUE}", defaultValue = "16MiB")
    private String pieceSize = "";

    @Option(names = "--runs", description = "The median is shown. Default: ${DEFAULT-VALUE}", defaultValue = "3")
    private int runs;

    @Option(names = "--dir", description = "Where the bytes go, for example a tmpfs. Default: the temporary directory")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Mixin
    private final Report report = new Report();

    @Option(names = "--only", paramLabel = "WORD", description = "Only programs whose row has this word.")
    private String only = "";

    /** @param peakResidentBytes 0 if it was not measured */
    private record Run(double seconds, double cpuSeconds, double cpuSecondsWithStart, long peakResidentBytes) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Scratch scratch = new Scratch(Files.createTempDirectory(directory, "piecewise-ingest-"))) {
            Payload payload = Payload.create(scratch.path().resolve("payload.bin"), ByteSize.parse(size));
            Map<String, List<Run>> all = new LinkedHashMap<>();
            try (S3Host s3 = S3Host.start(
                    (log, environment, command) -> Program.start("s3", log, environment, command),
                    "127.0.0.1",
                    scratch.path().resolve("s3"),
                    List.of(payload.file()))) {
                Files.delete(payload.file()); // its pages in memory are needed for the copies
                for (int run = 0; run < runs; run++) {
                    Path place = scratch.path().resolve("run");
                    measure(all, "Piecewise seeder", s3, place, payload, () -> seeder(s3, place));
                    measure(all, "aws s3 cp + sha1sum", s3, place, payload, () -> shell(s3, place, awsCommand(place)));
                    measure(all, "rclone + sha1sum", s3, place, payload, () -> shell(s3, place, rclone(s3, place)));
                }
            }
            print(payload, all);
        }
        return 0;
    }

    private interface Measurement {
        Run run() throws IOException, InterruptedException;
    }

    /** Counts a run only if it read the whole object once and has an equal copy of it. */
    private void measure(
            Map<String, List<Run>> all, String label, S3Host s3, Path place, Payload payload, Measurement measurement)
            throws IOException, InterruptedException {
        if (!label.contains(only)) {
            return;
        }
        System.err.println(label);
        Files.createDirectories(place);
        new ProcessBuilder("sync").start().waitFor(); // what was written before is not to be paid for now
        long sentBefore = s3.sentBytes();
        Run run = measurement.run();
        long sent = s3.sentBytes() - sentBefore;
        if (sent != payload.bytes()) {
            throw new IOException(label + " did not read the object once: S3 sent " + sent + " bytes of "
                    + payload.bytes() + "; the run does not count");
        }
        if (!payload.equalsCopy(copyBelow(place))) {
            throw new IOException(label + " has no equal copy of the object; the run does not count");
        }
        all.computeIfAbsent(label, absent -> new ArrayList<>()).add(run);
        Scratch.delete(place);
    }

    private static Path copyBelow(Path place) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            return files.filter(file -> file.endsWith(S3Main.KEY))
                    .findFirst()
                    .orElseThrow(() -> new IOException("there is no copy below " + place));
        }
    }

    private Run seeder(S3Host s3, Path place) throws IOException, InterruptedException {
        String command = System.getProperty("piecewise.distribution", ".") + "/bin/piecewise";
        List<String> trackerCommand = List.of(
                command,
                "tracker",
                "--json",
                "--listen=127.0.0.1:0",
                "--state=" + place.resolve("state"),
                "--allow=s3://" + S3Main.BUCKET + "/");
        try (Program tracker =
                Program.start("tracker", place.resolve("tracker.log"), s3.credentials(), trackerCommand)) {
            String ready = tracker.awaitLine("{\"event\":\"ready\"", START);
            URI uri = URI.create(
                    JsonMapper.builder().build().readTree(ready).path("url").asString());
            List<String> seederCommand = List.of(
                    command,
                    "seeder",
                    "--json",
                    "--tracker=" + uri,
                    "--listen=127.0.0.1:0",
                    "--data=" + place.resolve("data"));
            try (Program seeder = Program.start("seeder", place.resolve("seeder.log"), Map.of(), seederCommand)) {
                seeder.awaitLine("{\"event\":\"ready\"", START);
                double start = seeder.cpuSeconds();
                double seconds = readAll(uri);
                Thread.sleep(SETTLING.toMillis());
                double end = seeder.cpuSeconds();
                return new Run(seconds, end - start, end, seeder.peakResidentBytes());
            }
        }
    }

    private double readAll(URI trackerUri) throws IOException {
        long started = System.nanoTime();
        try (TrackerClient client = new TrackerClient(trackerUri, Optional.empty())) {
            ArtifactStatus status =
                    client.requestArtifact(new ArtifactRequest("s3://" + S3Main.BUCKET + "/" + S3Main.KEY, pieceSize));
            while (status.state() == ArtifactState.READING) {
                status = client.artifact(new ArtifactId(status.id()), Duration.ofSeconds(10));
            }
            if (status.state() != ArtifactState.PUBLISHED) {
                throw new IOException("the seeder failed: " + status.error());
            }
        }
        return (System.nanoTime() - started) / 1e9;
    }

    private static String awsCommand(Path place) {
        Path copy = place.resolve(S3Main.KEY);
        return "aws s3 cp --quiet s3://" + S3Main.BUCKET + "/" + S3Main.KEY + " '" + copy + "' && sha1sum '" + copy
                + "'";
    }

    private static String rclone(S3Host s3, Path place) {
        Path copy = place.resolve(S3Main.KEY);
        return "rclone copyto ':s3,provider=Other,env_auth=true,endpoint=\"" + s3.endpoint() + "\":" + S3Main.BUCKET
                + "/" + S3Main.KEY + "' '" + copy + "' && sha1sum '" + copy + "'";
    }

    /** Runs a command; bash's own clock says what it and its children used. */
    private static Run shell(S3Host s3, Path place, String command) throws IOException, InterruptedException {
        Path log = place.resolve("shell.log");
        String timed = "TIMEFORMAT='USED %R %U %S'; time { " + command + "; }";
        try (Program shell = Program.start("shell", log, s3.credentials(), List.of("bash", "-c", timed))) {
            if (shell.awaitEnd(PATIENCE) != 0) {
                throw new IOException(command + " failed:\n" + Files.readString(log));
            }
            String[] used = shell.awaitLine("USED ", START).split(" ", -1);
            double cpu = Double.parseDouble(used[2]) + Double.parseDouble(used[3]);
            return new Run(Double.parseDouble(used[1]), cpu, cpu, 0);
        }
    }

    private void print(Payload payload, Map<String, List<Run>> all) throws IOException {
        double gib = payload.bytes() / (double) (1 << 30);
        Table table = new Table("program", "seconds", "GiB/s", "CPU-s/GiB", "with start", "peak RSS, MiB");
        all.forEach((label, measured) -> {
            Run middle = measured.stream()
                    .sorted(Comparator.comparingDouble(Run::cpuSeconds))
                    .toList()
                    .get(measured.size() / 2);
            table.add(
                    label,
                    String.format(Locale.ROOT, "%.2f", middle.seconds()),
                    String.format(Locale.ROOT, "%.2f", gib / middle.seconds()),
                    String.format(Locale.ROOT, "%.2f", middle.cpuSeconds() / gib),
                    String.format(Locale.ROOT, "%.2f", middle.cpuSecondsWithStart() / gib),
                    middle.peakResidentBytes() == 0 ? "-" : "" + (middle.peakResidentBytes() >> 20));
        });
        System.out.printf(
                "%s from S3 on loopback, SHA-1 in pieces of %s, median of %d%n%n%s%n", size, pieceSize, runs, table);
        report.write(all);
    }
}
