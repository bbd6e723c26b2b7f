package dev.piecewise.client.unpack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveFormatTest {
    @TempDir
    private Path directory;

    @Test
    void namesSayItInAnyCase() {
        assertThat(ArchiveFormat.ofName("a.TAR")).contains(ArchiveFormat.TAR);
        assertThat(ArchiveFormat.ofName("a.b.Tar.gZ")).contains(ArchiveFormat.TAR_GZ);
        assertThat(ArchiveFormat.ofName("a.TGZ")).contains(ArchiveFormat.TAR_GZ);
        assertThat(ArchiveFormat.ofName("a.ZIP")).contains(ArchiveFormat.ZIP);
        assertThat(ArchiveFormat.ofName("a.gz")).isEmpty();
        assertThat(ArchiveFormat.ofName("zip")).isEmpty();
        assertThat(ArchiveFormat.ofName("a.zip.bin")).isEmpty();
    }

    @Test
    void firstBytesSayIt() throws Exception {
        assertThat(ofContent(new Archives.Tar().file("f", "").bytes())).contains(ArchiveFormat.TAR);
        assertThat(ofContent(new Archives.Tar().gzipped())).contains(ArchiveFormat.TAR_GZ);
        assertThat(ofContent(new Archives.Zip().file("f", "").bytes())).contains(ArchiveFormat.ZIP);
        assertThat(ofContent(new Archives.Zip().bytes())).contains(ArchiveFormat.ZIP);
        assertThat(ofContent("nothing of that kind".repeat(100).getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
        assertThat(ofContent(new byte[0])).isEmpty();
        assertThat(ofContent(new byte[10240])).isEmpty();
    }

    private Optional<ArchiveFormat> ofContent(byte[] bytes) throws Exception {
        return ArchiveFormat.ofContent(Files.write(directory.resolve("file"), bytes));
    }

    @Test
    void methodsAreReadAsUsersWriteThem() {
        assertThat(Unpack.parse("auto").format()).isEmpty();
        assertThat(Unpack.parse("TGZ").format()).contains(ArchiveFormat.TAR_GZ);
        assertThat(Unpack.parse("tar.gz").method()).isEqualTo("tar.gz");
        assertThat(Unpack.parse("Zip").format()).contains(ArchiveFormat.ZIP);
        assertThatThrownBy(() -> Unpack.parse("rar"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'rar'");
        assertThatThrownBy(() -> Unpack.parse(".tar")).hasMessageContaining("'.tar'");
    }
}
