package dev.piecewise.bench.bound;

import dev.piecewise.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The star's S3, seen from outside. */
final class S3Host implements AutoCloseable {
    private static final int PORT = 9000;
    private static final Duration START = Duration.ofSeconds(60);

    private final Program program;
    private final String presignedUrl;

    private S3Host(Program program, String presignedUrl) {
        this.program = program;
        this.presignedUrl = presignedUrl;
    }

    static S3Host start(Star star, Path directory, Path payload) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        Program program = star.start(
                "s3",
                directory.resolve("s3.log"),
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.piecewise.bench.BenchMain",
                        "s3",
                        "--address=" + Star.S3,
                        "--port=" + PORT,
                        "--dir=" + directory.resolve("objects"),
                        "--file=" + payload));
        try {
            return new S3Host(program, program.awaitLine("READY ", START).substring("READY ".length()));
        } catch (IOException | InterruptedException e) {
            program.close();
            throw e;
        }
    }

    String endpoint() {
        return "http://" + Star.S3 + ":" + PORT;
    }

    /** A URL with which anyone can read the object for some hours. */
    String presignedUrl() {
        return presignedUrl;
    }

    /** Object bytes sent so far, by its own count; may be asked once. */
    long sentBytes() throws IOException, InterruptedException {
        program.tell("count");
        return Long.parseLong(program.awaitLine("SENT ", START).substring("SENT ".length()));
    }

    @Override
    public void close() {
        program.close();
    }
}
