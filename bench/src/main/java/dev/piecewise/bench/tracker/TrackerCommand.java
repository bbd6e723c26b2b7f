package dev.piecewise.bench.tracker;

import dev.piecewise.bench.Program;
import dev.piecewise.bench.Report;
import dev.piecewise.bench.Scratch;
import dev.piecewise.bench.Table;
import dev.piecewise.bench.tracker.Wrk.Answered;
import dev.piecewise.bench.tracker.Wrk.Connections;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code bench/run tracker}. */
@Command(
        name = "tracker",
        mixinStandardHelpOptions = true,
        description = {
            "Announces a second that one core answers, beside opentracker, how late they are answered at a fixed rate, the memory"
                    + " of the peers; and how many leases a second are granted to many nodes.",
            "Needs two cores, one for the tracker and one for the load, wrk and opentracker. opentracker closes every"
                    + " connection, so keep-alive gains it nothing."
        })
public final class TrackerCommand implements Callable<Integer> {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration RATE_WARM_UP = Duration.ofSeconds(2);
    private static final int OPENTRACKER_PORT = 6970;
    private static final int PEERS = 10_000;
    private static final int MORE_PEERS = 60_000;
    private static final int WARM_UP_ROUNDS = 2;

    @Option(names = "--swarms", description = "Default: ${DEFAULT-VALUE}", defaultValue = "10")
    private int swarms;

    @Option(names = "--seconds", description = "Of each measurement. Default: ${DEFAULT-VALUE}", defaultValue = "6")
    private int seconds;

    @Option(
            names = "--warm-up",
            description = "Seconds of load before, for the compiler. Default: ${DEFAULT-VALUE}",
            defaultValue = "16")
    private int warmUpSeconds;

    @Option(names = "--rate", description = "For the latency. Default: ${DEFAULT-VALUE}", defaultValue = "2000")
    private int rate;

    @Option(names = "--nodes", description = "That take leases. Default: ${DEFAULT-VALUE}", defaultValue = "10000")
    private int nodes;

    @Option(names = "--pieces", description = "That are leased. Default: ${DEFAULT-VALUE}", defaultValue = "10000")
    private int pieces;

    @Option(names = "--runs", description = "The median is shown. Default: ${DEFAULT-VALUE}", defaultValue = "3")
    private int runs;

    @Mixin
    private final Report report = new Report();

    /** @param bytesFor10kPeers live heap, or resident memory of a program without one */
    private record Announces(
            Answered keepAlive,
            Answered newConnections,
            double p99Millis,
            double bytesFor10kPeers,
            double peakResidentBytes) {}

    private record Grants(double overHttp, double trackerCoreShare, double atScheduler) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        Cores.bindLoad();
        List<Announces> ours = new ArrayList<>();
        List<Announces> others = new ArrayList<>();
        List<Grants> grants = new ArrayList<>();
        for (int run = 1; run <= runs; run++) {
            System.err.println("run " + run + " of " + runs);
            try (Scratch scratch = new Scratch(Files.createTempDirectory("piecewise-tracker-"));
                    SizedObject object = new SizedObject((long) pieces * HttpGrants.PIECE_BYTES)) {
                List<String> infoHashes = new ArrayList<>();
                try (Program tracker = tracker(scratch.path(), object)) {
                    URI uri = uri(tracker);
                    infoHashes.addAll(new PublishedSwarms(uri).create(swarms));
                    ours.add(announces(tracker, uri, infoHashes, warmUpSeconds, () -> liveHeapBytes(tracker)));
                    grants.add(grants(uri));
                }
                others.add(opentracker(scratch.path(), infoHashes));
            }
        }
        print(ours, others, grants);
        return 0;
    }

    private static Program tracker(Path directory, SizedObject object) throws IOException {
        return Program.start(
                "tracker",
                directory.resolve("tracker.log"),
                object.credentials(),
                Cores.bound(List.of(
                        System.getProperty("piecewise.distribution", ".") + "/bin/piecewise",
                        "tracker",
                        "--json",
                        "--listen=127.0.0.1:0",
                        "--state=" + directory.resolve("state"),
                        "--allow=s3://" + SizedObject.BUCKET + "/")));
    }

    private static URI uri(Program tracker) throws IOException, InterruptedException {
        String ready = tracker.awaitLine("{\"event\":\"ready\"", START);
        return URI.create(
                JsonMapper.builder().build().readTree(ready).path("url").asString());
    }

    private Announces opentracker(Path directory, List<String> infoHashes) throws IOException, InterruptedException {
        // It changes its root to the directory and its user to nobody before it reads the list.
        Path root = Files.createDirectories(directory.resolve("opentracker"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.write(root.resolve("whitelist"), infoHashes);
        try (Program opentracker = Program.start(
                "opentracker",
                directory.resolve("opentracker.log"),
                Map.of(),
                Cores.bound(List.of(
                        "opentracker",
                        "-i",
                        "127.0.0.1",
                        "-p",
                        "" + OPENTRACKER_PORT,
                        "-d",
                        root.toString(),
                        "-w",
                        "/whitelist")))) {
            URI uri = URI.create("http://127.0.0.1:" + OPENTRACKER_PORT);
            AnnounceLoad.awaitListening(uri, START);
            return announces(opentracker, uri, infoHashes, 1, opentracker::peakResidentBytes);
        }
    }

    private interface Memory {
        long bytes() throws IOException, InterruptedException;
    }

    private Announces announces(Program tracker, URI uri, List<String> infoHashes, int warmUpSeconds, Memory memory)
            throws IOException, InterruptedException {
        Wrk.announce(uri, infoHashes, Connections.KEPT, PEERS, Math.max(1, warmUpSeconds / 2));
        Wrk.announce(uri, infoHashes, Connections.NEW, PEERS, Math.max(1, warmUpSeconds / 2));
        Answered keepAlive = Wrk.announce(uri, infoHashes, Connections.KEPT, PEERS, seconds);
        Answered newConnections = Wrk.announce(uri, infoHashes, Connections.NEW, PEERS, seconds);
        AnnounceLoad.percentile99(uri, infoHashes, rate, RATE_WARM_UP);
        Duration p99 = AnnounceLoad.percentile99(uri, infoHashes, rate, Duration.ofSeconds(seconds));
        long before = memory.bytes();
        double more = AnnounceLoad.peers(uri, infoHashes);
        Wrk.announce(uri, infoHashes, Connections.KEPT, MORE_PEERS, seconds);
        more = AnnounceLoad.peers(uri, infoHashes) - more;
        return new Announces(
                keepAlive,
                newConnections,
                p99.toNanos() / 1e6,
                (memory.bytes() - before) * 10_000 / more,
                tracker.peakResidentBytes());
    }

    private Grants grants(URI uri) throws IOException, InterruptedException {
        HttpGrants overHttp = new HttpGrants(uri, nodes);
        SchedulerGrants atScheduler = new SchedulerGrants(nodes, pieces);
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            overHttp.perSecond(round);
            atScheduler.perSecond(round);
        }
        Cores.Reading before = Cores.read();
        double perSecond = overHttp.perSecond(WARM_UP_ROUNDS);
        return new Grants(perSecond, Cores.busyShare(before, Cores.read()), atScheduler.perSecond(WARM_UP_ROUNDS));
    }

    private void print(List<Announces> ours, List<Announces> others, List<Grants> grants) throws IOException {
        Table table = new Table(
                "tracker",
                "keep-alive/s",
                "core busy",
                "new connections/s",
                "core busy",
                "p99 at " + rate + "/s, new connections",
                "memory of 10,000 peers",
                "peak RSS");
        row(table, "Piecewise", ours);
        row(table, "opentracker", others);
        Table leases = new Table("lease grants and reports", "a second", "core busy");
        leases.add(
                "over HTTP",
                whole(median(grants, Grants::overHttp)),
                percent(median(grants, Grants::trackerCoreShare)));
        leases.add("at the scheduler", whole(median(grants, Grants::atScheduler)), percent(1));
        System.out.printf(
                Locale.ROOT,
                "%d swarms, 10,000 peers, tracker on one core, load on another, %d s each; %d nodes, %d pieces; median of %d%n%n"
                        + "%s%n%n%s%n",
                swarms,
                seconds,
                nodes,
                pieces,
                runs,
                table,
                leases);
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("Piecewise", ours);
        all.put("opentracker", others);
        all.put("grants", grants);
        report.write(all);
    }

    private static void row(Table table, String label, List<Announces> measured) {
        table.add(
                label,
                whole(median(measured, one -> one.keepAlive().perSecond())),
                percent(median(measured, one -> one.keepAlive().coreShare())),
                whole(median(measured, one -> one.newConnections().perSecond())),
                percent(median(measured, one -> one.newConnections().coreShare())),
                String.format(Locale.ROOT, "%.1f ms", median(measured, Announces::p99Millis)),
                mebibytes(median(measured, Announces::bytesFor10kPeers)),
                mebibytes(median(measured, Announces::peakResidentBytes)));
    }

    private static <T> double median(List<T> measured, ToDoubleFunction<T> value) {
        return measured.stream().mapToDouble(value).sorted().toArray()[measured.size() / 2];
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * 100);
    }

    private static String mebibytes(double bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / (1 << 20));
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
