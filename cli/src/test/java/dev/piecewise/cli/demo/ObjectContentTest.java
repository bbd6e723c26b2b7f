package dev.piecewise.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ObjectContentTest {
    @Test
    void isTheSameEveryTimeHasTheSizeAndItsDigestIsThatOfTheFile(@TempDir Path directory) throws IOException {
        for (int size : new int[] {0, 1, 65_535, 65_536, 65_537, 200_001}) {
            ObjectContent content = new ObjectContent(size);
            byte[] bytes = content.readAllBytes();
            assertThat(bytes).hasSize(size).isEqualTo(new ObjectContent(size).readAllBytes());
            Path file = Files.write(directory.resolve("object"), bytes);
            assertThat(content.digest()).isEqualTo(ObjectContent.digest(file));
        }
    }

    @Test
    void readByteByByteItIsTheSame() throws IOException {
        ByteArrayOutputStream single = new ByteArrayOutputStream();
        try (ObjectContent content = new ObjectContent(70_000)) {
            for (int next = content.read(); next >= 0; next = content.read()) {
                single.write(next);
            }
        }
        assertThat(single.toByteArray()).isEqualTo(new ObjectContent(70_000).readAllBytes());
    }

    @Test
    void cannotBeCompressed() {
        byte[] bytes = new byte[1 << 20];
        new ObjectContent(bytes.length).read(bytes, 0, bytes.length);
        Deflater deflater = new Deflater();
        deflater.setInput(bytes, 0, 1 << 16);
        deflater.finish();
        assertThat(deflater.deflate(new byte[1 << 17])).isGreaterThan(65_000);
        deflater.end();
    }
}
