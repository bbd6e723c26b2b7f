package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.locals3.LocalS3;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two S3 servers behind one tracker, as profiles of its configuration file. */
class ProfilesTest {
    private static final int SIZE = 3_000_003;
    private static final String URI = "s3://bucket/model.bin";

    @TempDir
    Path directory;

    private LocalS3 s3(String name, byte[] content) throws Exception {
        LocalS3 s3 = LocalS3.start(directory.resolve("s3-" + name), "access-" + name, "secret-of-" + name);
        s3.createBucket("bucket");
        s3.put("bucket", "model.bin", new ByteArrayInputStream(content), content.length);
        return s3;
    }

    private static String profile(LocalS3 s3) {
        return "{endpoint: '" + s3.endpoint() + "', region: " + LocalS3.REGION + ", access-key-id: " + s3.accessKey()
                + ", secret-access-key: " + s3.secretKey();
    }

    private static byte[] random(int seed) {
        byte[] content = new byte[SIZE];
        new Random(seed).nextBytes(content);
        return content;
    }

    private PiecewiseProcess get(String tracker, String... more) {
        return PiecewiseProcess.start(
                Map.of("PIECEWISE_TRACKER", tracker),
                Stream.concat(
                                List.of("get", URI).stream(),
                                Stream.concat(List.of(more).stream(), List.of("--listen", "127.0.0.1:0").stream()))
                        .toArray(String[]::new));
    }

    @Test
    void theSameKeyOfTwoServersIsTwoArtifactsEachReadOnceWithItsOwnCredentials() throws Exception {
        byte[] here = random(1);
        byte[] there = random(2);
        try (LocalS3 one = s3("one", here);
                LocalS3 two = s3("two", there)) {
            Path config = Files.createFile(
                    directory.resolve("tracker.yaml"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    config,
                    "tracker: {listen: '127.0.0.1:0', state: state, allow: s3://bucket/}\nprofiles:\n  default: "
                            + profile(one) + "}\n  two: " + profile(two) + ", allow: s3://bucket/}\n");
            try (PiecewiseProcess tracker =
                    PiecewiseProcess.start(Map.of(), "tracker", "--verbose", "--config", config.toString())) {
                String url =
                        tracker.awaitLine(Pattern.compile("ready at (\\S+),")).group(1);
                unknownProfile(url, one, two);
                try (PiecewiseProcess seeder = PiecewiseProcess.start(
                        Map.of("PIECEWISE_TRACKER", url),
                        "seeder",
                        "--data",
                        directory.resolve("seeder").toString(),
                        "--listen",
                        "127.0.0.1:0")) {
                    seeder.awaitLine(Pattern.compile("ready"));
                    Path data = directory.resolve("node");
                    fetched(get(url, directory.resolve("a").toString(), "--data", data.toString()), "a", here);
                    fetched(
                            get(url, directory.resolve("b").toString(), "--data", data.toString(), "--profile", "two"),
                            "b",
                            there);
                    oneFileOfBoth(url, here, there);
                }
                assertThat(one.objectBytesSent()).isEqualTo(SIZE);
                assertThat(two.objectBytesSent()).isEqualTo(SIZE);
                assertThat(tracker.out() + " " + tracker.err()).doesNotContain("secret-of", "access-one", "access-two");
            }
            try (PiecewiseProcess show =
                    PiecewiseProcess.start(Map.of(), "config", "show", "--config", config.toString())) {
                assertThat(show.exitCode()).isZero();
                assertThat(show.out())
                        .anyMatch(line -> line.matches("profiles\\.two\\.secret-access-key +\\*\\*\\* +.*yaml:4"))
                        .noneMatch(line -> line.contains("secret-of") || line.contains("access-one"));
            }
        }
    }

    private void unknownProfile(String tracker, LocalS3 one, LocalS3 two) throws Exception {
        try (PiecewiseProcess get = get(
                tracker,
                directory.resolve("c").toString(),
                "--data",
                directory.resolve("data-c").toString(),
                "--profile",
                "three")) {
            assertThat(get.exitCode()).isEqualTo(2);
            assertThat(get.err())
                    .containsExactly("piecewise get: this tracker has no profile 'three'; it has default, two");
        }
        assertThat(one.objectHeads() + two.objectHeads() + one.objectGets() + two.objectGets())
                .isZero();
    }

    /** Both at once, on a new machine: the seeder has their bytes. */
    private void oneFileOfBoth(String tracker, byte[] here, byte[] there) throws Exception {
        Path requests = Files.writeString(
                directory.resolve("requests.yaml"),
                """
                requests:
                  - {object: s3://bucket/model.bin, destination: both/one}
                  - {object: s3://bucket/model.bin, destination: both/two, profile: two}
                """);
        String data = directory.resolve("data-both").toString();
        try (PiecewiseProcess get = PiecewiseProcess.start(
                Map.of("PIECEWISE_TRACKER", tracker),
                "get",
                "--listen",
                "127.0.0.1:0",
                "--data",
                data,
                "-f",
                requests.toString())) {
            assertThat(get.exitCode()).as(get.toString()).isZero();
            assertThat(directory.resolve("both/one")).hasBinaryContent(here);
            assertThat(directory.resolve("both/two")).hasBinaryContent(there);
        }
    }

    private void fetched(PiecewiseProcess get, String name, byte[] content) throws Exception {
        try (get) {
            assertThat(get.exitCode()).as(get.toString()).isZero();
            assertThat(directory.resolve(name)).hasBinaryContent(content);
        }
    }
}
