package dev.piecewise.bench.crowd;

import dev.piecewise.bench.Program;
import dev.piecewise.bench.Scratch;
import dev.piecewise.bench.Table;
import dev.piecewise.bench.tracker.Cores;
import dev.piecewise.bench.tracker.SizedObject;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.trackerclient.TrackerClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench/run crowd}. */
@Command(
        name = "crowd",
        mixinStandardHelpOptions = true,
        description = {
            "A tracker, a process on one core, and thousands of nodes that are nothing but their calls, made by this process on another"
                    + " core: held requests for peers, heartbeats, holdings, new artifacts that are read while nodes wait.",
            "Prints the calls a second, the tracker's processor time and memory, and how late what it pushes arrives."
        })
public final class CrowdCommand implements Callable<Integer> {
    private static final Duration START = Duration.ofSeconds(60);
    private static final int FIRST_OLD = 1_000_000; // numbers of objects below are new ones

    @Option(names = "--nodes", description = "Default: ${DEFAULT-VALUE}", defaultValue = "10000")
    private int nodes;

    @Option(names = "--artifacts", description = "Default: ${DEFAULT-VALUE}", defaultValue = "1000")
    private int artifacts;

    @Option(names = "--each", description = "Artifacts of each node. Default: ${DEFAULT-VALUE}", defaultValue = "10")
    private int each;

    @Option(names = "--seeders", description = "Default: ${DEFAULT-VALUE}", defaultValue = "8")
    private int seeders;

    @Option(names = "--pieces", description = "Of each artifact. Default: ${DEFAULT-VALUE}", defaultValue = "400")
    private int pieces;

    @Option(
            names = "--every",
            description = "Seconds; a node takes a new artifact so often. Default: ${DEFAULT-VALUE}",
            defaultValue = "600")
    private double every;

    @Option(
            names = "--takers",
            description = "Nodes that take the same new artifact. Default: ${DEFAULT-VALUE}",
            defaultValue = "100")
    private int takers;

    @Option(
            names = "--come",
            description = "Seconds in which the nodes come. Default: ${DEFAULT-VALUE}",
            defaultValue = "60")
    private double come;

    @Option(names = "--warm-up", description = "Seconds. Default: ${DEFAULT-VALUE}", defaultValue = "60")
    private double warmUp;

    @Option(names = "--seconds", description = "Measured. Default: ${DEFAULT-VALUE}", defaultValue = "60")
    private double seconds;

    @Option(names = "--heap", description = "The tracker's. Default: ${DEFAULT-VALUE}", defaultValue = "512m")
    private String heap = "";

    @Option(names = "--java-opts", description = "More options for the tracker's JVM.", defaultValue = "")
    private String javaOptions = "";

    @Option(names = "--dir", paramLabel = "DIR", description = "For the tracker's state. Default: a temporary one")
    private @Nullable Path directory;

    @Option(names = "--report", paramLabel = "FILE", description = "Also writes the figures as JSON.")
    private @Nullable Path report;

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean twoCores = Runtime.getRuntime().availableProcessors() > 1;
        if (twoCores) {
            Cores.bindLoad();
        }
        Plan plan = new Plan(nodes, artifacts, each, seeders, pieces, every, takers);
        Path parent = directory == null ? Path.of(System.getProperty("java.io.tmpdir")) : directory;
        try (Scratch scratch = new Scratch(Files.createTempDirectory(parent, "piecewise-crowd-"));
                SizedObject object = new SizedObject(plan.totalBytes());
                Program tracker = tracker(scratch.path(), object, twoCores)) {
            URI uri = URI.create(JsonMapper.builder()
                    .build()
                    .readTree(tracker.awaitLine("{\"event\":\"ready\"", START))
                    .path("url")
                    .asString());
            say(artifacts + " artifacts are registered");
            List<Crowd.Published> published = publish(uri, plan);
            try (Crowd crowd = new Crowd(plan, uri, published)) {
                say(nodes + " nodes come");
                crowd.come(come);
                say("they take new artifacts, one every " + plan.pauseSeconds() + " s");
                crowd.takeNewArtifacts();
                crowd.run(warmUp);
                say("measured from now on: " + crowd.tally.failures() + " failures before "
                        + crowd.tally.lastFailure());
                crowd.tally.clear();
                print(measure(crowd, tracker), crowd.tally, plan);
            } catch (IOException e) {
                throw new IOException(
                        e.getMessage() + "; the tracker " + (tracker.isAlive() ? "runs" : "ended") + ", its output:\n"
                                + Files.readString(scratch.path().resolve("tracker.log")),
                        e);
            }
        }
        return 0;
    }

    private static void say(String what) {
        System.err.println(what);
    }

    private Program tracker(Path scratch, SizedObject object, boolean twoCores) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>(object.credentials());
        environment.put("PIECEWISE_JAVA_OPTS", ("-Xmx" + heap + " " + javaOptions).strip());
        List<String> command = List.of(
                System.getProperty("piecewise.distribution", ".") + "/bin/piecewise",
                "tracker",
                "--json",
                "--listen=127.0.0.1:0",
                "--state=" + scratch.resolve("state"),
                "--allow=s3://" + SizedObject.BUCKET + "/");
        return Program.start(
                "tracker", scratch.resolve("tracker.log"), environment, twoCores ? Cores.bound(command) : command);
    }

    /** Registers torrents of invented hashes, so nothing need be read. */
    private static List<Crowd.Published> publish(URI tracker, Plan plan) {
        SplittableRandom random = new SplittableRandom(7);
        List<Crowd.Published> published = new ArrayList<>();
        try (TrackerClient client = new TrackerClient(tracker, Optional.empty())) {
            for (int number = FIRST_OLD; number < FIRST_OLD + plan.artifacts(); number++) {
                String uri = SizedObject.uri(number);
                String name = uri.substring(uri.lastIndexOf('/') + 1);
                ArtifactContent content = new ArtifactContent(
                        name,
                        true,
                        List.of(new FileEntry(name, plan.totalBytes())),
                        new PieceLayout(plan.totalBytes(), Plan.PIECE_BYTES));
                List<PieceHash> hashes = IntStream.range(0, plan.pieces())
                        .mapToObj(piece -> {
                            byte[] sha1 = new byte[PieceHash.BYTES];
                            random.nextBytes(sha1);
                            return PieceHash.of(sha1);
                        })
                        .toList();
                InfoDictionary info = new InfoDictionary(content, hashes, true);
                byte[] torrent = Metainfo.of(info, Optional.empty(), List.of()).encode();
                String id = client.registerTorrent(torrent, Optional.of(uri)).id();
                published.add(new Crowd.Published(id, info.infoHash()));
            }
        }
        return published;
    }

    /**
     * @param trackerCores that it kept busy
     * @param loadCores that the load kept busy
     * @param connections open at the end
     * @param newConnections a second
     */
    private record Figures(
            double seconds,
            double trackerCores,
            double loadCores,
            long peakResidentBytes,
            int connections,
            double newConnections) {}

    private Figures measure(Crowd crowd, Program tracker) throws IOException {
        double cpu = tracker.cpuSeconds();
        double own = ownCpuSeconds();
        long opened = crowd.calls.opened();
        long started = System.nanoTime();
        crowd.run(seconds);
        double took = (System.nanoTime() - started) / 1e9;
        return new Figures(
                took,
                (tracker.cpuSeconds() - cpu) / took,
                (ownCpuSeconds() - own) / took,
                tracker.peakResidentBytes(),
                crowd.calls.open(),
                (crowd.calls.opened() - opened) / took);
    }

    private static double ownCpuSeconds() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .map(cpu -> cpu.toNanos() / 1e9)
                .orElse(0.0);
    }

    private void print(Figures figures, Tally tally, Plan plan) throws IOException {
        Table calls = new Table("call", "a second", "median", "99 of 100", "most");
        double all = 0;
        for (Tally.Kind kind : Tally.Kind.values()) {
            double perSecond = tally.of(kind).count() / figures.seconds();
            all += perSecond;
            row(calls, kind.name().toLowerCase(Locale.ROOT), number("%.1f", perSecond), tally.of(kind));
        }
        calls.add("all", number("%.1f", all), "", "", "");
        Table times = new Table("seconds", "count", "median", "99 of 100", "most");
        row(times, "hashes, from the report to a waiting node", "" + tally.hashes.count(), tally.hashes);
        row(times, "newcomers, from the announce to a neighbour", "" + tally.newcomers.count(), tally.newcomers);
        row(times, "answers to calls that do not wait", "" + tally.answers.count(), tally.answers);
        row(times, "the load itself, late by", "" + tally.load.count(), tally.load);
        System.out.printf(
                Locale.ROOT,
                "%d nodes, %d seeders, %d artifacts of %d pieces, %d a node; every %.1f s a new one that %d nodes take; %.0f s,"
                        + " tracker on one core with a heap of %s%n%n"
                        + "tracker: %.2f cores, peak RSS %d MiB; %d connections, %.0f new ones a second; load: %.2f cores; %d calls failed%s%n%n%s%n%n%s%n",
                plan.nodes(),
                plan.seeders(),
                plan.artifacts(),
                plan.pieces(),
                plan.artifactsPerNode(),
                plan.pauseSeconds(),
                plan.takers(),
                figures.seconds(),
                heap,
                figures.trackerCores(),
                figures.peakResidentBytes() >> 20,
                figures.connections(),
                figures.newConnections(),
                figures.loadCores(),
                tally.failures(),
                tally.failures() == 0 ? "" : ", the last one: " + tally.lastFailure(),
                times,
                calls);
        if (report != null) {
            Map<String, Object> written = new LinkedHashMap<>();
            written.put("plan", plan);
            written.put("figures", figures);
            written.put("calls", tally.calls());
            written.put("failures", tally.failures());
            written.put("hashesP99Seconds", tally.hashes.quantile(0.99));
            written.put("newcomersP99Seconds", tally.newcomers.quantile(0.99));
            written.put("answersP99Seconds", tally.answers.quantile(0.99));
            Files.writeString(
                    report,
                    JsonMapper.builder()
                            .build()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(written));
        }
    }

    private static void row(Table table, String label, String count, Delays delays) {
        table.add(
                label,
                count,
                number("%.3f", delays.quantile(0.5)),
                number("%.3f", delays.quantile(0.99)),
                number("%.3f", delays.quantile(1)));
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
