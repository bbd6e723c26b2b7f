package dev.piecewise.it.lab;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;

/** One process of the built distribution, started as a user starts it; closing it ends it. */
public final class PiecewiseProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final List<String> command;
    private final List<String> out = Collections.synchronizedList(new ArrayList<>());
    private final List<String> err = Collections.synchronizedList(new ArrayList<>());
    private final List<Thread> readers;

    private PiecewiseProcess(Process process, List<String> command) {
        this.process = process;
        this.command = command;
        this.readers = List.of(drain(process.getInputStream(), out), drain(process.getErrorStream(), err));
    }

    /** Starts {@code piecewise ARGUMENTS} with this environment on top of a clean one. */
    public static PiecewiseProcess start(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(startScript().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("AWS_") || name.startsWith("PIECEWISE_"));
        builder.environment().put("PIECEWISE_CONFIG", "none");
        builder.environment().put("PIECEWISE_PEER_REHEARSE", "false");
        builder.environment().put("PIECEWISE_TRACKER_REHEARSE", "false");
        builder.environment().putAll(environment);
        try {
            return new PiecewiseProcess(builder.start(), command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The distribution's start script; the reactor builds it before these tests run. */
    public static Path startScript() {
        Path script = Path.of(System.getProperty("piecewise.distribution"), "bin", "piecewise");
        Assertions.assertThat(script).as("the built distribution").isExecutable();
        return script;
    }

    /** Waits for a line on standard output or error that contains a match and returns it. */
    public Matcher awaitLine(Pattern pattern) throws Exception {
        Await.until(
                "'" + pattern + "' printed by " + this, PATIENCE, () -> find(pattern) != null || !process.isAlive());
        joinIfEnded();
        Matcher found = find(pattern);
        if (found == null) {
            throw new AssertionError(
                    this + " ended with " + process.exitValue() + " before it printed '" + pattern + "'");
        }
        return found;
    }

    /** Waits for its end. */
    public int exitCode() throws Exception {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            Assertions.fail("still running: " + this);
        }
        joinIfEnded();
        return process.exitValue();
    }

    /** Asks it to end, as a supervisor does ({@code SIGTERM}). */
    public void terminate() {
        process.toHandle().destroy(); // Process.destroy would close its output, too
    }

    /** Ends it as {@code kill -9} does. */
    public void killNow() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** The processes that it started and that these started. */
    public List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    public List<String> out() {
        return List.copyOf(out);
    }

    public List<String> err() {
        return List.copyOf(err);
    }

    /** Peak resident set of the process so far, in bytes ({@code VmHWM} of Linux). */
    public long peakResidentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IllegalStateException("no VmHWM of " + this);
    }

    private @Nullable Matcher find(Pattern pattern) {
        List<String> lines = new ArrayList<>(out());
        lines.addAll(err());
        for (String line : lines) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.find()) {
                return matcher;
            }
        }
        return null;
    }

    private void joinIfEnded() throws InterruptedException {
        if (!process.isAlive()) {
            for (Thread reader : readers) {
                reader.join(PATIENCE.toMillis());
            }
        }
    }

    private static Thread drain(InputStream stream, List<String> lines) {
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader text =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        text.lines().forEach(lines::add);
                    } catch (IOException | UncheckedIOException e) {
                        lines.add("(stream closed: " + e.getMessage() + ")");
                    }
                },
                "test-process-output");
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    /** Asks it to end (TERM), then insists. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                killNow();
            }
            joinIfEnded();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return command + "\n--- out:\n" + String.join("\n", out()) + "\n--- err:\n" + String.join("\n", err());
    }
}
