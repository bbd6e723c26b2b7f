package dev.piecewise.bench.bound;

import dev.piecewise.bench.NodeAsks;
import dev.piecewise.bench.Program;
import dev.piecewise.bench.S3Host;
import dev.piecewise.bench.S3Main;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Ours: tracker beside the star, S3, seeder (or none) and nodes as processes in it. The nodes are up; they are asked through their
 * local sockets, as {@code piecewise get} does.
 */
final class PiecewiseRun implements Contestant {
    private static final Duration START = Duration.ofSeconds(60);
    private static final String TRACKER = "http://" + Star.BRIDGE + ":7070";
    private static final ArtifactUri URI_ = ArtifactUri.parse("s3://" + S3Main.BUCKET + "/" + S3Main.KEY);

    private final Path command;
    private final Start start;

    /** What there is when the nodes are asked. */
    enum Start {
        /** The seeder has read everything. */
        WARM("warm"),
        /** The tracker has never seen the artifact, so S3 is read meanwhile. */
        COLD("cold"),
        /** The same without a seeder: the nodes read themselves. */
        SHARED("cold, no seeder");

        private final String words;

        Start(String words) {
            this.words = words;
        }
    }

    /** @param distribution of Piecewise */
    PiecewiseRun(Path distribution, Start start) {
        this.command = distribution.resolve("bin").resolve("piecewise");
        this.start = start;
    }

    @Override
    public String label() {
        return "Piecewise, " + start.words;
    }

    @Override
    public boolean readsS3() {
        return start != Start.WARM;
    }

    @Override
    public Measured run(Setting setting, Star star, Path directory) throws IOException, InterruptedException {
        List<AutoCloseable> running = new ArrayList<>();
        try {
            S3Host s3 = star.startS3(directory.resolve("s3"), setting.payload().file());
            running.add(0, s3);
            Program tracker = Program.start(
                    "tracker", directory.resolve("tracker.log"), s3.credentials(), trackerCommand(directory));
            running.add(0, tracker);
            tracker.awaitLine("{\"event\":\"ready\"", START);
            List<Program> seeders = new ArrayList<>();
            if (start != Start.SHARED) {
                seeders.add(member(star, "seeder", "seeder", Star.SEEDER, 1, setting, directory));
                running.add(0, seeders.get(0));
            }
            List<Program> nodes = new ArrayList<>();
            List<List<Integer>> groups = Star.groups(setting.nodes());
            for (List<Integer> group : groups) {
                int first = group.get(0);
                nodes.add(
                        group.size() == 1
                                ? member(star, "n" + first, "node", Star.node(first), first, setting, directory)
                                : several(star, group, setting, directory));
                running.add(0, nodes.get(nodes.size() - 1));
            }
            for (Program seeder : seeders) {
                seeder.awaitLine("{\"event\":\"ready\"", START);
            }
            for (int i = 0; i < nodes.size(); i++) {
                nodes.get(i).awaitLine(groups.get(i).size() == 1 ? "{\"event\":\"ready\"" : "READY", START);
            }
            if (start == Start.WARM) {
                warmUp(setting);
            }
            return measure(setting, star, directory, s3, seeders, nodes);
        } finally {
            closeAll(running);
        }
    }

    private static Measured measure(
            Setting setting, Star star, Path directory, S3Host s3, List<Program> seeders, List<Program> nodes)
            throws IOException, InterruptedException {
        double nodeCpu = -cpuSeconds(nodes);
        double seederCpu = -cpuSeconds(seeders);
        long seederSent = -star.sentBytes("seeder");
        long zoneBytes = -star.zoneBytes();
        List<NodeAsks.Asked> asked = askAll(setting, star, directory);
        nodeCpu += cpuSeconds(nodes);
        seederCpu += cpuSeconds(seeders);
        seederSent += star.sentBytes("seeder");
        zoneBytes += star.zoneBytes();
        long peak = 0;
        boolean correct = true;
        for (Program process : nodes) {
            peak = Math.max(peak, process.peakResidentBytes());
        }
        for (int i = 1; i <= setting.nodes(); i++) {
            correct &= setting.payload().equalsCopy(destination(directory, i));
        }
        return new Measured(
                asked.stream().map(NodeAsks.Asked::seconds).toList(),
                asked.stream().map(NodeAsks.Asked::firstPieceSeconds).toList(),
                s3.sentBytes(),
                seederSent,
                zoneBytes,
                nodeCpu / setting.nodes(),
                seederCpu,
                peak,
                correct);
    }

    private static double cpuSeconds(List<Program> programs) {
        return programs.stream().mapToDouble(Program::cpuSeconds).sum();
    }

    private List<String> trackerCommand(Path directory) {
        return List.of(
                command.toString(),
                "tracker",
                "--json",
                "--insecure",
                "--listen=" + Star.BRIDGE + ":7070",
                "--state=" + directory.resolve("tracker"),
                "--allow=s3://" + S3Main.BUCKET + "/");
    }

    /** @param neighbour a node in whose zone it is */
    private Program member(
            Star star, String host, String role, String address, int neighbour, Setting setting, Path directory)
            throws IOException {
        List<String> line = new ArrayList<>(List.of(
                command.toString(),
                role,
                "--json",
                "--tracker=" + TRACKER,
                "--data=" + directory.resolve(host),
                "--listen=" + address + ":6881",
                "--advertise=" + address));
        setting.zoneOf(neighbour).ifPresent(label -> line.add("--zone=" + label));
        line.addAll(setting.options());
        return star.start(host, directory.resolve(host + ".log"), Map.of(), line);
    }

    /** One process for all of them, so that not every node compiles its code anew. */
    private static Program several(Star star, List<Integer> group, Setting setting, Path directory) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.piecewise.bench.BenchMain",
                "nodes",
                "--tracker=" + TRACKER));
        group.forEach(node -> command.add("--node=" + Star.node(node) + "=" + directory.resolve("n" + node)));
        group.forEach(node ->
                setting.zoneOf(node).ifPresent(label -> command.add("--zone=" + Star.node(node) + "=" + label)));
        command.addAll(setting.options());
        String host = "n" + group.get(0);
        return star.start(host, directory.resolve(host + ".log"), Map.of(), command);
    }

    private static void warmUp(Setting setting) {
        try (TrackerClient tracker = new TrackerClient(URI.create(TRACKER), Optional.empty())) {
            ArtifactStatus status =
                    tracker.requestArtifact(new ArtifactRequest(URI_.toString(), "" + setting.pieceBytes()));
            while (status.state() == ArtifactState.READING) {
                status = tracker.artifact(new ArtifactId(status.id()), Duration.ofSeconds(5));
            }
        }
    }

    private static Path destination(Path directory, int node) {
        return directory.resolve("files-" + node).resolve(S3Main.KEY);
    }

    private static List<NodeAsks.Asked> askAll(Setting setting, Star star, Path directory)
            throws IOException, InterruptedException {
        NodeAsks asks = new NodeAsks(
                URI.create(TRACKER), URI_, Optional.of(new PieceLength(setting.pieceBytes())), setting.patience());
        for (int i = 1; i <= setting.nodes(); i++) {
            asks.add(directory.resolve("n" + i), destination(directory, i));
        }
        if (setting.fullRateNodes() < setting.nodes() && setting.nodes() <= Star.MOST_PROCESSES) {
            asks.afterwards(setting.fullRateNodes(), () -> star.open(setting.nodes()));
        }
        return asks.askAll();
    }

    private static void closeAll(List<AutoCloseable> running) throws IOException {
        for (AutoCloseable part : running) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IOException("cannot end " + part, e);
            }
        }
    }
}
