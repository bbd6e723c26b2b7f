package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.core.metainfo.TorrentSource;
import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.locals3.LocalS3;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Every mistake a user can make: one clear line, the right exit code, nothing partial left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class UserErrorsTest {
    private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int NOT_FOUND = 3;
    private static final int DENIED = 4;

    private Path root;
    private LocalS3 s3;
    private PiecewiseProcess tracker;
    private PiecewiseProcess seeder;
    private String trackerUrl;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        root = directory;
        s3 = LocalS3.start(root.resolve("s3"), "access", "secret");
        s3.createBucket("bucket");
        s3.put("bucket", "file.bin", new ByteArrayInputStream(new byte[3_000_000]), 3_000_000);
        s3.put("bucket", "damaged.bin", new ByteArrayInputStream(new byte[1_000_000]), 1_000_000);
        s3.keepChecksum("bucket", "damaged.bin", "AAAAAAAAAAE=");
        s3.put("bucket", "hostile/tame", new ByteArrayInputStream(new byte[1]), 1);
        // The server itself could not store it, for it appends to the name while it writes.
        Files.write(root.resolve("s3/bucket/hostile/" + "x".repeat(241)), new byte[1]);
        s3.put("bucket", "dir/inside", new ByteArrayInputStream(new byte[1]), 1);
        tracker = tracker("tracker", s3.endpoint().toString(), s3.secretKey(), "s3://bucket/", "s3://no-such-bucket/");
        trackerUrl = tracker.awaitLine(URL).group();
        seeder = PiecewiseProcess.start(
                Map.of(), "seeder", "--tracker", trackerUrl, "--data", data("seeder"), "--listen", "127.0.0.1:0");
        seeder.awaitLine(Pattern.compile("ready"));
    }

    @AfterAll
    void stop() throws Exception {
        seeder.close();
        tracker.close();
        s3.close();
    }

    @Test
    void aMissingBucketIsNotFound() throws Exception {
        getFails(NOT_FOUND, trackerUrl, "s3://no-such-bucket/file.bin", "no-such-bucket");
    }

    @Test
    void aMissingKeyIsNotFound() throws Exception {
        getFails(NOT_FOUND, trackerUrl, "s3://bucket/missing.bin", "missing.bin");
    }

    @Test
    void aPrefixNamedWithoutItsSlashIsNotFoundAndTheSlashIsNamed() throws Exception {
        getFails(NOT_FOUND, trackerUrl, "s3://bucket/dir", "s3://bucket/dir/");
    }

    @Test
    void aPrefixThatMatchesNothingIsNotFound() throws Exception {
        getFails(NOT_FOUND, trackerUrl, "s3://bucket/nothing/", "s3://bucket/nothing/");
    }

    @Test
    void aKeyThatCannotBecomeAFileFailsThePrefixAndIsNamed() throws Exception {
        getFails(FAILED, trackerUrl, "s3://bucket/hostile/", "x".repeat(241));
    }

    @Test
    void anObjectThatIsNotWhatItsChecksumSaysFailsAndIsNamed() throws Exception {
        getFails(FAILED, trackerUrl, "s3://bucket/damaged.bin", "s3://bucket/damaged.bin", "CRC64NVME", "AAAAAAAAAAE=");
    }

    @Test
    void otherContentBelowTheDirectoryOfAPrefixIsNamedAndLeftAlone() throws Exception {
        Path tree = Files.createDirectory(root.resolve("my-tree"));
        Path mine = Files.writeString(tree.resolve("inside"), "mine");
        fails(USAGE, get(trackerUrl, "s3://bucket/dir/", tree.toString()), mine.toString(), "--replace");
        assertThat(mine).hasContent("mine");
        Path file = Files.createFile(root.resolve("no-directory"));
        fails(USAGE, get(trackerUrl, "s3://bucket/dir/", file.toString()), file + " is not a directory");
    }

    @Test
    void refusedCredentialsAreDenied() throws Exception {
        try (PiecewiseProcess wrong = tracker("wrong", s3.endpoint().toString(), "guess", "s3://bucket/")) {
            getFails(DENIED, wrong.awaitLine(URL).group(), "s3://bucket/file.bin", "403", "credentials");
        }
    }

    @Test
    void anUnreachableS3Fails() throws Exception {
        String nowhere = "http://127.0.0.1:" + freePort();
        try (PiecewiseProcess cut = tracker("cut", nowhere, "secret", "s3://bucket/")) {
            getFails(FAILED, cut.awaitLine(URL).group(), "s3://bucket/file.bin", nowhere);
        }
    }

    @Test
    void anUnreachableTrackerFails() throws Exception {
        String nowhere = "http://127.0.0.1:" + freePort();
        getFails(FAILED, nowhere, "s3://bucket/file.bin", nowhere);
    }

    @Test
    void anOriginOutsideAllowIsDenied() throws Exception {
        getFails(DENIED, trackerUrl, "s3://other/file.bin", "s3://other/file.bin", "--allow");
    }

    @Test
    void anUnknownSchemeIsUsage() throws Exception {
        getFails(USAGE, trackerUrl, "ftp://bucket/file.bin", "ftp");
    }

    @Test
    void aPieceSizeThatIsNoMultipleOf16KiBIsUsage() throws Exception {
        Path destination = root.resolve("piece-size.bin");
        fails(
                USAGE,
                get(trackerUrl, "s3://bucket/file.bin", destination.toString(), "--piece-size", "100000"),
                "16 KiB");
        assertThat(destination).doesNotExist();
    }

    @Test
    void aPortInUseFails() throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            fails(
                    FAILED,
                    List.of("tracker", "--listen", address, "--state", data("busy-tracker"), "--allow", "s3://bucket/"),
                    address,
                    "in use");
            fails(
                    FAILED,
                    List.of("node", "--listen", address, "--tracker", trackerUrl, "--data", data("busy-node")),
                    Integer.toString(taken.getLocalPort()),
                    "in use");
        }
    }

    @Test
    void anUnwritableDestinationFailsBeforeAnythingMoves() throws Exception {
        // Even root cannot create files here.
        fails(FAILED, get(trackerUrl, "s3://bucket/file.bin", "/proc/piecewise/file.bin"), "/proc/piecewise");
        Path file = Files.createFile(root.resolve("not-a-directory"));
        fails(FAILED, get(trackerUrl, "s3://bucket/file.bin", file.resolve("x").toString()), file.toString());
    }

    @Test
    void otherContentAtTheDestinationIsLeftAlone() throws Exception {
        Path mine = Files.writeString(root.resolve("mine.bin"), "mine");
        fails(USAGE, get(trackerUrl, "s3://bucket/file.bin", mine.toString()), mine.toString(), "--replace");
        assertThat(mine).hasContent("mine");
    }

    @Test
    void aFullDiskFailsAndLeavesNothingPartial() throws Exception {
        Path small = Files.createDirectory(root.resolve("small-disk"));
        int mounted = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString())
                .redirectErrorStream(true)
                .start()
                .waitFor();
        if (!"true".equals(System.getenv("CI"))) {
            assumeTrue(mounted == 0, "mounting a small disk needs root");
        }
        assertThat(mounted).as("mounting a small disk needs root").isZero();
        try {
            Path destination = root.resolve("full.bin");
            List<String> command = new ArrayList<>(get(trackerUrl, "s3://bucket/file.bin", destination.toString()));
            command.set(command.indexOf("--data") + 1, small.resolve("data").toString());
            fails(FAILED, command, "space");
            assertThat(destination).doesNotExist();

            fails(
                    FAILED,
                    get(
                            trackerUrl,
                            "s3://bucket/file.bin",
                            small.resolve("copy.bin").toString()),
                    "space");
            try (Stream<Path> left = Files.list(small)) {
                assertThat(left.filter(path -> !path.endsWith("data"))).isEmpty();
            }
        } finally {
            new ProcessBuilder("umount", "-l", small.toString()).start().waitFor();
        }
    }

    @Test
    void aTrackerOnANonLoopbackAddressNeedsATokenOrSaysItIsInsecure() throws Exception {
        fails(
                USAGE,
                List.of("tracker", "--listen", "0.0.0.0:0", "--state", data("open-tracker"), "--allow", "s3://bucket/"),
                "token",
                "--insecure");
    }

    @Test
    void aDataDirectoryInUseFails() throws Exception {
        fails(
                FAILED,
                List.of("node", "--tracker", trackerUrl, "--data", data("seeder"), "--listen", "127.0.0.1:0"),
                data("seeder"),
                "in use");
    }

    @Test
    void aTorrentThatCannotBeRegisteredIsNamedWithTheReason() throws Exception {
        Path none = root.resolve("none.torrent");
        fails(NOT_FOUND, register(none), none.toString());
        fails(
                USAGE,
                register(Files.writeString(root.resolve("text.torrent"), "hello")),
                "text.torrent",
                "not a torrent");

        ArtifactContent content = new ArtifactContent(
                "file.bin", true, List.of(new FileEntry("file.bin", 3_000_000)), new PieceLayout(3_000_000, 4 << 20));
        Metainfo torrent = Metainfo.of(
                new InfoDictionary(content, List.of(PieceHash.of(new byte[PieceHash.BYTES])), true),
                Optional.empty(),
                List.of());
        Path foreign = Files.write(root.resolve("foreign.torrent"), torrent.encode());
        fails(USAGE, register(foreign), "file.bin", "--uri");
        fails(DENIED, register(foreign, "--uri", "s3://other/file.bin"), "s3://other/file.bin", "--allow");
        fails(NOT_FOUND, register(foreign, "--uri", "s3://bucket/missing.bin"), "missing.bin");
        fails(FAILED, register(foreign, "--uri", "s3://bucket/dir/inside"), "s3://bucket/dir/inside", "'file.bin'");
        Path changed = Files.write(
                root.resolve("changed.torrent"),
                torrent.withSource(new TorrentSource("s3://bucket/file.bin", List.of("\"old\"")))
                        .encode());
        fails(FAILED, register(changed), "s3://bucket/file.bin", "version", "\"old\"");
    }

    @Test
    void registeringWithoutTheRightsIsDenied() throws Exception {
        Path tokens = Files.writeString(root.resolve("tokens"), "node n0de\n");
        Path torrent = Files.writeString(
                root.resolve("any.torrent"),
                "d4:infod6:lengthi1e4:name1:a12:piece lengthi16384e" + "6:pieces20:aaaaaaaaaaaaaaaaaaaaee");
        List<String> command = List.of(
                "tracker", "--listen", "127.0.0.1:0", "--state", data("guarded"), "--token-file", tokens.toString());
        try (PiecewiseProcess guarded = PiecewiseProcess.start(credentials("secret"), command.toArray(String[]::new))) {
            String url = guarded.awaitLine(URL).group();
            fails(
                    DENIED,
                    List.of("register", torrent.toString(), "--tracker", url, "--token-file", tokens.toString()),
                    "token",
                    "admin");
            fails(DENIED, List.of("register", torrent.toString(), "--tracker", url), "token");
        }
    }

    private List<String> register(Path torrent, String... more) {
        List<String> command = new ArrayList<>(List.of("register", torrent.toString(), "--tracker", trackerUrl));
        command.addAll(List.of(more));
        return command;
    }

    private void getFails(int exitCode, String url, String uri, String... named) throws Exception {
        Path destination = root.resolve("never-" + Integer.toHexString((url + uri).hashCode()));
        fails(exitCode, get(url, uri, destination.toString()), named);
        assertThat(destination).doesNotExist();
    }

    private List<String> get(String url, String uri, String destination, String... more) {
        List<String> command = new ArrayList<>(List.of(
                "get",
                uri,
                destination,
                "--tracker",
                url,
                "--data",
                data("get-" + Integer.toHexString(uri.hashCode())),
                "--listen",
                "127.0.0.1:0"));
        command.addAll(List.of(more));
        return command;
    }

    private void fails(int exitCode, List<String> command, String... named) throws Exception {
        try (PiecewiseProcess process = PiecewiseProcess.start(credentials("secret"), command.toArray(String[]::new))) {
            int code = process.exitCode();
            List<String> lines = process.err().stream()
                    .filter(line -> line.startsWith("piecewise"))
                    .toList();
            assertThat(lines).as(process.toString()).hasSize(1);
            assertThat(lines.get(0)).contains(named);
            assertThat(process.err())
                    .noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception in thread"));
            assertThat(String.join("\n", process.err())).doesNotContain("secret", "X-Amz-Signature");
            assertThat(code).as(process.toString()).isEqualTo(exitCode);
        }
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .noneMatch(name -> name.contains(".piecewise") || name.endsWith(".part") || name.endsWith(".tmp"));
        }
    }

    private PiecewiseProcess tracker(String name, String endpoint, String secret, String... allowed) {
        List<String> command = new ArrayList<>(List.of("tracker", "--listen", "127.0.0.1:0", "--state", data(name)));
        for (String uri : allowed) {
            command.addAll(List.of("--allow", uri));
        }
        Map<String, String> environment = new HashMap<>(credentials(secret));
        environment.put("AWS_ENDPOINT_URL", endpoint);
        return PiecewiseProcess.start(environment, command.toArray(String[]::new));
    }

    private static Map<String, String> credentials(String secret) {
        return Map.of("AWS_ACCESS_KEY_ID", "access", "AWS_SECRET_ACCESS_KEY", secret, "AWS_REGION", LocalS3.REGION);
    }

    private String data(String name) {
        return root.resolve("data-" + name).toString();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
