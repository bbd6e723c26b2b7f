package dev.piecewise.bench.engine;

import dev.piecewise.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The contestants' processes: each at an address of its own, ready and idle until told to go. */
final class Nodes {
    /** Those of {@code bin/piecewise}. */
    private static final List<String> OUR_OPTIONS = List.of(
            "-XX:FreqInlineSize=70",
            "-XX:MaxInlineLevel=5",
            "-XX:InlineSmallCode=800",
            "-Xms24m",
            "-Xmx224m",
            "-XX:MaxDirectMemorySize=96m",
            "-XX:ReservedCodeCacheSize=64m",
            "-XX:+UseSerialGC",
            "-Djdk.nio.maxCachedBufferSize=262144");

    private final Torrents torrents;
    private final HeldTracker tracker;
    private final boolean fresh;
    private final List<String> javaOptions;
    private int ready;

    Nodes(Torrents torrents, HeldTracker tracker, boolean fresh, String javaOptions) {
        this.torrents = torrents;
        this.tracker = tracker;
        this.fresh = fresh;
        this.javaOptions = Stream.of(javaOptions.split(" ", -1))
                .filter(option -> !option.isEmpty())
                .toList();
    }

    void hold() {
        ready = 0;
        tracker.hold();
    }

    private static String address(int node) {
        return "127.0.7." + (node + 1);
    }

    Program seed(String contestant, Path place) throws IOException {
        return start(contestant, 0, place, torrents.files());
    }

    Program leech(String contestant, int node, Path place) throws IOException {
        Path own = Files.createDirectories(place.resolve("node-" + node));
        if (!fresh && !contestant.equals("piecewise")) {
            try (Stream<Path> files = Files.list(torrents.files())) {
                for (Path file : files.toList()) {
                    junk(own.resolve(file.getFileName()), Files.size(file));
                }
            }
        }
        return start(contestant, node, place, own);
    }

    private static void junk(Path file, long bytes) throws IOException {
        try (var out = Files.newOutputStream(file, StandardOpenOption.CREATE)) {
            byte[] zeros = new byte[1 << 20];
            for (long left = bytes; left > 0; left -= zeros.length) {
                out.write(zeros, 0, (int) Math.min(left, zeros.length));
            }
        }
    }

    private Program start(String contestant, int node, Path place, Path directory) throws IOException {
        String role = node == 0 ? "seed" : "leech";
        Path list = torrents.directory().resolve("torrents");
        List<String> command = new ArrayList<>();
        if (contestant.equals("libtorrent")) {
            command.addAll(List.of(
                    "/usr/bin/python3",
                    Path.of(System.getProperty("piecewise.bench", "bench"), "libtorrent_engine.py")
                            .toString(),
                    role,
                    list.toString(),
                    directory.toString(),
                    address(node)));
        } else if (contestant.equals("aria2")) {
            command.addAll(aria2(node, place, directory));
        } else {
            boolean floor = contestant.equals("floor");
            command.add(System.getProperty("java.home") + "/bin/java");
            command.addAll(OUR_OPTIONS);
            command.addAll(javaOptions);
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.piecewise.bench.BenchMain",
                    floor ? "floor-node" : "engine-node",
                    role,
                    torrents.directory().toString(),
                    floor ? directory.toString() : place.resolve("data-" + node).toString(),
                    address(node)));
            if (!floor && !fresh) {
                command.add("--warm");
            }
        }
        return Program.start(
                contestant + " " + node, place.resolve(node + ".log"), Map.of("MALLOC_ARENA_MAX", "2"), command);
    }

    private List<String> aria2(int node, Path place, Path directory) throws IOException {
        Path hook = place.resolve("hook-" + node);
        Path done = done(place, node);
        Files.writeString(
                hook, "#!/bin/sh\ndate +'DONE %s.%N' > '" + done + ".new' && mv '" + done + ".new' '" + done + "'\n");
        if (!hook.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + hook + " executable");
        }
        List<String> command = new ArrayList<>(List.of(
                "aria2c",
                "--no-conf",
                "--dir=" + directory,
                "--listen-port=6881",
                "--interface=" + address(node),
                "--enable-dht=false",
                "--enable-dht6=false",
                "--bt-enable-lpd=false",
                "--check-integrity=true",
                "--seed-ratio=0.0",
                "--file-allocation=none",
                "--disk-cache=64M",
                "--bt-max-peers=0",
                "--bt-request-peer-speed-limit=5000M",
                "--max-upload-limit=0",
                "--bt-tracker-interval=1",
                "--bt-tracker-timeout=60",
                "--summary-interval=0",
                "--on-bt-download-complete=" + hook));
        torrents.torrentFiles().forEach(torrent -> command.add(torrent.toString()));
        return command;
    }

    private static Path done(Path place, int node) {
        return place.resolve("done-" + node);
    }

    void awaitReady(String contestant, Program program, Duration patience) throws IOException, InterruptedException {
        if (!contestant.equals("aria2")) {
            program.awaitLine("READY", patience);
            return;
        }
        long deadline = System.nanoTime() + patience.toNanos();
        int before = ready++;
        while (tracker.waiting() <= before) { // it announces when it has checked its files
            if (!program.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("aria2 did not announce");
            }
            Thread.sleep(20);
        }
    }

    /** Starts the clock's work; all started programs, the seed first. */
    void go(String contestant, List<Program> started) throws IOException {
        tracker.go();
        if (!contestant.equals("aria2")) {
            started.get(0).tell("");
            for (int node = 1; node < started.size(); node++) {
                StringBuilder peers = new StringBuilder();
                for (int other = 0; other < node; other++) {
                    peers.append(address(other)).append(' ');
                }
                started.get(node).tell(peers.toString().trim());
            }
        }
    }

    double awaitDone(String contestant, int node, Program program, Path place, Duration patience)
            throws IOException, InterruptedException {
        if (!contestant.equals("aria2")) {
            return Double.parseDouble(program.awaitLine("DONE ", patience).substring("DONE ".length()));
        }
        long deadline = System.nanoTime() + patience.toNanos();
        while (!Files.exists(done(place, node))) {
            if (!program.isAlive() || System.nanoTime() > deadline) {
                throw new IOException("aria2 did not complete");
            }
            Thread.sleep(20);
        }
        return Double.parseDouble(Files.readString(done(place, node)).trim().substring("DONE ".length()));
    }
}
