package dev.piecewise.bench.bound;

import dev.piecewise.bench.Program;
import dev.piecewise.bench.S3Host;
import dev.piecewise.bench.S3Main;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchRequest;
import dev.piecewise.client.NodeConfig;
import dev.piecewise.client.Piecewise;
import dev.piecewise.client.ProgressListener;
import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Ours: tracker beside the star, S3, seeder and nodes as processes in it. The nodes are up; they are asked through their
 * local sockets, as {@code piecewise get} does.
 */
final class PiecewiseRun implements Contestant {
    private static final Duration START = Duration.ofSeconds(60);
    private static final String TRACKER = "http://" + Star.BRIDGE + ":7070";
    private static final ArtifactUri URI_ = ArtifactUri.parse("s3://" + S3Main.BUCKET + "/" + S3Main.KEY);

    private final Path command;
    private final boolean cold;

    /**
     * @param distribution of Piecewise
     * @param cold whether the tracker has never seen the artifact, so that S3 is read meanwhile
     */
    PiecewiseRun(Path distribution, boolean cold) {
        this.command = distribution.resolve("bin").resolve("piecewise");
        this.cold = cold;
    }

    @Override
    public String label() {
        return "Piecewise, " + (cold ? "cold" : "warm");
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
            Program seeder = member(star, "seeder", "seeder", Star.SEEDER, directory);
            running.add(0, seeder);
            List<Program> nodes = new ArrayList<>();
            List<List<Integer>> groups = Star.groups(setting.nodes());
            for (List<Integer> group : groups) {
                int first = group.get(0);
                nodes.add(
                        group.size() == 1
                                ? member(star, "n" + first, "node", Star.node(first), directory)
                                : several(star, group, directory));
                running.add(0, nodes.get(nodes.size() - 1));
            }
            seeder.awaitLine("{\"event\":\"ready\"", START);
            for (int i = 0; i < nodes.size(); i++) {
                nodes.get(i).awaitLine(groups.get(i).size() == 1 ? "{\"event\":\"ready\"" : "READY", START);
            }
            if (!cold) {
                warmUp(setting);
            }
            return measure(setting, star, directory, s3, seeder, nodes);
        } finally {
            closeAll(running);
        }
    }

    private static Measured measure(
            Setting setting, Star star, Path directory, S3Host s3, Program seeder, List<Program> nodes)
            throws IOException, InterruptedException {
        double nodeCpu = -nodes.stream().mapToDouble(Program::cpuSeconds).sum();
        double seederCpu = -seeder.cpuSeconds();
        long seederSent = -star.sentBytes("seeder");
        List<Double> seconds = askAll(setting, directory);
        nodeCpu += nodes.stream().mapToDouble(Program::cpuSeconds).sum();
        seederCpu += seeder.cpuSeconds();
        seederSent += star.sentBytes("seeder");
        long peak = 0;
        boolean correct = true;
        for (Program process : nodes) {
            peak = Math.max(peak, process.peakResidentBytes());
        }
        for (int i = 1; i <= setting.nodes(); i++) {
            correct &= setting.payload().equalsCopy(destination(directory, i));
        }
        return new Measured(seconds, s3.sentBytes(), seederSent, nodeCpu / setting.nodes(), seederCpu, peak, correct);
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

    private Program member(Star star, String host, String role, String address, Path directory) throws IOException {
        return star.start(
                host,
                directory.resolve(host + ".log"),
                Map.of(),
                List.of(
                        command.toString(),
                        role,
                        "--json",
                        "--tracker=" + TRACKER,
                        "--data=" + directory.resolve(host),
                        "--listen=" + address + ":6881",
                        "--advertise=" + address));
    }

    /** One process for all of them, so that not every node compiles its code anew. */
    private static Program several(Star star, List<Integer> group, Path directory) throws IOException {
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

    private static List<Double> askAll(Setting setting, Path directory) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(setting.nodes());
        try {
            CyclicBarrier start = new CyclicBarrier(setting.nodes());
            List<Callable<Double>> asks = new ArrayList<>();
            for (int i = 1; i <= setting.nodes(); i++) {
                Path destination = destination(directory, i);
                Files.createDirectories(destination.getParent());
                NodeConfig config = NodeConfig.defaults(URI.create(TRACKER), directory.resolve("n" + i));
                asks.add(() -> ask(setting, config, destination, start));
            }
            List<Double> seconds = new ArrayList<>();
            for (Future<Double> answer : threads.invokeAll(asks)) {
                seconds.add(answer.get());
            }
            return seconds;
        } catch (ExecutionException e) {
            throw new IOException("a node failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static double ask(Setting setting, NodeConfig config, Path destination, CyclicBarrier start)
            throws Exception {
        try (Piecewise piecewise = Piecewise.open(config)) {
            FetchRequest request = FetchRequest.of(URI_, Destination.of(destination))
                    .withPieceLength(new PieceLength(setting.pieceBytes()))
                    .withStallTimeout(setting.patience());
            start.await();
            long started = System.nanoTime();
            FetchOutcome outcome = piecewise.fetch(request, ProgressListener.NONE);
            double seconds = (System.nanoTime() - started) / 1e9;
            if (outcome instanceof FetchOutcome.Complete) {
                return seconds;
            }
            throw new IOException("a node ended with " + outcome);
        }
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
