package dev.piecewise.client.unpack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** Archives with bytes that are not what they were: unpacked, or refused, and nothing else. */
class BrokenArchivesProperties {
    private Path directory = Path.of("");

    @BeforeTry
    void make() throws IOException {
        directory = Files.createTempDirectory("piecewise-broken");
    }

    @AfterTry
    void remove() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    @Property(tries = 400)
    void changedBytesAreNoOtherException(
            @ForAll ArchiveFormat format,
            @ForAll @Size(min = 1, max = 6) int[] places,
            @ForAll @IntRange(max = 255) int value)
            throws IOException {
        byte[] archive = archive(format);
        for (int place : places) {
            archive[Math.floorMod(place, archive.length)] = (byte) value;
        }
        Path file = Files.write(directory.resolve("archive"), archive);
        Path root = Files.createDirectory(directory.resolve("root"));
        try {
            new Unpacker(UnpackLimits.defaults().withMaxBytes(1 << 20), () -> false, done -> {})
                    .unpack(file, format, root);
        } catch (ArchiveRefused e) {
            assertThat(e.getMessage()).isNotEmpty();
        } catch (CannotWrite e) {
            assertThat(e.entry()).isNotEmpty(); // a name that became too long, for example
        }
        try (Stream<Path> top = Files.list(directory)) {
            assertThat(top).hasSize(2);
        }
    }

    private static byte[] archive(ArchiveFormat format) {
        Archives.Tar tar = new Archives.Tar()
                .directory("d/", 0755)
                .file("d/" + "x".repeat(120), "content")
                .symbolicLink("d/link", "x")
                .hardLink("hard", "d/" + "x".repeat(120));
        return switch (format) {
            case TAR -> tar.bytes();
            case TAR_GZ -> tar.gzipped();
            case ZIP ->
                new Archives.Zip()
                        .file("d/f", "content")
                        .symbolicLink("d/link", "f")
                        .bytes();
        };
    }
}
