package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.torrentbuilder.s3.S3Origin;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.TrackerMain;
import dev.piecewise.tracker.TrackerServer;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
