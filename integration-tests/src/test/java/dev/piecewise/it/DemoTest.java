package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.it.lab.Await;
import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.it.lab.RequiresProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command that a newcomer types first: it must prove itself, and leave nothing behind however it ends. */
class DemoTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long SIZE = 24L << 20;

    @TempDir
    Path directory;

    @Test
    void theReportProvesThatEveryByteLeftS3OnceAndNothingStaysBehind() throws Exception {
        Path report = directory.resolve("report.json");
        try (PiecewiseProcess demo = start("--nodes", "3", "--report", report.toString())) {
            assertThat(demo.exitCode()).as(demo.toString()).isZero();
        }
        JsonNode json = JsonMapper.shared().readTree(report);
        long artifactBytes = json.get("artifactBytes").asLong();
        assertThat(artifactBytes).as("the object and the prefix").isGreaterThan(SIZE);
        assertThat(json.get("originBytes").asLong()).isEqualTo(artifactBytes);
        assertThat(json.get("originRatio").asDouble()).isEqualTo(1.0);
        assertThat(json.get("nodes")).hasSize(3).allSatisfy(node -> {
            assertThat(node.get("verified").asBoolean()).isTrue();
            assertThat(node.get("bytesFromPeers").asLong()).isEqualTo(artifactBytes);
            assertThat(node.get("bytesFromOrigin").asLong()).isZero();
            assertThat(node.get("seconds").asDouble()).isPositive();
            assertThat(node.get("node").asString()).isNotBlank();
        });
        JsonNode distribution = json.get("distribution");
        assertThat(distribution.get("totalBytes").asLong()).isEqualTo(SIZE);
        assertThat(distribution.get("complete").asInt()).isEqualTo(3);
        assertThat(distribution.get("seconds").asDouble()).isPositive();
        assertThat(distribution.get("ratio").asDouble())
                .as(distribution.toString())
                .isGreaterThan(0.9);
        assertThat(distribution.get("terms"))
                .extracting(term -> term.get("limit").asString())
                .contains("origin", "seeder", "node link", "disk", "cpu");
        assertThat(scratch()).isEmpty();
    }

    @Test
    void whenItIsKilledItsProcessesEndAndItsFilesGo() throws Exception {
        try (PiecewiseProcess demo = start("--nodes", "1", "--keep")) {
            demo.awaitLine(Pattern.compile("Everything stays up"));
            List<ProcessHandle> children = demo.descendants();
            assertThat(children).hasSizeGreaterThanOrEqualTo(3);
            assertThat(scratch()).isNotEmpty();
            demo.killNow();
            Await.until("the demo's processes end", PATIENCE, () -> children.stream()
                    .noneMatch(ProcessHandle::isAlive));
            Await.until("the demo's files go", PATIENCE, () -> scratch().isEmpty());
        }
        assertThat(scratch()).isEmpty();
    }

    @Test
    @RequiresProgram(value = "aria2c", debianPackage = "aria2")
    void thePrintedAria2CommandsWorkWhenPasted() throws Exception {
        try (PiecewiseProcess demo = start("--nodes", "1", "--keep")) {
            List<String> commands = new ArrayList<>();
            for (String name : List.of("model\\.bin", "dataset%2F")) {
                commands.add(demo.awaitLine(Pattern.compile("^ *(aria2c .*" + name + "'.*)$"))
                        .group(1));
            }
            assertThat(demo.awaitLine(Pattern.compile("magnet:\\?\\S+")).group())
                    .contains("xt=urn:btih:");
            for (String command : commands) {
                Process aria2 = new ProcessBuilder("sh", "-c", command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("aria2.log").toFile())
                        .start();
                assertThat(aria2.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertThat(aria2.exitValue())
                        .as(Files.readString(directory.resolve("aria2.log")))
                        .isZero();
            }
            Path root = scratch().get(0);
            for (String name : List.of("model.bin", "dataset/LICENSE", "dataset/train/shard-16.bin")) {
                assertThat(root.resolve("aria2").resolve(name))
                        .hasSameBinaryContentAs(root.resolve("node-1/files").resolve(name));
            }
        }
    }

    /** The demo with its temporary files below this test's directory. */
    private PiecewiseProcess start(String... options) {
        String[] words = Stream.concat(Stream.of("demo", "--size", Long.toString(SIZE)), Stream.of(options))
                .toArray(String[]::new);
        return PiecewiseProcess.start(Map.of("PIECEWISE_JAVA_OPTS", "-Djava.io.tmpdir=" + directory), words);
    }

    private List<Path> scratch() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("piecewise-demo"))
                    .toList();
        }
    }
}
