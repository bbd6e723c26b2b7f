package dev.piecewise.bench.tracker;

import dev.piecewise.bench.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** One core for the tracker, another for whoever asks it. Linux only. */
public final class Cores {
    static final int TRACKER = 0;
    static final int LOAD = 1;

    private Cores() {}

    /** Busy and all time of the tracker's core since the machine started, in ticks. */
    record Reading(long busy, long all) {}

    /** A command bound to the tracker's core. */
    public static List<String> bound(List<String> command) {
        List<String> bound = new ArrayList<>(List.of("taskset", "-c", "" + TRACKER));
        bound.addAll(command);
        return bound;
    }

    /** Binds this process, and the threads it will start, to the core of the load. */
    public static void bindLoad() throws IOException, InterruptedException {
        Path log = Files.createTempFile("taskset", ".log");
        String pid = "" + ProcessHandle.current().pid();
        try (Program taskset = Program.start("taskset", log, Map.of(), List.of("taskset", "-acp", "" + LOAD, pid))) {
            if (taskset.awaitEnd(Duration.ofSeconds(10)) != 0) {
                throw new IOException("cannot bind the load to a core:\n" + Files.readString(log));
            }
        } finally {
            Files.delete(log);
        }
    }

    static Reading read() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/stat"))) {
            if (line.startsWith("cpu" + TRACKER + " ")) {
                long[] ticks = Arrays.stream(line.split(" +", -1))
                        .skip(1)
                        .limit(8)
                        .mapToLong(Long::parseLong)
                        .toArray();
                long all = Arrays.stream(ticks).sum();
                return new Reading(all - ticks[3] - ticks[4], all); // less idle and iowait
            }
        }
        throw new IOException("/proc/stat does not know core " + TRACKER);
    }

    static double busyShare(Reading from, Reading to) {
        return (to.busy() - from.busy()) / (double) Math.max(1, to.all() - from.all());
    }
}
