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

/** The namespaces of {@code star.sh}, from their making to their end. */
final class Star implements AutoCloseable {
    /** Reached by all hosts without a limit. */
    static final String BRIDGE = "10.77.255.254";

    static final String S3 = "10.77.0.1";
    static final String SEEDER = "10.77.0.2";

    private final Path script;

    private Star(Path script) {
        this.script = script;
    }

    static Star up(Path script, int nodes, int nodeMbit, int s3Mbit) throws IOException, InterruptedException {
        Star star = new Star(script);
        star.close();
        run(List.of(script.toString(), "up", "" + nodes, nodeMbit + "mbit", s3Mbit + "mbit"));
        return star;
    }

    static String node(int number) {
        return "10.77.1." + number;
    }

    /** Starts a program in the namespace of {@code s3}, {@code seeder} or {@code n1}, ... */
    Program start(String host, Path log, Map<String, String> environment, List<String> command) throws IOException {
        List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", "pwb-" + host));
        inside.addAll(command);
        return Program.start(host, log, environment, inside);
    }

    /** Starts S3 in its namespace. */
    S3Host startS3(Path directory, Path payload) throws IOException, InterruptedException {
        return S3Host.start(
                (log, environment, command) -> start("s3", log, environment, command), S3, directory, payload);
    }

    /** Bytes that a host has put on its link, headers included. */
    long sentBytes(String host) throws IOException {
        // What a host sends, its end of the pair on the bridge receives.
        return Long.parseLong(Files.readString(Path.of("/sys/class/net/pwbv-" + host + "/statistics/rx_bytes"))
                .trim());
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
