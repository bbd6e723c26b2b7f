package dev.piecewise.bench.tracker;

import dev.piecewise.bench.Payload;
import dev.piecewise.bench.Program;
import dev.piecewise.bench.S3Host;
import dev.piecewise.bench.S3Main;
import dev.piecewise.bench.Scratch;
import dev.piecewise.bench.Table;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench/run tracker}. */
@Command(
        name = "tracker",
        mixinStandardHelpOptions = true,
        description = {
            "Announces a second that one core answers, beside opentracker, and how late they are answered at a fixed rate.",
            "Needs two cores, wrk and opentracker. opentracker closes every connection, so keep-alive gains it nothing."
        })
public final class TrackerCommand implements Callable<Integer> {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int OPENTRACKER_PORT = 6970;
    private static final Path HOME =
            Path.of(System.getProperty("piecewise.distribution", ".")).resolve("../../..");

    @Option(names = "--swarms", description = "Default: ${DEFAULT-VALUE}", defaultValue = "10")
    private int swarms;

    @Option(names = "--seconds", description = "Of each measurement. Default: ${DEFAULT-VALUE}", defaultValue = "10")
    private int seconds;

    @Option(names = "--rate", description = "For the latency. Default: ${DEFAULT-VALUE}", defaultValue = "2000")
    private int rate;

    private final Table table = new Table(
            "tracker",
            "keep-alive/s",
            "new connections/s",
            "p99 at the rate, new connections",
            "memory for 10,000 peers");

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (Scratch scratch = new Scratch(Files.createTempDirectory("piecewise-tracker-"))) {
            Payload payload = Payload.create(scratch.path().resolve("payload.bin"), 1 << 20);
            List<String> infoHashes = ours(scratch.path(), payload);
            opentracker(scratch.path(), infoHashes);
        }
        System.out.printf(
                "%d swarms, 10,000 peers, tracker on core 0, load on core 1, %d s each, latency at %d/s%n%n%s%n",
                swarms, seconds, rate, table);
        return 0;
    }

    private List<String> ours(Path directory, Payload payload) throws IOException, InterruptedException {
        try (S3Host s3 = S3Host.start(
                        (log, environment, command) -> Program.start("s3", log, environment, command),
                        "127.0.0.1",
                        directory.resolve("s3"),
                        payload.file());
                Program tracker = Program.start(
                        "tracker",
                        directory.resolve("tracker.log"),
                        s3.credentials(),
                        List.of(
                                "taskset",
                                "-c",
                                "0",
                                System.getProperty("piecewise.distribution", ".") + "/bin/piecewise",
                                "tracker",
                                "--json",
                                "--listen=127.0.0.1:0",
                                "--state=" + directory.resolve("state"),
                                "--allow=s3://" + S3Main.BUCKET + "/"))) {
            String ready = tracker.awaitLine("{\"event\":\"ready\"", START);
            URI uri = URI.create(
                    JsonMapper.builder().build().readTree(ready).path("url").asString());
            List<String> infoHashes = new PublishedSwarms(uri).create(swarms);
            wrk(uri, infoHashes, false, 3); // compiled code, as after the first minute of any real tracker
            long before = liveHeapBytes(tracker);
            measure("Piecewise", uri, infoHashes, () -> liveHeapBytes(tracker) - before);
            return infoHashes;
        }
    }

    private interface Memory {
        long bytes() throws IOException, InterruptedException;
    }

    private void opentracker(Path directory, List<String> infoHashes) throws IOException, InterruptedException {
        // It changes its root to the directory and its user to nobody before it reads the list.
        Path root = Files.createDirectories(directory.resolve("opentracker"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.write(root.resolve("whitelist"), infoHashes);
        try (Program opentracker = Program.start(
                "opentracker",
                directory.resolve("opentracker.log"),
                Map.of(),
                List.of(
                        "taskset",
                        "-c",
                        "0",
                        "opentracker",
                        "-i",
                        "127.0.0.1",
                        "-p",
                        "" + OPENTRACKER_PORT,
                        "-d",
                        root.toString(),
                        "-w",
                        "/whitelist"))) {
            URI uri = URI.create("http://127.0.0.1:" + OPENTRACKER_PORT);
            AnnounceLoad.awaitListening(uri, START);
            long before = opentracker.peakResidentBytes();
            measure("opentracker", uri, infoHashes, () -> opentracker.peakResidentBytes() - before);
        }
    }

    private void measure(String label, URI tracker, List<String> infoHashes, Memory memory)
            throws IOException, InterruptedException {
        System.err.println(label);
        double keepAlive = wrk(tracker, infoHashes, false, seconds);
        double newConnections = wrk(tracker, infoHashes, true, seconds);
        long grown = memory.bytes();
        Duration p99 = AnnounceLoad.percentile99(tracker, infoHashes, rate, Duration.ofSeconds(seconds));
        table.add(
                label,
                String.format(Locale.ROOT, "%.0f", keepAlive),
                String.format(Locale.ROOT, "%.0f", newConnections),
                String.format(Locale.ROOT, "%.1f ms", p99.toNanos() / 1e6),
                String.format(Locale.ROOT, "%.1f MiB", grown / 1048576.0));
    }

    private static double wrk(URI tracker, List<String> infoHashes, boolean newConnections, int seconds)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "taskset",
                "-c",
                "1",
                "wrk",
                "-t1",
                "-c64",
                "-d" + seconds + "s",
                "-s",
                HOME.resolve("bench/announce.lua").normalize().toString(),
                tracker.toString(),
                "--"));
        if (newConnections) {
            command.add("close");
        }
        command.addAll(infoHashes);
        Path log = Files.createTempFile("wrk", ".log");
        try (Program wrk = Program.start("wrk", log, Map.of(), command)) {
            wrk.awaitEnd(Duration.ofSeconds(seconds + 30L));
            for (String line : Files.readAllLines(log)) {
                if (line.startsWith("Requests/sec:")) {
                    return Double.parseDouble(
                            line.substring("Requests/sec:".length()).trim());
                }
            }
            throw new IOException("wrk says nothing:\n" + Files.readString(log));
        } finally {
            Files.delete(log);
        }
    }

    /** What is reachable on the heap, after a full collection. */
    private static long liveHeapBytes(Program tracker) throws IOException, InterruptedException {
        Path log = Files.createTempFile("jcmd", ".log");
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try (Program histogram =
                Program.start("jcmd", log, Map.of(), List.of(jcmd, "" + tracker.pid(), "GC.class_histogram"))) {
            histogram.awaitEnd(START);
            List<String> lines = Files.readAllLines(log);
            String[] total = lines.get(lines.size() - 1).trim().split("\\s+", -1);
            return Long.parseLong(total[2]);
        } finally {
            Files.delete(log);
        }
    }
}
