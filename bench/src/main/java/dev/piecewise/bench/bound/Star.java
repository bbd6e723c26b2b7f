package dev.piecewise.bench.bound;

import dev.piecewise.bench.Program;
import dev.piecewise.bench.S3Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** The namespaces of {@code star.sh}, from their making to their end. */
final class Star implements AutoCloseable {
    /** Reached by all hosts without a limit. */
    static final String BRIDGE = "10.77.255.254";

    static final String S3 = "10.77.0.1";
    static final String SEEDER = "10.77.0.2";

    /** So many nodes have a namespace and a process each. */
    static final int MOST_PROCESSES = 8;
    /** Of more than that so many share them; star.sh knows it, too. */
    private static final int NODES_PER_GROUP = 8;

    private final Path script;
    private final int nodes;
    private final int zones;

    private Star(Path script, int nodes, int zones) {
        this.script = script;
        this.nodes = nodes;
        this.zones = zones;
    }

    static Star up(Path script, Setting setting) throws IOException, InterruptedException {
        Star star = new Star(script, setting.nodes(), setting.zones());
        star.close();
        run(List.of(
                script.toString(),
                "up",
                "" + setting.nodes(),
                setting.nodeMbit() + "mbit",
                setting.s3Mbit() + "mbit",
                "" + setting.zones(),
                setting.zoneMbit() + "mbit",
                setting.slowMbit() == 0 ? "" : setting.slowMbit() + "mbit"));
        return star;
    }

    static String node(int number) {
        return "10.77.1." + number;
    }

    /** Node numbers that share a namespace, in order: one each up to eight nodes, else eight. */
    static List<List<Integer>> groups(int nodes) {
        int size = nodes <= MOST_PROCESSES ? 1 : NODES_PER_GROUP;
        List<List<Integer>> groups = new ArrayList<>();
        for (int first = 1; first <= nodes; first += size) {
            groups.add(IntStream.range(first, Math.min(nodes + 1, first + size))
                    .boxed()
                    .toList());
        }
        return groups;
    }

    private String namespace(String host) {
        if (nodes <= MOST_PROCESSES || !host.startsWith("n")) {
            return "pwb-" + host;
        }
        return "pwb-g" + ((Integer.parseInt(host.substring(1)) - 1) / NODES_PER_GROUP + 1);
    }

    /** Starts a program in the namespace of {@code s3}, {@code seeder} or {@code n1}, ... */
    Program start(String host, Path log, Map<String, String> environment, List<String> command) throws IOException {
        List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", namespace(host)));
        inside.addAll(command);
        return Program.start(host, log, environment, inside);
    }

    /** Starts S3 in its namespace. */
    S3Host startS3(Path directory, Path payload) throws IOException, InterruptedException {
        return S3Host.start(
                (log, environment, command) -> start("s3", log, environment, command), S3, directory, List.of(payload));
    }

    /** Lifts the limits of a node that has a namespace of its own. */
    void open(int node) throws IOException, InterruptedException {
        run(List.of(script.toString(), "open", "" + node));
    }

    /** Bytes that a host has put on its link, headers included. */
    long sentBytes(String host) throws IOException {
        // What a host sends, its end of the pair on the bridge receives.
        return Long.parseLong(Files.readString(Path.of("/sys/class/net/pwbv-" + host + "/statistics/rx_bytes"))
                .trim());
    }

    /** Bytes that entered zones from others, headers included. */
    long zoneBytes() throws IOException {
        long bytes = 0;
        for (int zone = 1; zone <= zones; zone++) {
            bytes += Long.parseLong(Files.readString(Path.of("/sys/class/net/pwbin-" + zone + "/statistics/tx_bytes"))
                    .trim());
        }
        return bytes;
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed (it needs root and iproute2):\n" + said);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            run(List.of(script.toString(), "down"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
