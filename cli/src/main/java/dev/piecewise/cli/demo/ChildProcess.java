package dev.piecewise.cli.demo;

import dev.piecewise.cli.config.Configuration;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A Piecewise command as a process of its own, which ends when this one does: its standard input is a pipe from here. */
final class ChildProcess {
    private static final Duration ENDING = Duration.ofSeconds(8);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final String name;
    private final Process process;
    private final CompletableFuture<JsonNode> ready = new CompletableFuture<>();
    private volatile boolean ending;

    private ChildProcess(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    /**
     * Starts {@code piecewise arguments --json --exit-with-stdin} on this process's Java and code.
     *
     * @param environment added to an environment without any setting of Piecewise, AWS or proxies, and without a
     *     configuration file
     * @param complaints hears each line of its standard error
     */
    static ChildProcess start(
            String name, List<String> arguments, Map<String, String> environment, Consumer<String> complaints) {
        List<String> command = new ArrayList<>(launcher());
        command.addAll(arguments);
        command.addAll(List.of("--json", "--exit-with-stdin"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(ChildProcess::isForeignSetting);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put(Configuration.VARIABLE, Configuration.NO_FILE);
        builder.environment().putAll(environment);
        try {
            ChildProcess child = new ChildProcess(name, builder.start());
            child.follow("stdout", child::readOutput);
            child.follow("stderr", () -> child.readComplaints(complaints));
            return child;
        } catch (IOException e) {
            throw new ProcessFault(Kind.FAILED, "cannot start the " + name + " (" + command.get(0) + ")", e);
        }
    }

    private static List<String> launcher() {
        Optional<String> home = Optional.ofNullable(System.getProperty("piecewise.home"));
        return home.map(directory ->
                        List.of(Path.of(directory, "bin", "piecewise").toString()))
                .orElseGet(() -> List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx224m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.piecewise.cli.PiecewiseMain"));
    }

    private static boolean isForeignSetting(String variable) {
        return variable.startsWith("AWS_")
                || (variable.startsWith("PIECEWISE_") && !variable.equals("PIECEWISE_JAVA_OPTS"))
                || variable.toLowerCase(Locale.ROOT).endsWith("_proxy");
    }

    private void follow(String stream, Runnable reader) {
        Thread thread = new Thread(reader, "demo-" + name + "-" + stream);
        thread.setDaemon(true);
        thread.start();
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!ready.isDone()) {
                    ready.complete(MAPPER.readTree(line));
                }
            }
        } catch (IOException | JacksonException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IOException("its output ended"));
    }

    private void readComplaints(Consumer<String> complaints) {
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!ending) {
                    complaints.accept(name + ": " + line);
                }
            }
        } catch (IOException e) {
            // The pipe broke: the process is gone, and awaitReady or checkAlive says so.
            return;
        }
    }

    /** The fields of the first event, which says that the process works. */
    JsonNode awaitReady(Duration patience) throws InterruptedException {
        try {
            return ready.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new ProcessFault(Kind.FAILED, "the " + name + " did not start; what it said is above", e.getCause());
        } catch (TimeoutException e) {
            throw new ProcessFault(
                    Kind.FAILED, "the " + name + " was not ready after " + patience.toSeconds() + " s", e);
        }
    }

    /** Fails if the process has ended by itself. */
    void checkAlive() {
        if (!process.isAlive() && !ending) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "the " + name + " ended in the middle of the demo, with exit code " + process.exitValue());
        }
    }

    /** Lets the process end; does not wait. */
    void beginToEnd() {
        ending = true;
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // Its end of the pipe is closed already.
            return;
        }
    }

    /** Waits for the end, and enforces it if that takes too long. */
    void awaitEnd() {
        try {
            if (process.waitFor(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
