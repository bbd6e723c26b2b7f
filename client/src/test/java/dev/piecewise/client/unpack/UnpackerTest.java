package dev.piecewise.client.unpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes out of good archives, and that broken ones do not pass. */
class UnpackerTest {
    @TempDir
    private Path directory;

    private UnpackedTree unpack(byte[] archive, ArchiveFormat format) throws IOException {
        return unpack(archive, format, UnpackLimits.defaults());
    }

    private UnpackedTree unpack(byte[] archive, ArchiveFormat format, UnpackLimits limits) throws IOException {
        Path file = Files.write(directory.resolve("archive"), archive);
        UnpackedTree tree = new Unpacker(limits, () -> false, done -> {}).unpack(file, format, root());
        tree.finish().apply(tree.root());
        return tree;
    }

    private Path root() throws IOException {
        return Files.createDirectories(directory.resolve("root"));
    }

    private Path at(String path) {
        return directory.resolve("root").resolve(path);
    }

    private String mode(String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(at(path)));
    }

    @Test
    void aTarComesOutWithItsPermissionsTimesAndLinks() throws Exception {
        byte[] tar = new Archives.Tar()
                .directory("./", 0750)
                .directory("./bin/", 0555)
                .file("./bin/tool", new byte[] {1, 2, 3}, 0755)
                .file("./bin/read-only", new byte[0], 0400)
                .symbolicLink("./bin/alias", "tool")
                .hardLink("./bin/same", "./bin/tool")
                .file("./implied/deep/er", "text")
                .bytes();
        UnpackedTree tree = unpack(tar, ArchiveFormat.TAR);
        assertThat(at("bin/tool")).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(at("implied/deep/er")).hasContent("text");
        assertThat(mode("")).isEqualTo("rwxr-x---");
        assertThat(mode("bin")).isEqualTo("r-xr-xr-x");
        assertThat(mode("bin/tool")).isEqualTo("rwxr-xr-x");
        assertThat(mode("bin/read-only")).isEqualTo("r--------");
        assertThat(Files.readSymbolicLink(at("bin/alias"))).hasToString("tool");
        assertThat(Files.isSameFile(at("bin/same"), at("bin/tool"))).isTrue();
        for (String path : new String[] {"", "bin", "bin/tool", "bin/read-only", "bin/alias"}) {
            assertThat(Files.getLastModifiedTime(at(path), LinkOption.NOFOLLOW_LINKS))
                    .as(path)
                    .isEqualTo(Archives.TIME);
        }
        assertThat(tree.bytes()).isEqualTo(7);
        assertThat(tree.entries()).isEqualTo(9);
    }

    @Test
    void aZipComesOutWithItsPermissionsTimesAndLinks() throws Exception {
        byte[] zip = new Archives.Zip()
                .entry("bin/", "", 040555)
                .entry("bin/tool", "run", 0100755)
                .symbolicLink("bin/alias", "../bin/tool")
                .entry("from-dos.txt", "text", 0)
                .bytes();
        unpack(zip, ArchiveFormat.ZIP);
        assertThat(at("bin/alias")).hasContent("run");
        assertThat(Files.readSymbolicLink(at("bin/alias"))).hasToString("../bin/tool");
        assertThat(mode("bin")).isEqualTo("r-xr-xr-x");
        assertThat(mode("bin/tool")).isEqualTo("rwxr-xr-x");
        assertThat(mode("from-dos.txt")).isEqualTo("rw-r--r--");
        for (String path : new String[] {"bin", "bin/tool", "bin/alias"}) {
            assertThat(Files.getLastModifiedTime(at(path), LinkOption.NOFOLLOW_LINKS))
                    .as(path)
                    .isEqualTo(Archives.TIME);
        }
    }

    @Test
    void setuidSetgidAndStickyAreDropped() throws Exception {
        byte[] tar = new Archives.Tar()
                .file("tool", new byte[0], 06755)
                .directory("open/", 01777)
                .bytes();
        unpack(tar, ArchiveFormat.TAR);
        assertThat((int) Files.getAttribute(at("tool"), "unix:mode") & 07777).isEqualTo(0755);
        assertThat((int) Files.getAttribute(at("open"), "unix:mode") & 07777).isEqualTo(0777);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void longNamesArriveWhole(boolean gnu) throws Exception {
        String name = "long/".repeat(60) + "ünï-" + "x".repeat(200);
        Archives.Tar tar = new Archives.Tar();
        if (gnu) {
            tar.gnuLongNames();
        }
        String target = "y/".repeat(90) + "end";
        unpack(tar.file(name, "far").symbolicLink("link", target).gzipped(), ArchiveFormat.TAR_GZ);
        assertThat(at(name)).hasContent("far");
        assertThat(Files.readSymbolicLink(at("link"))).hasToString(target);
    }

    @Test
    void ofTwoEntriesOfATarTheLaterCountsAndNoOtherNameOfTheFirstIsTouched() throws Exception {
        byte[] tar = new Archives.Tar()
                .file("a", "first")
                .hardLink("b", "a")
                .file("a", "second")
                .symbolicLink("b2", "b")
                .file("b2", "in the place of a link")
                .bytes();
        unpack(tar, ArchiveFormat.TAR);
        assertThat(at("a")).hasContent("second");
        assertThat(at("b")).hasContent("first");
        assertThat(at("b2")).hasContent("in the place of a link");
        assertThat(at("b2")).isRegularFile();
    }

    @Test
    void emptyArchivesMakeAnEmptyDirectory() throws Exception {
        assertThat(unpack(new Archives.Tar().bytes(), ArchiveFormat.TAR).entries())
                .isZero();
        assertThat(unpack(new Archives.Tar().gzipped(), ArchiveFormat.TAR_GZ).entries())
                .isZero();
        assertThat(unpack(new Archives.Zip().bytes(), ArchiveFormat.ZIP).entries())
                .isZero();
        assertThat(at("")).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource(ArchiveFormat.class)
    void aFileWithoutBytesIsNoArchive(ArchiveFormat format) {
        assertThatThrownBy(() -> unpack(new byte[0], format)).isInstanceOf(ArchiveRefused.class);
    }

    @ParameterizedTest
    @EnumSource(ArchiveFormat.class)
    void anArchiveThatWasCutOffAnywhereIsRefused(ArchiveFormat format) throws Exception {
        byte[] whole = archive(format);
        for (int length = 0; length < whole.length; length += 97) {
            byte[] part = Arrays.copyOf(whole, length);
            if (format == ArchiveFormat.TAR && length >= END_OF_ENTRIES + 512) {
                break; // what follows the mark of the end is padding
            }
            assertThatThrownBy(() -> unpack(part, format))
                    .as("%s bytes", length)
                    .isInstanceOf(ArchiveRefused.class);
        }
        byte[] almost = Arrays.copyOf(whole, format == ArchiveFormat.TAR ? END_OF_ENTRIES : whole.length - 1);
        assertThatThrownBy(() -> unpack(almost, format)).isInstanceOf(ArchiveRefused.class);
        assertThat(unpack(whole, format).bytes()).isEqualTo(3000);
    }

    private static final int END_OF_ENTRIES = 512 + 3 * 512 + 512 + 3 * 512;

    private static byte[] archive(ArchiveFormat format) {
        String content = "0123456789".repeat(150);
        Archives.Tar tar = new Archives.Tar().file("one", content).file("two", content);
        return switch (format) {
            case TAR -> tar.bytes();
            case TAR_GZ -> tar.gzipped();
            case ZIP ->
                new Archives.Zip().file("one", content).file("two", content).bytes();
        };
    }

    @Test
    void aWrongCheckSumIsRefusedAndTheEntryNamed() throws Exception {
        byte[] tar = archive(ArchiveFormat.TAR);
        tar[4 * 512] ^= 1; // the second header
        assertThatThrownBy(() -> unpack(tar, ArchiveFormat.TAR)).hasMessageContaining("'one'");

        byte[] gzip = archive(ArchiveFormat.TAR_GZ);
        gzip[gzip.length - 8] ^= 1; // CRC-32 of the trailer
        assertThatThrownBy(() -> unpack(gzip, ArchiveFormat.TAR_GZ)).hasMessageContaining("'two'");

        byte[] zip = new Archives.Zip().file("stored", "S").bytes();
        int crc = new String(zip, StandardCharsets.ISO_8859_1).lastIndexOf("PK\1\2") + 16;
        zip[crc] ^= 1;
        assertThatThrownBy(() -> unpack(zip, ArchiveFormat.ZIP))
                .isInstanceOf(ArchiveRefused.class)
                .hasMessageContaining("'stored'")
                .hasMessageContaining("check sum");
    }

    @Test
    void severalGzipMembersAreOneArchive() throws Exception {
        byte[] tar = archive(ArchiveFormat.TAR);
        byte[] first = Archives.gzip(Arrays.copyOf(tar, 1000));
        byte[] second = Archives.gzip(Arrays.copyOfRange(tar, 1000, tar.length));
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        assertThat(unpack(both, ArchiveFormat.TAR_GZ).bytes()).isEqualTo(3000);
    }

    @Test
    void whatIsNoArchiveOfTheFormatIsRefused() {
        byte[] noise = "this is no archive at all\n".repeat(100).getBytes(StandardCharsets.UTF_8);
        for (ArchiveFormat format : ArchiveFormat.values()) {
            assertThatThrownBy(() -> unpack(noise, format)).as(format.word()).isInstanceOf(ArchiveRefused.class);
        }
        assertThatThrownBy(() -> unpack(noise, ArchiveFormat.TAR)).hasMessageContaining("no tar");
    }

    @Test
    void aBombIsRefusedByRatioBySizeAndByNumber() {
        byte[] zeros = new byte[80 * 1024 * 1024];
        byte[] bomb =
                new Archives.Tar().file("small", "s").file("zeros", zeros, 0644).gzipped();
        assertThatThrownBy(() -> unpack(bomb, ArchiveFormat.TAR_GZ))
                .isInstanceOf(ArchiveRefused.class)
                .hasMessageContaining("'zeros'")
                .hasMessageContaining("200 times");
        UnpackLimits small = UnpackLimits.defaults().withMaxBytes(2999);
        assertThatThrownBy(() -> unpack(archive(ArchiveFormat.ZIP), ArchiveFormat.ZIP, small))
                .hasMessageContaining("'two'");
        UnpackLimits few = UnpackLimits.defaults().withMaxEntries(3);
        byte[] deep = new Archives.Tar().file("a/b/c/d", "").bytes();
        assertThatThrownBy(() -> unpack(deep, ArchiveFormat.TAR, few)).hasMessageContaining("'a/b/c/d'");
    }

    @Test
    void aBombBehindTheEndOfTheTarIsRefused() throws Exception {
        byte[] tar = new Archives.Tar().file("small", "s").bytes();
        byte[] longer = Arrays.copyOf(tar, 80 * 1024 * 1024);
        byte[] bomb = Archives.gzip(longer);
        assertThatThrownBy(() -> unpack(bomb, ArchiveFormat.TAR_GZ)).hasMessageContaining("times");
    }

    @Test
    void headersThatWouldFillTheMemoryAreRefused() {
        TarArchiveEntry pax = new TarArchiveEntry("pax", TarConstants.LF_PAX_EXTENDED_HEADER_LC, true);
        byte[] header = new byte[3 * 1024 * 1024];
        Arrays.fill(header, (byte) 'x');
        byte[] start = ("" + header.length + " comment=").getBytes(StandardCharsets.UTF_8);
        System.arraycopy(start, 0, header, 0, start.length);
        header[header.length - 1] = '\n';
        pax.setSize(header.length);
        byte[] tar = new Archives.Tar().put(pax, header).file("f", "").gzipped();
        assertThatThrownBy(() -> unpack(tar, ArchiveFormat.TAR_GZ)).hasMessageContaining("headers of one entry");

        TarArchiveEntry name = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME, true);
        name.setSize(header.length);
        byte[] gnu = new Archives.Tar().put(name, header).file("f", "").gzipped();
        assertThatThrownBy(() -> unpack(gnu, ArchiveFormat.TAR_GZ)).hasMessageContaining("headers of one entry");
    }

    @Test
    void itStopsWhenAskedTo() throws Exception {
        Path file = Files.write(directory.resolve("archive"), archive(ArchiveFormat.TAR));
        AtomicInteger asked = new AtomicInteger();
        Unpacker unpacker = new Unpacker(UnpackLimits.defaults(), () -> asked.incrementAndGet() > 3, done -> {});
        assertThatThrownBy(() -> unpacker.unpack(file, ArchiveFormat.TAR, root()))
                .isInstanceOf(ClosedByInterruptException.class);
    }

    @ParameterizedTest
    @EnumSource(ArchiveFormat.class)
    void progressReachesTheArchivesSizeAndNeverPassesIt(ArchiveFormat format) throws Exception {
        Path file = Files.write(directory.resolve("archive"), archive(format));
        AtomicLong most = new AtomicLong();
        new Unpacker(UnpackLimits.defaults(), () -> false, most::set).unpack(file, format, root());
        assertThat(most.get()).isBetween(Files.size(file) / 2, Files.size(file));
    }

    @Test
    void whatCannotBeWrittenIsToldApartFromABrokenArchive() throws Exception {
        Files.delete(root());
        Path file = Files.write(directory.resolve("archive"), archive(ArchiveFormat.TAR));
        Unpacker unpacker = new Unpacker(UnpackLimits.defaults(), () -> false, done -> {});
        assertThatThrownBy(() -> unpacker.unpack(file, ArchiveFormat.TAR, directory.resolve("root")))
                .isInstanceOfSatisfying(
                        CannotWrite.class, e -> assertThat(e.entry()).isEqualTo("one"));
    }
}
