package dev.piecewise.bench.ingest;

import dev.piecewise.bench.Payload;
import dev.piecewise.bench.Program;
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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench/run ingest}. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = {
            "S3 to disk with SHA-1, on loopback: a seeder beside 'aws s3 cp' and rclone, each followed by sha1sum.",
            "Needs awscli and rclone. The stock programs' start is inside their figures, the seeder is up."
        })
public final class IngestCommand implements Callable<Integer> {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Option(names = "--size", description = "Default: ${DEFAULT-VALUE}", defaultValue = "1GiB")
    private String size = "";

    @Option(names = "--piece-size", description = "Default: ${DEFAULT-VALUE}", defaultValue = "16MiB")
    private String pieceSize = "";

    @Option(names = "--runs", description = "The median is shown. Default: ${DEFAULT-VALUE}", defaultValue = "3")
    private int runs;

    @Option(names = "--dir", description = "Where the bytes go, for example a tmpfs. Default: the temporary directory")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--report", paramLabel = "FILE", description = "Also writes every run as JSON.")
    private @Nullable Path report;

    private record Run(double seconds, double cpuSeconds) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Scratch scratch = new Scratch(Files.createTempDirectory(directory, "piecewise-ingest-"))) {
            Payload payload = Payload.create(scratch.path().resolve("payload.bin"), ByteSize.parse(size));
            Map<String, List<Run>> all = new LinkedHashMap<>();
            try (S3Host s3 = S3Host.start(
                    (log, environment, command) -> Program.start("s3", log, environment, command),
                    "127.0.0.1",
                    scratch.path().resolve("s3"),
                    payload.file())) {
                for (int run = 0; run < runs; run++) {
                    Path place = Files.createDirectories(scratch.path().resolve("run-" + run));
                    measure(all, "Piecewise seeder", () -> seeder(s3, place.resolve("seeder")));
                    measure(all, "aws s3 cp + sha1sum", () -> shell(s3, place, awsCommand(place.resolve("aws.bin"))));
                    measure(all, "rclone + sha1sum", () -> shell(s3, place, rclone(s3, place.resolve("rclone.bin"))));
                    Scratch.delete(place);
                }
            }
            print(payload, all);
        }
        return 0;
    }

    private interface Measurement {
        Run run() throws IOException, InterruptedException;
    }

    private static void measure(Map<String, List<Run>> all, String label, Measurement measurement)
            throws IOException, InterruptedException {
        System.err.println(label);
        all.computeIfAbsent(label, absent -> new ArrayList<>()).add(measurement.run());
    }

    private Run seeder(S3Host s3, Path place) throws IOException, InterruptedException {
        Files.createDirectories(place);
        String command = System.getProperty("piecewise.distribution", ".") + "/bin/piecewise";
        List<String> trackerCommand =
                List.of(command, "tracker", "--json", "--listen=127.0.0.1:0", "--allow=s3://" + S3Main.BUCKET + "/");
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
                double cpu = -seeder.cpuSeconds();
                double seconds = readAll(uri);
                return new Run(seconds, cpu + seeder.cpuSeconds());
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

    private static String awsCommand(Path copy) {
        return "aws s3 cp --quiet s3://" + S3Main.BUCKET + "/" + S3Main.KEY + " '" + copy + "' && sha1sum '" + copy
                + "'";
    }

    private static String rclone(S3Host s3, Path copy) {
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
            return new Run(Double.parseDouble(used[1]), Double.parseDouble(used[2]) + Double.parseDouble(used[3]));
        }
    }

    private void print(Payload payload, Map<String, List<Run>> all) throws IOException {
        double gib = payload.bytes() / (double) (1 << 30);
        Table table = new Table("program", "seconds", "GiB/s", "CPU-s/GiB");
        all.forEach((label, measured) -> {
            Run middle = measured.stream()
                    .sorted(Comparator.comparingDouble(Run::cpuSeconds))
                    .toList()
                    .get(measured.size() / 2);
            table.add(
                    label,
                    String.format(Locale.ROOT, "%.2f", middle.seconds()),
                    String.format(Locale.ROOT, "%.2f", gib / middle.seconds()),
                    String.format(Locale.ROOT, "%.2f", middle.cpuSeconds() / gib));
        });
        System.out.printf(
                "%s from S3 on loopback, SHA-1 in pieces of %s, median of %d%n%n%s%n", size, pieceSize, runs, table);
        if (report != null) {
            Files.writeString(
                    report,
                    JsonMapper.builder()
                            .build()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(all));
        }
    }
}
