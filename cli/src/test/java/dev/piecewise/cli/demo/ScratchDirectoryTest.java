package dev.piecewise.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScratchDirectoryTest {
    @Test
    void closingRemovesEverything(@TempDir Path parent) throws IOException {
        Path path;
        try (ScratchDirectory scratch = ScratchDirectory.below(parent)) {
            path = scratch.path();
            Files.writeString(scratch.directory("a/b c").resolve("file"), "content");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void killingTheProcessRemovesEverything(@TempDir Path parent) throws Exception {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        parent.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = holder.inputReader(StandardCharsets.UTF_8)) {
            Path path = Path.of(lines.readLine());
            assertThat(path.resolve("file")).exists();
            holder.destroyForcibly().waitFor();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (Files.exists(path) && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(path).doesNotExist();
        }
    }

    /** A process that makes a directory and waits to be killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] args) throws Exception {
            ScratchDirectory scratch = ScratchDirectory.below(Path.of(args[0]));
            Files.writeString(scratch.path().resolve("file"), "content");
            System.out.println(scratch.path());
            System.in.read();
            Thread.currentThread().join();
        }
    }
}
