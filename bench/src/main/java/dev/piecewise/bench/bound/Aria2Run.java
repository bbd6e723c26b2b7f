package dev.piecewise.bench.bound;

import dev.piecewise.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** aria2 without its limits; it cannot wait idle, so the start of its processes is inside its time (some 30 ms). */
final class Aria2Run extends StockRun {
    private static final Duration START = Duration.ofSeconds(60);

    @Override
    public String label() {
        return "aria2";
    }

    @Override
    Program seed(Star star, Path torrent, Path directory) throws IOException, InterruptedException {
        Program program = start(star, "seeder", Star.SEEDER, torrent, directory, List.of("--check-integrity=true"));
        awaitDone(program, directory, START);
        return program;
    }

    private static Program start(
            Star star, String host, String address, Path torrent, Path directory, List<String> more)
            throws IOException {
        Path hook = directory.resolveSibling(host + "-done");
        Files.writeString(
                hook,
                "#!/bin/sh\ndate +%s.%N > '" + done(directory) + ".new' && mv '" + done(directory) + ".new' '"
                        + done(directory) + "'\n");
        if (!hook.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + hook + " executable");
        }
        List<String> command = new ArrayList<>(List.of(
                "aria2c",
                "--no-conf",
                "--dir=" + directory,
                "--listen-port=6881",
                "--interface=" + address,
                "--enable-dht=false",
                "--enable-dht6=false",
                "--bt-enable-lpd=false",
                "--seed-ratio=0.0",
                "--file-allocation=none",
                "--disk-cache=64M",
                "--bt-max-peers=0",
                "--bt-request-peer-speed-limit=500M",
                "--max-upload-limit=0",
                "--bt-tracker-interval=1",
                "--summary-interval=0",
                "--on-bt-download-complete=" + hook));
        command.addAll(more);
        command.add(torrent.toString());
        return star.start(host, directory.resolveSibling(host + ".log"), Map.of(), command);
    }

    private static Path done(Path directory) {
        return directory.resolveSibling(directory.getFileName() + ".done");
    }

    private static double awaitDone(Program program, Path directory, Duration patience)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!Files.exists(done(directory))) {
            if (!program.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("aria2 in " + directory + " did not complete");
            }
            Thread.sleep(20);
        }
        return Double.parseDouble(Files.readString(done(directory)).trim());
    }

    @Override
    Leech leech(Star star, int number, Path torrent, Path directory) {
        return new Leech() {
            private @Nullable Program program;

            @Override
            public void go() throws IOException {
                program = start(star, "n" + number, Star.node(number), torrent, directory, List.of());
            }

            @Override
            public Program program() {
                return Objects.requireNonNull(program, "not started");
            }

            @Override
            public double awaitDone(Setting setting) throws IOException, InterruptedException {
                return Aria2Run.awaitDone(program(), directory, setting.patience());
            }
        };
    }
}
