package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.locals3.LocalS3;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code piecewise demo --requests}: somebody tries a request file before a cluster runs it. */
@Timeout(180)
class TrialTest {
    private static final int BYTES = 300_000;

    @TempDir
    Path directory;

    private PiecewiseProcess demo(Map<String, String> environment, Object... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("demo", "--quiet", "--nodes", "2", "--requests"));
        Stream.of(options).map(Object::toString).forEach(arguments::add);
        Map<String, String> all = new HashMap<>(environment);
        all.put("TMPDIR", Files.createDirectories(directory.resolve("tmp")).toString());
        return PiecewiseProcess.start(all, arguments.toArray(String[]::new));
    }

    private List<Path> scratch() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("piecewise-demo"))
                    .toList();
        }
    }

    private Path write(String name, String... lines) throws IOException {
        return Files.write(directory.resolve(name), List.of(lines));
    }

    @Test
    void theSampleFileIsFetchedOnEveryNodeAndLeavesS3Once() throws Exception {
        Path sample = PiecewiseProcess.startScript().resolveSibling("../samples/requests.yaml");
        Path report = directory.resolve("report.json");
        try (PiecewiseProcess demo =
                demo(Map.of(), sample, "--local-s3", "--size", "4MiB", "--report", report.toString())) {
            assertThat(demo.exitCode()).as(demo.toString()).isZero();
        }
        JsonNode json = JsonMapper.shared().readTree(report);
        assertThat(json.get("originBytes").asLong())
                .isGreaterThan(4 << 20)
                .isEqualTo(json.get("artifactBytes").asLong());
        assertThat(json.get("wastedBytes").asLong()).isZero();
        assertThat(json.get("nodes")).hasSize(2).allSatisfy(node -> {
            assertThat(node.get("failures")).isEmpty();
            assertThat(node.get("files").asInt())
                    .as("two copies of the object, 16 files of the prefix, the empty one, three of the archive")
                    .isEqualTo(2 + 16 + 1 + 3);
        });
        assertThat(scratch()).isEmpty();
    }

    @Test
    void aUsersFileIsTriedWithHisOwnOriginsAndNothingIsTouchedOutsideTheScratchDirectory() throws Exception {
        byte[] bytes = new byte[BYTES];
        new Random(1).nextBytes(bytes);
        try (LocalS3 s3 = LocalS3.start(directory.resolve("s3"), "access", "secret")) {
            s3.createBucket("mine");
            s3.put("mine", "a.bin", new ByteArrayInputStream(bytes), BYTES);
            Path outside = directory.resolve("outside/a.bin");
            Path config = write(
                    "piecewise.yaml",
                    "profiles:",
                    "  own:",
                    "    endpoint: " + s3.endpoint(),
                    "    region: " + LocalS3.REGION,
                    "    access-key-id: " + s3.accessKey(),
                    "    secret-access-key: " + s3.secretKey(),
                    "    path-style: true");
            Map<String, String> aws = Map.of(
                    "AWS_ACCESS_KEY_ID", s3.accessKey(),
                    "AWS_SECRET_ACCESS_KEY", s3.secretKey(),
                    "AWS_ENDPOINT_URL", s3.endpoint().toString(),
                    "AWS_REGION", LocalS3.REGION);
            Path requests = write(
                    "requests.yaml",
                    "requests:",
                    "  - object: s3://mine/a.bin",
                    "    destination: " + outside,
                    "  - object: s3://mine/a.bin",
                    "    profile: own",
                    "    destination: b.bin");
            try (PiecewiseProcess demo = demo(aws, requests, "--config", config)) {
                demo.awaitLine(Pattern.compile(
                        "^Read from the origins: " + BYTES + " bytes .* 0 read again\\. All nodes have the same\\.$"));
                assertThat(demo.exitCode()).as(demo.toString()).isZero();
            }
            assertThat(s3.objectBytesSent()).isEqualTo(BYTES);
            assertThat(outside).doesNotExist();
            assertThat(scratch()).isEmpty();

            Path wrong = write(
                    "wrong.yaml",
                    "requests:",
                    "  - object: s3://mine/a.bin",
                    "    destination: a.bin",
                    "  - object: s3://mine/absent",
                    "    destination: absent");
            try (PiecewiseProcess demo = demo(aws, wrong)) {
                demo.awaitLine(Pattern.compile("^piecewise demo: .* has no key .absent. in bucket .mine."));
                assertThat(demo.exitCode()).as(demo.toString()).isEqualTo(3);
            }
            assertThat(s3.objectBytesSent()).as("before anything is read").isEqualTo(BYTES);
            assertThat(scratch()).isEmpty();
        }
    }

    @Test
    void withoutARequestFileTheOptionsOfOneAreRefused() throws Exception {
        try (PiecewiseProcess demo = PiecewiseProcess.start(Map.of(), "demo", "--local-s3")) {
            demo.awaitLine(Pattern.compile("^piecewise demo: --local-s3 means nothing without --requests FILE"));
            assertThat(demo.exitCode()).isEqualTo(2);
        }
    }
}
