package dev.piecewise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The S3 server of a measurement, a process of its own, seen from outside. */
public final class S3Host implements AutoCloseable {
    private static final int PORT = 9000;
    private static final Duration START = Duration.ofSeconds(60);

    private final Program program;
    private final String endpoint;
    private final String presignedUrl;
    private int asked;

    private S3Host(Program program, String endpoint, String presignedUrl) {
        this.program = program;
        this.endpoint = endpoint;
        this.presignedUrl = presignedUrl;
    }

    /** Starts a program where it is to run. */
    @FunctionalInterface
    public interface Place {
        Program start(Path log, Map<String, String> environment, List<String> command) throws IOException;
    }

    /**
     * Starts it with these files as its objects, whose keys are their names.
     *
     * @param address of the place, without port
     * @param directory for its objects and its log
     */
    public static S3Host start(Place place, String address, Path directory, List<Path> files)
            throws IOException, InterruptedException {
        Files.createDirectories(directory);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.piecewise.bench.BenchMain",
                "s3",
                "--address=" + address,
                "--port=" + PORT,
                "--dir=" + directory.resolve("objects")));
        files.forEach(file -> command.add("--file=" + file));
        Program program = place.start(directory.resolve("s3.log"), Map.of(), command);
        try {
            return new S3Host(
                    program,
                    "http://" + address + ":" + PORT,
                    program.awaitLine("READY ", START).substring("READY ".length()));
        } catch (IOException | InterruptedException e) {
            program.close();
            throw e;
        }
    }

    public String endpoint() {
        return endpoint;
    }

    /** What the AWS SDK, and so the tracker, and the AWS command line need to use it. */
    public Map<String, String> credentials() {
        return Map.of(
                "AWS_ACCESS_KEY_ID",
                S3Main.ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY",
                S3Main.SECRET_KEY,
                "AWS_ENDPOINT_URL",
                endpoint,
                "AWS_REGION",
                "us-east-1");
    }

    /** A URL with which anyone can read the object for some hours. */
    public String presignedUrl() {
        return presignedUrl;
    }

    /** Object bytes sent so far, by its own count. */
    public long sentBytes() throws IOException, InterruptedException {
        String answer = "SENT " + ++asked + " ";
        program.tell("" + asked);
        return Long.parseLong(program.awaitLine(answer, START).substring(answer.length()));
    }

    @Override
    public void close() {
        program.close();
    }
}
