package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickStartTest {
    private static final Path SOURCE = Path.of("src/test/java/dev/piecewise/client/QuickStart.java");
    private static final Path DOCUMENT = Path.of("../docs/java.md");

    @TempDir
    private Path directory;

    @Test
    void theDocumentShowsExactlyTheCompiledExample() throws Exception {
        String source = Files.readString(SOURCE);
        String example = source.substring(
                source.indexOf("// docs: begin\n") + "// docs: begin\n".length(),
                source.indexOf("        // docs: end"));
        assertThat(Files.readString(DOCUMENT))
                .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```\n");
    }

    @Test
    void theExampleFetches() throws Exception {
        try (Cluster cluster = new Cluster(directory)) {
            byte[] bytes = cluster.put("k", 100_000);
            FetchOutcome outcome = QuickStart.fetch(
                    cluster.tracker().toString(),
                    directory.resolve("data").toString(),
                    "s3://models/k",
                    directory.resolve("out").toString());
            assertThat(outcome).isInstanceOf(FetchOutcome.Complete.class);
            assertThat(directory.resolve("out")).hasBinaryContent(bytes);
        }
    }
}
