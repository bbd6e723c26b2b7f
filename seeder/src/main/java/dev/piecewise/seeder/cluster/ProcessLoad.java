package dev.piecewise.seeder.cluster;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** How much processors have worked: this process's, and the machine's. */
interface ProcessLoad {
    /** Processor time this process has used, in nanoseconds. */
    long processNanos();

    /** How many processors this process may use. */
    int processors();

    /** What all processors of the machine did since it started; empty where that cannot be told. */
    Optional<Ticks> machine();

    /**
     * @param busy time in which somebody had a processor, in any unit
     * @param total time of all processors in the same unit
     */
    record Ticks(long busy, long total) {}

    /** The running process; the machine's load is Linux's {@code /proc/stat} (proc(5)). */
    static ProcessLoad ofThisProcess() {
        return new ProcessLoad() {
            private static final Path STAT = Path.of("/proc/stat");

            @Override
            public long processNanos() {
                return ManagementFactory.getOperatingSystemMXBean()
                                instanceof com.sun.management.OperatingSystemMXBean system
                        ? Math.max(0, system.getProcessCpuTime())
                        : 0;
            }

            @Override
            public int processors() {
                return Runtime.getRuntime().availableProcessors();
            }

            @Override
            public Optional<Ticks> machine() {
                try (var lines = Files.newBufferedReader(STAT, StandardCharsets.US_ASCII)) {
                    return ticks(lines.readLine());
                } catch (IOException e) {
                    return Optional.empty();
                }
            }
        };
    }

    /** Reads {@code cpu user nice system idle iowait irq softirq steal ...}; waiting for a disk is idle. */
    static Optional<Ticks> ticks(@Nullable String line) {
        StringTokenizer words = new StringTokenizer(line == null ? "" : line);
        if (!words.hasMoreTokens() || !words.nextToken().equals("cpu")) {
            return Optional.empty();
        }
        long total = 0;
        long idle = 0;
        try {
            for (int column = 0; column < 8 && words.hasMoreTokens(); column++) {
                long ticks = Long.parseLong(words.nextToken());
                total += ticks;
                idle += column == 3 || column == 4 ? ticks : 0;
            }
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        return Optional.of(new Ticks(total - idle, total));
    }
}
