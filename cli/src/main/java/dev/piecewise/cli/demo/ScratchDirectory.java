package dev.piecewise.cli.demo;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A directory that is removed whichever way this process ends, {@code kill -9} included: a shell of its own waits at the
 * other end of a pipe. Told so, it removes the directory at once; if the pipe just ends, it removes it
 * until it stays away, because the children of the dead process are still on their way out.
 */
final class ScratchDirectory implements AutoCloseable {
    private static final String REAPER =
            """
            trap '' INT TERM HUP QUIT
            word=
            read -r word
            passes=30
            absent=0
            [ "$word" = now ] && passes=1
            while [ $passes -gt 0 ] && [ $absent -lt 3 ]; do
                absent=$((absent + 1))
                [ -e "$1" ] && absent=0
                rm -rf -- "$1"
                passes=$((passes - 1))
                [ $passes -eq 0 ] || sleep 1
            done
            """;
    private static final long REMOVAL_SECONDS = 20;

    private final Path directory;
    private final Process reaper;

    private ScratchDirectory(Path directory, Process reaper) {
        this.directory = directory;
        this.reaper = reaper;
    }

    /** Makes a directory for this user only. */
    static ScratchDirectory below(Path parent) {
        try {
            Path directory = Files.createTempDirectory(parent, "piecewise-demo-");
            Process reaper = new ProcessBuilder("/bin/sh", "-c", REAPER, "piecewise-demo-reaper", directory.toString())
                    .directory(parent.toFile())
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start();
            return new ScratchDirectory(directory, reaper);
        } catch (IOException e) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "cannot make a temporary directory in " + parent + "; set TMPDIR to a directory with space",
                    e);
        }
    }

    Path path() {
        return directory;
    }

    /** Makes a directory in it. */
    Path directory(String name) {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + directory.resolve(name), e);
        }
    }

    @Override
    public void close() throws IOException {
        try (OutputStream pipe = reaper.getOutputStream()) {
            pipe.write("now\n".getBytes(StandardCharsets.US_ASCII));
        }
        try {
            if (!reaper.waitFor(REMOVAL_SECONDS, TimeUnit.SECONDS) || Files.exists(directory)) {
                throw new IOException("could not remove " + directory);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
