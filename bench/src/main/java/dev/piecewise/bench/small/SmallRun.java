package dev.piecewise.bench.small;

import dev.piecewise.bench.NodeAsks;
import dev.piecewise.bench.Payload;
import dev.piecewise.bench.Program;
import dev.piecewise.bench.S3Host;
import dev.piecewise.bench.S3Main;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
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
import java.util.Objects;
import java.util.Optional;

/** One run: tracker, S3, a seeder and nodes on addresses of loopback of their own, asked for one object after the other. */
final class SmallRun implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ADDRESS = "127.77.";
    private static final String TRACKER = "http://" + ADDRESS + "0.2:7070";

    private final Path directory;
    private final Map<Step, Payload> payloads;
    private final int nodes;
    private final List<AutoCloseable> running = new ArrayList<>();
    private final List<Program> nodePrograms = new ArrayList<>();
    private final S3Host s3;

    /** What is asked for, in this order; each is another object. */
    enum Step {
        COLD(1, "cold: the first object the processes see"),
        WARM(2, "warm: the seeder has read it"),
        COLD_AGAIN(3, "cold, another object"),
        WARM_AGAIN(4, "warm, another object");

        private final int number;
        private final String words;

        Step(int number, String words) {
            this.number = number;
            this.words = words;
        }

        String words() {
            return words;
        }

        String key() {
            return "object-" + number;
        }

        /** Makes its bytes different from those of all others. */
        int number() {
            return number;
        }

        boolean isWarm() {
            return this == WARM || this == WARM_AGAIN;
        }
    }

    /**
     * @param lastSeconds from the last ask to the last file
     * @param medianSeconds from each node's ask to its file, the median
     * @param s3Bytes object bytes that S3 sent for this object
     * @param nodeCpuSeconds processor time of all nodes together
     * @param correct whether every file has the right SHA-256
     */
    record Measured(
            Step step,
            double lastSeconds,
            double medianSeconds,
            long s3Bytes,
            double nodeCpuSeconds,
            boolean correct) {}

    private SmallRun(Path directory, Map<Step, Payload> payloads, int nodes, S3Host s3) {
        this.directory = directory;
        this.payloads = payloads;
        this.nodes = nodes;
        this.s3 = s3;
        running.add(s3);
    }

    /**
     * Starts everything; returns when all nodes are up.
     *
     * @param distribution of Piecewise
     * @param payloads one for each step
     */
    static SmallRun start(Path distribution, Path directory, Map<Step, Payload> payloads, int nodes, int perProcess)
            throws IOException, InterruptedException {
        SmallRun run = new SmallRun(
                directory,
                payloads,
                nodes,
                S3Host.start(
                        (log, environment, command) -> Program.start("s3", log, environment, command),
                        ADDRESS + "0.1",
                        directory.resolve("s3"),
                        payloads.values().stream().map(Payload::file).toList()));
        try {
            run.startPrograms(distribution.resolve("bin").resolve("piecewise").toString(), perProcess);
            return run;
        } catch (IOException | InterruptedException | RuntimeException e) {
            run.close();
            throw e;
        }
    }

    private void startPrograms(String command, int perProcess) throws IOException, InterruptedException {
        Program tracker = program(
                "tracker",
                s3.credentials(),
                List.of(
                        command,
                        "tracker",
                        "--json",
                        "--listen=" + ADDRESS + "0.2:7070",
                        "--state=" + directory.resolve("tracker"),
                        "--allow=s3://" + S3Main.BUCKET + "/"));
        tracker.awaitLine("{\"event\":\"ready\"", START);
        Program seeder = program(
                "seeder",
                Map.of(),
                List.of(
                        command,
                        "seeder",
                        "--json",
                        "--tracker=" + TRACKER,
                        "--data=" + directory.resolve("seeder"),
                        "--listen=" + ADDRESS + "0.3:6881",
                        "--advertise=" + ADDRESS + "0.3"));
        for (int first = 0; first < nodes; first += perProcess) {
            nodePrograms.add(nodes(first, Math.min(nodes, first + perProcess)));
        }
        seeder.awaitLine("{\"event\":\"ready\"", START);
        for (Program program : nodePrograms) {
            program.awaitLine("READY", START);
        }
    }

    private Program nodes(int from, int to) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.piecewise.bench.BenchMain",
                "nodes",
                "--tracker=" + TRACKER));
        for (int node = from; node < to; node++) {
            command.add("--node=" + address(node) + "=" + data(node));
        }
        return program("nodes-" + from, Map.of(), command);
    }

    private Program program(String name, Map<String, String> environment, List<String> command) throws IOException {
        Program program = Program.start(name, directory.resolve(name + ".log"), environment, command);
        running.add(0, program);
        return program;
    }

    private static String address(int node) {
        return ADDRESS + (1 + node / 250) + "." + (1 + node % 250);
    }

    private Path data(int node) {
        return directory.resolve("data-" + node);
    }

    /** Asks all nodes for the object of this step. */
    Measured measure(Step step) throws IOException, InterruptedException {
        ArtifactUri uri = ArtifactUri.parse("s3://" + S3Main.BUCKET + "/" + step.key());
        long before = s3.sentBytes();
        if (step.isWarm()) {
            warmUp(uri);
        }
        NodeAsks asks = new NodeAsks(URI.create(TRACKER), uri, Optional.empty(), PATIENCE);
        for (int node = 0; node < nodes; node++) {
            asks.add(data(node), file(step, node));
        }
        double cpu = -cpuSeconds();
        List<NodeAsks.Asked> asked = asks.askAll();
        cpu += cpuSeconds();
        long lastAsk =
                asked.stream().mapToLong(NodeAsks.Asked::askedNanos).max().orElseThrow();
        long lastDone =
                asked.stream().mapToLong(NodeAsks.Asked::doneNanos).max().orElseThrow();
        Payload payload = Objects.requireNonNull(payloads.get(step));
        boolean correct = true;
        for (int node = 0; node < nodes; node++) {
            correct &= payload.equalsCopy(file(step, node));
        }
        return new Measured(
                step,
                (lastDone - lastAsk) / 1e9,
                asked.stream().map(NodeAsks.Asked::seconds).sorted().toList().get(asked.size() / 2),
                s3.sentBytes() - before,
                cpu,
                correct);
    }

    private Path file(Step step, int node) {
        return directory.resolve("files-" + node).resolve(step.key());
    }

    private static void warmUp(ArtifactUri uri) {
        try (TrackerClient tracker = new TrackerClient(URI.create(TRACKER), Optional.empty())) {
            ArtifactStatus status = tracker.requestArtifact(new ArtifactRequest(uri.toString(), null));
            while (status.state() == ArtifactState.READING) {
                status = tracker.artifact(new ArtifactId(status.id()), Duration.ofSeconds(5));
            }
        }
    }

    private double cpuSeconds() {
        return nodePrograms.stream().mapToDouble(Program::cpuSeconds).sum();
    }

    @Override
    public void close() throws IOException {
        for (AutoCloseable part : running) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IOException("cannot end " + part, e);
            }
        }
    }
}
