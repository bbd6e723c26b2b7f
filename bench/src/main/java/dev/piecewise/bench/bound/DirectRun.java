package dev.piecewise.bench.bound;

import dev.piecewise.bench.Program;
import dev.piecewise.bench.S3Host;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What clusters do without Piecewise: each node downloads from S3 itself (curl, a presigned URL, one connection). */
final class DirectRun implements Contestant {
    @Override
    public String label() {
        return "each from S3 (curl)";
    }

    @Override
    public boolean readsS3() {
        return true;
    }

    @Override
    public Measured run(Setting setting, Star star, Path directory) throws IOException, InterruptedException {
        List<Program> running = new ArrayList<>();
        try (S3Host s3 = star.startS3(directory.resolve("s3"), setting.payload().file())) {
            long started = System.nanoTime();
            for (int i = 1; i <= setting.nodes(); i++) {
                running.add(star.start(
                        "n" + i,
                        directory.resolve("n" + i + ".log"),
                        Map.of(),
                        List.of(
                                "curl",
                                "-sS",
                                "--fail",
                                "--interface",
                                Star.node(i),
                                "-o",
                                copy(directory, i).toString(),
                                s3.presignedUrl())));
            }
            List<Double> seconds = new ArrayList<>();
            boolean correct = true;
            for (Program program : running) {
                correct &= program.awaitEnd(setting.patience()) == 0;
                seconds.add((System.nanoTime() - started) / 1e9);
            }
            for (int i = 1; i <= setting.nodes(); i++) {
                correct &= setting.payload().equalsCopy(copy(directory, i));
            }
            return new Measured(seconds, List.of(), s3.sentBytes(), 0, 0, Double.NaN, Double.NaN, 0, correct);
        } finally {
            running.forEach(Program::close);
        }
    }

    private static Path copy(Path directory, int node) {
        return directory.resolve("n" + node + ".bin");
    }
}
