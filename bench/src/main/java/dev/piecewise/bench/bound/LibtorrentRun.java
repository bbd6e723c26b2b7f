package dev.piecewise.bench.bound;

import dev.piecewise.bench.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** libtorrent-rasterbar with its limits opened; its nodes wait idle until asked. */
final class LibtorrentRun extends StockRun {
    private static final Duration START = Duration.ofSeconds(60);

    private final Path script;
    private final boolean superSeeding;

    LibtorrentRun(Path script, boolean superSeeding) {
        this.script = script;
        this.superSeeding = superSeeding;
    }

    @Override
    public String label() {
        return superSeeding ? "libtorrent, super-seeding" : "libtorrent, tuned";
    }

    @Override
    Program seed(Star star, Path torrent, Path directory) throws IOException, InterruptedException {
        return node(star, "seeder", Star.SEEDER, torrent, directory, "seed");
    }

    private Program node(Star star, String host, String address, Path torrent, Path directory, String role)
            throws IOException, InterruptedException {
        Program program = start(
                star,
                host,
                directory.resolveSibling(host + ".log"),
                "/usr/bin/python3",
                script.toString(),
                role,
                torrent.toString(),
                directory.toString(),
                address,
                superSeeding && role.equals("seed") ? "super" : "plain");
        program.awaitLine("READY", START);
        return program;
    }

    @Override
    Leech leech(Star star, int number, Path torrent, Path directory) throws IOException, InterruptedException {
        Program program = node(star, "n" + number, Star.node(number), torrent, directory, "leech");
        return new Leech() {
            @Override
            public void go() throws IOException {
                program.tell("go");
            }

            @Override
            public Program program() {
                return program;
            }

            @Override
            public double awaitDone(Setting setting) throws IOException, InterruptedException {
                return Double.parseDouble(
                        program.awaitLine("DONE ", setting.patience()).substring("DONE ".length()));
            }
        };
    }
}
