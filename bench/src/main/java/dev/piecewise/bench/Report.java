package dev.piecewise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code --report} of a command: what was measured, for programs. */
public final class Report {
    @Option(names = "--report", paramLabel = "FILE", description = "Also writes every run as JSON.")
    private @Nullable Path file;

    /**
     * Writes the file if one is asked for.
     *
     * @param measured records, maps and lists
     */
    public void write(Object measured) throws IOException {
        if (file != null) {
            Files.writeString(
                    file,
                    JsonMapper.builder()
                            .build()
                            .writerWithDefaultPrettyPrinter()
                            .writeValueAsString(measured));
        }
    }
}
