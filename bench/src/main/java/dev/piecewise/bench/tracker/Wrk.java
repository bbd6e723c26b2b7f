package dev.piecewise.bench.tracker;

import dev.piecewise.bench.Program;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Announces as fast as they are answered, from one core, by 64 connections. */
final class Wrk {
    private static final String SCRIPT = "announce.lua";

    private Wrk() {}

    /** Whether each announce has a connection of its own. */
    enum Connections {
        KEPT,
        NEW
    }

    /**
     * What was answered.
     *
     * @param perSecond announces a second
     * @param coreShare of the tracker's core that was busy; where it is well below 1 the load was the limit
     */
    record Answered(double perSecond, double coreShare) {}

    /** @param peers how many different ones announce, at most 60,000 */
    static Answered announce(URI tracker, List<String> infoHashes, Connections connections, int peers, int seconds)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "taskset",
                "-c",
                "" + Cores.LOAD,
                "wrk",
                "-t1",
                "-c64",
                "-d" + seconds + "s",
                "-s",
                Path.of(System.getProperty("piecewise.bench", "."), SCRIPT).toString(),
                tracker.toString(),
                "--",
                "" + peers));
        if (connections == Connections.NEW) {
            command.add("close");
        }
        command.addAll(infoHashes);
        Path log = Files.createTempFile("wrk", ".log");
        Cores.Reading before = Cores.read();
        try (Program wrk = Program.start("wrk", log, Map.of(), command)) {
            wrk.awaitEnd(Duration.ofSeconds(seconds + 30L));
            double share = Cores.busyShare(before, Cores.read());
            for (String line : Files.readAllLines(log)) {
                if (line.startsWith("Requests/sec:")) {
                    return new Answered(
                            Double.parseDouble(
                                    line.substring("Requests/sec:".length()).trim()),
                            share);
                }
            }
            throw new IOException("wrk says nothing:\n" + Files.readString(log));
        } finally {
            Files.delete(log);
        }
    }
}
