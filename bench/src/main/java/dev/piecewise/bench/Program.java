package dev.piecewise.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process under measurement: its output goes to a file, the kernel says what it used. Linux only. */
public final class Program implements AutoCloseable {
    private static final Duration ENDING = Duration.ofSeconds(5);
    private static final double TICKS_A_SECOND = 100; // USER_HZ, fixed in the kernel's interface to programs

    private final String name;
    private final Process process;
    private final Path log;

    private Program(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a command whose first word stays the process to measure ({@code ip netns exec} replaces itself).
     *
     * @param log takes standard output and error
     * @param environment replaces variables of these names
     */
    public static Program start(String name, Path log, Map<String, String> environment, List<String> command)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(key -> key.startsWith("AWS_") || key.startsWith("PIECEWISE_"));
        builder.environment().put("PIECEWISE_CONFIG", "none");
        builder.environment().putAll(environment);
        return new Program(name, builder.start(), log);
    }

    /** The first line of its output that begins so; fails when the process ends before, or after {@code patience}. */
    public String awaitLine(String start, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            for (String line : Files.readAllLines(log)) {
                if (line.startsWith(start)) {
                    return line;
                }
            }
            if (!process.isAlive()) {
                throw new IOException(name + " ended with " + process.exitValue() + " before it said '" + start
                        + "'; its output:\n" + Files.readString(log));
            } else if (System.nanoTime() > deadline) {
                throw new IOException(name + " did not say '" + start + "' within " + patience.toSeconds()
                        + " s; its output:\n" + Files.readString(log));
            }
            Thread.sleep(20);
        }
    }

    /** Writes a line to its standard input. */
    public void tell(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Processor time used so far, user and system, in seconds. */
    public double cpuSeconds() {
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_A_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(name + " ended; its output is in " + log, e);
        }
    }

    /** Peak resident memory so far, in bytes. */
    public long peakResidentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("the kernel says nothing of the memory of " + name);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end; its exit code. */
    public int awaitEnd(Duration patience) throws IOException, InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException(
                    name + " did not end within " + patience.toSeconds() + " s; its output:\n" + Files.readString(log));
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
