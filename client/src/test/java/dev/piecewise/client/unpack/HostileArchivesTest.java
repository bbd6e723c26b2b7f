package dev.piecewise.client.unpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives that try to reach outside: each is refused by name, and outside nothing is different. */
class HostileArchivesTest {
    @TempDir
    private Path directory;

    private int before;

    private void unpack(byte[] archive, ArchiveFormat format) throws IOException {
        Path file = Files.write(directory.resolve("archive"), archive);
        Files.writeString(directory.resolve("victim"), "untouched");
        Path deep = Files.createDirectories(directory.resolve("deep"));
        if (Files.exists(deep.resolve("root"))) {
            Files.move(deep.resolve("root"), deep.resolve("before-" + ++before));
        }
        Path root = Files.createDirectory(deep.resolve("root"));
        new Unpacker(UnpackLimits.defaults(), () -> false, done -> {})
                .unpack(file, format, root)
                .finish();
    }

    private void assertRefused(Archives.Tar tar, String entry) {
        assertThatThrownBy(() -> unpack(tar.bytes(), ArchiveFormat.TAR))
                .isInstanceOf(ArchiveRefused.class)
                .hasMessageContaining("entry '" + entry);
    }

    private void assertRefused(Archives.Zip zip, String entry) {
        assertThatThrownBy(() -> unpack(zip.bytes(), ArchiveFormat.ZIP))
                .isInstanceOf(ArchiveRefused.class)
                .hasMessageContaining("entry '" + entry);
    }

    @AfterEach
    void nothingOutsideIsDifferent() throws IOException {
        assertThat(directory.resolve("victim")).hasContent("untouched");
        try (Stream<Path> top = Files.list(directory);
                Stream<Path> beside = Files.list(directory.resolve("deep"))) {
            assertThat(top.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("archive", "victim", "deep");
            assertThat(beside).hasSize(1 + before);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../escaped",
                "a/../../escaped",
                "a/..",
                "..",
                "/escaped",
                "//escaped",
                "C:/escaped",
                "C:\\escaped",
                "\\\\host\\share"
            })
    void namesThatLeadOutside(String name) {
        assertRefused(new Archives.Tar().file(name, "x"), name);
        assertRefused(new Archives.Tar().directory(name, 0755), name);
        assertRefused(new Archives.Tar().symbolicLink(name, "x"), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../escaped", "a/../../escaped", "/escaped", "C:/escaped", "a/b\\..\\c", "a/\\escaped"})
    void namesOfAZipThatLeadOutside(String name) {
        assertRefused(new Archives.Zip().file(name, "x"), name);
        assertRefused(new Archives.Zip().symbolicLink(name, "x"), name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"..\\..\\escaped", "\\escaped", "C:\\escaped", "a\\..\\..\\escaped"})
    void backslashesOfAZipFromDos(String name) {
        byte[] zip = new Archives.Zip().entry(name, "x", 0).bytes();
        assertThatThrownBy(() -> unpack(zip, ArchiveFormat.ZIP)).isInstanceOf(ArchiveRefused.class);
    }

    @Test
    void namesThatHoldANul() throws Exception {
        byte[] zip = new Archives.Zip().file("good_/../../escaped", "x").bytes();
        String text = new String(zip, StandardCharsets.ISO_8859_1).replace("good_/", "good\0/");
        assertThatThrownBy(() -> unpack(text.getBytes(StandardCharsets.ISO_8859_1), ArchiveFormat.ZIP))
                .isInstanceOf(ArchiveRefused.class);
        byte[] plain = new Archives.Zip().file("go_d", "x").bytes();
        String nul = new String(plain, StandardCharsets.ISO_8859_1).replace("go_d", "go\0d");
        assertThatThrownBy(() -> unpack(nul.getBytes(StandardCharsets.ISO_8859_1), ArchiveFormat.ZIP))
                .isInstanceOf(ArchiveRefused.class)
                .hasMessageContaining("go\\u0000d");
    }

    @Test
    void absoluteNamesInExtendedHeadersComeOutBelowTheRoot() throws Exception {
        // The library takes the slash off these before anyone can see it.
        String name = "/" + "long/".repeat(40) + "escaped";
        unpack(new Archives.Tar().file(name, "x").bytes(), ArchiveFormat.TAR);
        assertThat(directory.resolve("deep/root" + name)).hasContent("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../victim", "/etc/passwd", "x/../..", "./../x", ".//..", ""})
    void symbolicLinksOut(String target) {
        assertRefused(new Archives.Tar().symbolicLink("link", target), "link");
        assertRefused(new Archives.Zip().symbolicLink("link", target), "link");
    }

    @Test
    void symbolicLinksThatOnlyTogetherLeadOut() {
        assertRefused(
                new Archives.Tar()
                        .directory("x/", 0755)
                        .symbolicLink("p/q/here", "../../x")
                        .symbolicLink("p/q/out", "here/../.."),
                "p/q/out");
        assertRefused(
                new Archives.Tar().symbolicLink("p/q/out", "here/../../victim").symbolicLink("p/q/here", "../../x"),
                "p/q/out");
        assertRefused(
                new Archives.Zip()
                        .file("p/q/f", "")
                        .symbolicLink("p/q/one", "../..")
                        .symbolicLink("p/q/two", "one/p/../.."),
                "p/q/two");
    }

    @Test
    void symbolicLinksThatGoDownAndUpAndStayInsideAreKept() throws Exception {
        byte[] tar = new Archives.Tar()
                .file("a/b/file", "found")
                .symbolicLink("link", "a/b/../b/file")
                .symbolicLink("loop", "loop/../loop")
                .bytes();
        unpack(tar, ArchiveFormat.TAR);
        assertThat(directory.resolve("deep/root/link")).hasContent("found");
    }

    @Test
    void writingThroughLinks() {
        assertRefused(new Archives.Tar().symbolicLink("d", ".").file("d/x", "x"), "d/x");
        assertRefused(
                new Archives.Tar()
                        .directory("real/", 0755)
                        .symbolicLink("d", "real")
                        .file("d/deep/x", "x"),
                "d/deep/x");
        assertRefused(new Archives.Tar().symbolicLink("d", "real").directory("d/", 0777), "d/");
        assertRefused(new Archives.Zip().symbolicLink("d", ".").file("d/x", "x"), "d/x");
        assertRefused(new Archives.Zip().symbolicLink("f", "x").file("f", "x"), "f");
    }

    @Test
    void hardLinksOut() {
        assertRefused(new Archives.Tar().hardLink("h", "../../victim"), "h");
        assertRefused(
                new Archives.Tar().hardLink("h", directory.resolve("victim").toString()), "h");
        assertRefused(new Archives.Tar().hardLink("h", "not-there"), "h");
        assertRefused(new Archives.Tar().directory("d/", 0755).hardLink("h", "d"), "h");
        assertRefused(new Archives.Tar().file("x", "").symbolicLink("d", ".").hardLink("h", "d/x"), "h");
        assertRefused(new Archives.Tar().file("h", "x").hardLink("h", "h"), "h");
    }

    @Test
    void aHardLinkToASymbolicLinkIsJudgedWhereItLies() throws Exception {
        unpack(
                new Archives.Tar()
                        .file("a/x", "x")
                        .symbolicLink("a/s", "../a/x")
                        .hardLink("b/s", "a/s")
                        .bytes(),
                ArchiveFormat.TAR);
        assertThat(directory.resolve("deep/root/b/s")).hasContent("x");
        assertRefused(new Archives.Tar().symbolicLink("c/s", "../x").hardLink("s", "c/s"), "s");
    }

    @ParameterizedTest
    @ValueSource(bytes = {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO, 'M', 'D', 'Z'})
    void devicesPipesAndUnknownKinds(byte flag) {
        assertRefused(new Archives.Tar().file("before", "").special("special", flag), "special");
    }

    @ParameterizedTest
    @ValueSource(ints = {0010644, 0020644, 0060644, 0140644})
    void devicesPipesAndSocketsOfAZip(int mode) {
        assertRefused(new Archives.Zip().entry("special", "", mode), "special");
    }

    @Test
    void whatIsAFileAndADirectoryAtOnce() {
        assertRefused(new Archives.Tar().file("a", "").file("a/b", ""), "a/b");
        assertRefused(new Archives.Tar().file("a/b", "").file("a", ""), "a");
        assertRefused(new Archives.Tar().file("a", "").directory("a/", 0755), "a/");
        assertRefused(new Archives.Tar().file("./.", ""), "./.");
        assertRefused(new Archives.Zip().file("a", "").file("a/b", ""), "a/b");
    }

    @Test
    void aZipThatHasAnEntryTwice() {
        assertRefused(new Archives.Zip().file("a", "1").file("./a", "2"), "./a");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 12, 93, 95, 99})
    void zipMethodsThatAreNotSupportedAreNamed(int number) {
        byte[] zip = new Archives.Zip().file("packed", "content").bytes();
        String text = new String(zip, StandardCharsets.ISO_8859_1);
        zip[text.indexOf("PK\1\2") + 10] = (byte) number;
        assertThatThrownBy(() -> unpack(zip, ArchiveFormat.ZIP))
                .isInstanceOf(ArchiveRefused.class)
                .hasMessageContaining("method " + number);
    }

    @Test
    void namesCannotRuleATerminal() {
        assertThatThrownBy(
                        () -> unpack(new Archives.Tar().file("../\033[2J", "").bytes(), ArchiveFormat.TAR))
                .hasMessageContaining("'../\\u001b[2J'");
    }
}
