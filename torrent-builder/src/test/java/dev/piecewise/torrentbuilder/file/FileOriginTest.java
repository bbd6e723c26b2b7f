package dev.piecewise.torrentbuilder.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.FileRoots;
import dev.piecewise.core.Selection;
import dev.piecewise.core.SignedRead;
import dev.piecewise.core.UnchangedFile;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.OriginContract;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init")
class FileOriginTest extends OriginContract {
    @TempDir
    private Path directory;

    private Path root;
    private FileOrigin origin;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectory(directory.resolve("root"));
        origin = FileOrigin.of(List.of(ArtifactUri.parse("s3://bucket/"), ArtifactUri.parse("file://" + root + "/")));
    }

    @Override
    protected Origin origin() {
        return origin;
    }

    @Override
    protected String bucket() {
        return "";
    }

    @Override
    protected ArtifactUri uri(String key) {
        return new ArtifactUri("file", "", root.toString().substring(1) + "/" + key);
    }

    /** By a file of its own that takes the place of another, as programs do that leave no half-written file. */
    @Override
    protected void put(String key, byte[] bytes) throws IOException {
        Path path = Path.of(root + "/" + key);
        if (key.endsWith("/")) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.getParent());
        Path other = Files.write(root.resolve("temporary"), bytes);
        Files.move(other, path, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    protected byte[] sent(SignedRead read) throws IOException {
        Path path = FileRoots.path(read.url().substring("file://".length()));
        String version = read.headers().getOrDefault("If-Match", "");
        try (InputStream bytes =
                new UnchangedFile(path, version, read.firstByte(), read.lastByte() - read.firstByte() + 1)) {
            return bytes.readAllBytes();
        }
    }

    @Override
    protected void refusedAsChanged(SignedRead read) {
        assertThatThrownBy(() -> sent(read)).isInstanceOf(UnchangedFile.Changed.class);
    }

    @Test
    void whatLeadsOutOfTheRootIsDeniedWholeTreesToo() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.write(outside.resolve("secret"), new byte[1]);
        put("tree/good", new byte[1]);
        Files.createSymbolicLink(root.resolve("link"), outside);
        Files.createSymbolicLink(root.resolve("tree/inner"), outside);
        refused(Kind.DENIED, () -> origin.resolve(uri("link/secret")), "symbolic link");
        refused(Kind.DENIED, () -> origin.resolve(uri("link/")), "symbolic link");
        refused(Kind.DENIED, () -> origin.resolve(uri("tree/")), "symbolic link", "inner");
        refused(Kind.DENIED, () -> origin.resolve(ArtifactUri.parse("file://" + outside + "/secret")), "--allow");
    }

    @Test
    void linksWithinTheRootAreWhatTheyPointTo() throws IOException {
        put("blobs/1", bytes(100));
        put("snapshot/real", bytes(10));
        Files.createSymbolicLink(root.resolve("snapshot/link"), Path.of("../blobs/1"));
        Files.createSymbolicLink(root.resolve("snapshot/dir"), Path.of("../blobs"));
        assertThat(origin.resolve(uri("snapshot/")).objects())
                .extracting(object -> object.entry().path())
                .containsExactly("dir/1", "link", "real");
        OriginObject linked = origin.resolve(uri("snapshot/link")).objects().get(0);
        assertThat(linked.entry().version())
                .isEqualTo(
                        origin.resolve(uri("blobs/1")).objects().get(0).entry().version());
    }

    @Test
    void whatCanBecomeNoFileFailsTheTreeByName() throws IOException {
        put("loop/file", new byte[1]);
        Files.createSymbolicLink(root.resolve("loop/again"), Path.of("."));
        refused(Kind.FAILED, () -> origin.resolve(uri("loop/")), "again", "around it");
        put("dangling/file", new byte[1]);
        Files.createSymbolicLink(root.resolve("dangling/nowhere"), Path.of("no-such-file"));
        refused(Kind.FAILED, () -> origin.resolve(uri("dangling/")), "nowhere", "does not exist");
        refused(Kind.NOT_FOUND, () -> origin.resolve(uri("loop/file/")), "without a slash");
    }

    @Test
    void whatIsExcludedNeedNotBeAFileNorLieInTheRoot() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        put("tree/good", new byte[1]);
        put("tree/left/out", new byte[1]);
        Files.createSymbolicLink(root.resolve("tree/elsewhere"), outside);
        Files.createSymbolicLink(root.resolve("tree/again"), Path.of("."));
        Files.createSymbolicLink(root.resolve("tree/nowhere"), Path.of("no-such-file"));
        ResolvedArtifact tree = origin.resolve(
                uri("tree/"), Selection.parse(List.of(), List.of("elsewhere/", "again", "nowhere", "out")));
        assertThat(tree.objects()).extracting(object -> object.entry().path()).containsExactly("good");
        assertThat(tree.directories()).isEmpty();
        refused(
                Kind.DENIED,
                () -> origin.resolve(uri("tree/"), Selection.parse(List.of(), List.of("again", "nowhere"))),
                "elsewhere");
    }

    @Test
    void aChangeOfTheSameSizeIsAnotherVersion() throws IOException {
        put("same", new byte[10]);
        String before = origin.resolve(uri("same")).objects().get(0).entry().version();
        put("same", new byte[10]);
        assertThat(origin.resolve(uri("same")).objects().get(0).entry().version())
                .isNotEqualTo(before);
    }
}
