package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.torrentbuilder.s3.S3Origin;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.TrackerMain;
import dev.piecewise.tracker.TrackerServer;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Holdings;
import dev.piecewise.trackerclient.api.HoldingsReport;
import dev.piecewise.trackerclient.api.NodeRegistration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The commands that ask a tracker, against a real one on a real S3 server; no seeder runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TrackerCommandsTest {
    @TempDir
    Path directory = Path.of("");

    @TempDir
    static Path s3Directory = Path.of("");

    private LocalS3 s3;
    private S3Origin origin;
    private TrackerServer server;

    @BeforeAll
    void start() throws IOException {
        s3 = LocalS3.start(s3Directory, "key", "secret");
        s3.createBucket("bucket");
        s3.put("bucket", "object", new ByteArrayInputStream(new byte[100_000]), 100_000);
        s3.put("bucket", "empty", InputStream.nullInputStream(), 0);
        origin = S3Origin.at(s3.endpoint(), LocalS3.REGION, "key", "secret");
        server = TrackerMain.start(
                TrackerConfig.defaults()
                        .withListen("127.0.0.1", 0)
                        .withAllow(List.of(ArtifactUri.parse("s3://bucket/"), ArtifactUri.parse("s3://missing/"))),
                List.of(origin));
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
        origin.close();
        s3.close();
    }

    private CommandRun run(String... args) {
        String[] all = Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--tracker";
        all[args.length + 1] = server.uri().toString();
        return CommandRun.of(all);
    }

    private ArtifactStatus ask(String uri) {
        try (TrackerClient tracker = new TrackerClient(server.uri(), Optional.empty())) {
            return tracker.requestArtifact(new ArtifactRequest(uri, null));
        }
    }

    @Test
    void statusFindsAnArtifactByUriAndByTheBeginningOfItsId() {
        ArtifactStatus artifact = ask("s3://bucket/object");
        assertThat(run("status").out()).contains(artifact.id().substring(0, 12), "reading", "97.7 KiB");
        for (String name :
                List.of("s3://bucket/object", artifact.id(), artifact.id().substring(0, 16))) {
            CommandRun run = run("status", name);
            assertThat(run.exitCode()).isZero();
            assertThat(run.out())
                    .contains("uri       s3://bucket/object", "0 of 1 hashed", "0 bytes (0.000 of the size)");
        }
        assertThat(run("status", artifact.id(), "--json").out()).contains("\"originBytes\" : 0", "\"READING\"");
    }

    @Test
    void statusNodesShowsEachLiveProcessAndThoseOfAnArtifact() throws Exception {
        ArtifactStatus artifact = ask("s3://bucket/object");
        assertThat(run("status", "--nodes").out()).startsWith("No process is registered");
        try (TrackerClient tracker = new TrackerClient(server.uri(), Optional.empty())) {
            tracker.register(new NodeRegistration("0123456789", "node", false, "127.0.0.9"));
            tracker.register(new NodeRegistration("other", "node", false, ""));
            tracker.reportHoldings(
                    "0123456789",
                    HoldingsReport.of(new ArtifactId(artifact.id()), new Holdings("gA==", List.of(), List.of(), null)));
            assertThat(run("status", "--nodes").out().lines())
                    .hasSize(4)
                    .anyMatch(line -> line.matches("01234567  node  127\\.0\\.0\\.9 .* 1/1 .* seeding 1"))
                    .anyMatch(line -> line.matches("other     node  - .* 0/0 .* nothing"));
            assertThat(run("status", "s3://bucket/object", "--nodes").out()).doesNotContain("other");
            assertThat(run("status", "--nodes", "--json").out()).contains("\"nodeId\" : \"0123456789\"");
            tracker.leave("0123456789");
            tracker.leave("other");
        }
    }

    @Test
    void statusWatchPrintsBlocksUntilItIsInterruptedAndWithJsonALineEach() throws Exception {
        ask("s3://bucket/object");
        for (List<String> form : List.of(List.of("s3://bucket/object"), List.of("--nodes", "--json"))) {
            Watched watched = new Watched();
            List<String> args = new ArrayList<>(List.of("status", "--watch=10ms"));
            args.addAll(form);
            args.addAll(List.of("--tracker", server.uri().toString()));
            Thread watcher = new Thread(() -> CommandTree.execute(watched.surroundings(), args.toArray(String[]::new)));
            watcher.start();
            try {
                watched.await(form.contains("--json") ? "{\"nodes\":[" : "uri       s3://bucket/object\n", 3);
            } finally {
                watcher.interrupt();
                watcher.join(10_000);
            }
            assertThat(watcher.isAlive()).isFalse();
            assertThat(watched.text()).doesNotContain("\033");
        }
    }

    /** Output that is looked at while it grows. */
    private static final class Watched {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Surroundings surroundings() {
            PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
            return new Surroundings(
                    Map.of(), List.of(), InputStream.nullInputStream(), stream, stream, false, code -> {}, code -> {});
        }

        String text() {
            return out.toString(StandardCharsets.UTF_8);
        }

        void await(String block, int times) throws InterruptedException {
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (text().split(Pattern.quote(block), -1).length <= times) {
                assertThat(System.nanoTime()).as(text()).isLessThan(deadline);
                Thread.sleep(5);
            }
        }
    }

    @Test
    void anUnknownArtifactIsExitCode3() {
        CommandRun run = run("status", "s3://bucket/never-asked-for");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err())
                .startsWith("piecewise status: the tracker knows no artifact")
                .hasLineCount(1);
    }

    @Test
    void anObjectThatDoesNotExistIsExitCode3() {
        CommandRun run = run("torrent", "s3://bucket/absent", "-o", output());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(3);
        assertThat(run.err())
                .startsWith("piecewise torrent: ")
                .contains("absent")
                .hasLineCount(1);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aBucketOutsideAllowIsExitCode4() {
        CommandRun run = run("torrent", "s3://other/object", "-o", output());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(4);
        assertThat(run.err())
                .startsWith("piecewise torrent: ")
                .contains("--allow")
                .hasLineCount(1);
    }

    @Test
    void anUnknownSchemeIsExitCode2() {
        CommandRun run = run("torrent", "gopher://bucket/object", "-o", output());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains("gopher").hasLineCount(1);
    }

    @Test
    void withoutASeederTheTorrentStallsWithExitCode5AndLeavesNothing() {
        CommandRun run = run("torrent", "s3://bucket/object", "-o", output(), "--stall-timeout", "1ms", "--quiet");
        assertThat(run.exitCode()).as(run.err()).isEqualTo(5);
        assertThat(run.err()).contains("seeders alive: 0").hasLineCount(1);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void anEmptyObjectHasNoTorrent() {
        CommandRun run = run("torrent", "s3://bucket/empty", "-o", output());
        assertThat(run.exitCode()).as(run.err()).isEqualTo(1);
        assertThat(run.err()).contains("0 bytes", "no torrent").hasLineCount(1);
    }

    @Test
    void anUnreachableTrackerIsNamed() {
        CommandRun run = CommandRun.of("status", "--tracker", "http://127.0.0.1:1");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("http://127.0.0.1:1", "--tracker").hasLineCount(1);
    }

    private String output() {
        return directory.resolve("x.torrent").toString();
    }
}
