package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.piecewise.client.request.Destination;
import dev.piecewise.client.request.FileMode;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {
    private static final byte[] BYTES = {1, 2, 3};

    @TempDir
    private Path directory;

    private Path out;
    private Path stored;

    @BeforeEach
    void store() throws IOException {
        out = Files.createDirectory(directory.resolve("out"));
        stored = Files.write(directory.resolve("stored"), BYTES);
    }

    private Acquired.Ready ready() {
        return new Acquired.Ready(
                "v1",
                new ArtifactContent(
                        "name", true, List.of(new FileEntry("name", BYTES.length)), new PieceLayout(3, 16384)),
                List.of(),
                List.of(stored),
                "00",
                new Received(3, 0, 0, 0, 0));
    }

    private static Acquired.Ready empty() {
        return new Acquired.Ready(
                "v1",
                new ArtifactContent("name", true, List.of(new FileEntry("name", 0)), new PieceLayout(0, 16384)),
                List.of(),
                List.of(),
                "",
                new Received(0, 0, 0, 0, 0));
    }

    private Publisher publisher(String destination, boolean replace) {
        return publisher(FetchRequest.of(ArtifactUri.parse("s3://b/name"), Destination.parse(destination))
                .withReplace(replace));
    }

    private Publisher publisher(FetchRequest request) {
        return new Publisher(request, directory.resolve("data"), new Random(1), () -> false);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(out)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aFileIsAReadOnlyHardLinkAtExactlyItsDestination() throws IOException {
        assertThat(publisher(out + "/x", false).publish(ready())).containsExactly(out.resolve("x"));
        assertThat(Files.isSameFile(out.resolve("x"), stored)).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("x"))))
                .isEqualTo("r--r--r--");
        assertThat(names()).containsExactly("x");
    }

    @Test
    void aTrailingSlashPutsItInsideUnderItsName() throws IOException {
        publisher(out + "/new/", false).publish(ready());
        assertThat(out.resolve("new/name")).hasBinaryContent(BYTES);
    }

    @Test
    void anExistingDirectoryTakesItUnderItsName() {
        publisher(out.toString(), false).publish(ready());
        assertThat(out.resolve("name")).hasBinaryContent(BYTES);
    }

    @Test
    void parentDirectoriesAreCreated() {
        publisher(out + "/a/b/c", false).publish(ready());
        assertThat(out.resolve("a/b/c")).hasBinaryContent(BYTES);
    }

    @Test
    void equalContentIsLeftAsItIs() throws IOException {
        Path existing = Files.write(out.resolve("x"), BYTES);
        Object before = Files.getAttribute(existing, "unix:ino");
        publisher(out + "/x", false).publish(ready());
        assertThat(Files.getAttribute(existing, "unix:ino")).isEqualTo(before);
        publisher(out + "/y", false).publish(ready());
        publisher(out + "/y", false).publish(ready());
        assertThat(names()).containsExactly("x", "y");
    }

    @Test
    void otherContentIsLeftAloneUntilItIsToBeReplaced() throws IOException {
        Path existing = Files.write(out.resolve("x"), new byte[] {3, 2, 1});
        assertThatThrownBy(() -> publisher(out + "/x", false).publish(ready()))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("--replace")
                .satisfies(fault -> assertThat(((ProcessFault) fault).kind()).isEqualTo(Kind.USAGE));
        assertThat(existing).hasBinaryContent(new byte[] {3, 2, 1});
        publisher(out + "/x", true).publish(ready());
        assertThat(existing).hasBinaryContent(BYTES);
        assertThat(names()).containsExactly("x");
    }

    @Test
    void otherSizeIsNoticedBeforeTheDownload() throws IOException {
        Files.write(out.resolve("name"), new byte[] {1});
        ArtifactContent content = ready().content();
        assertThatThrownBy(() -> publisher(out.toString(), false).check(content, List.of()))
                .hasMessageContaining("--replace");
        publisher(out.toString(), true).check(content, List.of());
        Files.write(out.resolve("name"), new byte[] {3, 2, 1});
        publisher(out.toString(), false).check(content, List.of());
    }

    @Test
    void anotherFileSystemGetsAReadOnlyCopy() throws IOException {
        Path shm = Path.of("/dev/shm");
        assumeThat(shm).isDirectory().isWritable();
        assumeThat(Files.getFileStore(shm)).isNotEqualTo(Files.getFileStore(directory));
        Path other = Files.createTempDirectory(shm, "publisher-test");
        try {
            publisher(other + "/x", false).publish(ready());
            assertThat(other.resolve("x")).hasBinaryContent(BYTES);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(other.resolve("x"))))
                    .isEqualTo("r--r--r--");
            try (Stream<Path> files = Files.list(other)) {
                assertThat(files).hasSize(1);
            }
        } finally {
            Files.deleteIfExists(other.resolve("x"));
            Files.delete(other);
        }
    }

    @Test
    void aFileInThePlaceOfADirectoryIsNoticedBeforeTheDownload() throws IOException {
        Files.write(out.resolve("file"), BYTES);
        assertThatThrownBy(() -> publisher(out + "/file/x", false).checkWritable())
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("is not a directory")
                .hasMessageNotContaining("\n");
    }

    @Test
    void anUnwritableDirectoryIsNoticedBeforeTheDownload() {
        Path proc = Path.of("/proc/self");
        assumeThat(proc).isDirectory();
        assertThatThrownBy(() -> publisher(proc + "/x", false).checkWritable())
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("/proc/self");
    }

    @Test
    void aFailureLeavesNothingBehind() throws IOException {
        Files.delete(stored);
        assertThatThrownBy(() -> publisher(out + "/x", false).publish(ready())).isInstanceOf(ProcessFault.class);
        assertThat(names()).isEmpty();
    }

    @Test
    void aRenameThatFailsLeavesNothingBehind() throws IOException {
        String tooLong = "x".repeat(300);
        assertThatThrownBy(() -> publisher(out + "/" + tooLong, false).publish(ready()))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("cannot write");
        assertThat(names()).isEmpty();
    }

    @Test
    void anEmptyObjectBecomesAnEmptyFile() {
        publisher(out + "/x", false).publish(empty());
        assertThat(out.resolve("x")).isEmptyFile();
        publisher(out + "/x", false).publish(empty());
    }

    @Test
    void theFilesOfAPrefixKeepTheirTree() {
        Acquired.Ready prefix = new Acquired.Ready(
                "v1",
                new ArtifactContent(
                        "p", false, List.of(new FileEntry("a/b", 3), new FileEntry("e", 0)), new PieceLayout(3, 16384)),
                List.of(),
                List.of(stored, directory.resolve("unused")),
                "00",
                new Received(3, 0, 0, 0, 0));
        assertThat(publisher(out.toString(), false).publish(prefix))
                .containsExactly(out.resolve("a/b"), out.resolve("e"));
        assertThat(out.resolve("a/b")).hasBinaryContent(BYTES);
        assertThat(out.resolve("e")).isEmptyFile();
    }

    private Publisher withMode(String mode) {
        FetchRequest request = FetchRequest.of(FetchSource.parse("s3://b/k"), Destination.of(out.resolve("file")))
                .withMode(FileMode.parse(mode));
        return new Publisher(request, directory.resolve("data"), new Random(1), () -> false);
    }

    @Test
    void anotherModeMakesACopyAndIsSetRightOnALaterRunWithoutReplacingOtherContent() throws IOException {
        Path file = out.resolve("file");
        withMode("0640").publish(ready());
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
        assertThat(Files.isSameFile(file, stored)).isFalse();
        assertThat(file).hasBinaryContent(BYTES);
        Object before = Files.readAttributes(file, BasicFileAttributes.class).fileKey();

        withMode("640").publish(ready());
        assertThat(Files.readAttributes(file, BasicFileAttributes.class).fileKey())
                .isEqualTo(before);

        Files.delete(file);
        Files.createLink(file, stored);
        withMode("600").publish(ready());
        assertThat(Files.isSameFile(file, stored)).isFalse();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        Files.write(file, new byte[] {3, 2, 1});
        assertThatThrownBy(() -> withMode("600").publish(ready())).hasMessageContaining("has other content");
        assertThat(file).hasBinaryContent(new byte[] {3, 2, 1});
    }
}
