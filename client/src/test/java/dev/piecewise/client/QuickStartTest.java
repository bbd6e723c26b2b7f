package dev.piecewise.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.seeder.Listen;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuickStartTest {
    private static final Path SOURCES = Path.of("src/test/java/dev/piecewise/client");
    private static final Path DOCUMENT = Path.of("../docs/java.md");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"QuickStart.java", "PipelineExample.java"})
    void theDocumentShowsExactlyTheCompiledExample(String example) throws Exception {
        String source = Files.readString(SOURCES.resolve(example));
        String shown = source.substring(
                source.indexOf("// docs: begin\n") + "// docs: begin\n".length(),
                source.indexOf("        // docs: end"));
        assertThat(Files.readString(DOCUMENT))
                .contains("```java\n" + shown.stripTrailing().stripIndent() + "\n```\n");
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

    @Test
    void theExampleOfAPipelineFetches() throws Exception {
        try (Cluster cluster = new Cluster(directory)) {
            byte[] bytes = cluster.put("llm.bin", 100_000);
            cluster.put("set/a.json", 10);
            cluster.put("set/old/b.json", 10);
            NodeConfig config = NodeConfig.defaults(cluster.tracker(), directory.resolve("data"))
                    .withListen(Listen.loopback());
            assertThat(PipelineExample.run(config, directory.toString())).isTrue();
            assertThat(directory.resolve("llm.bin")).hasBinaryContent(bytes);
            assertThat(directory.resolve("set")).isDirectoryContaining("glob:**/a.json");
            assertThat(directory.resolve("set/old")).doesNotExist();
        }
    }
}
