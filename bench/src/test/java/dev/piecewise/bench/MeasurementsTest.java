package dev.piecewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.bench.crowd.CrowdCommand;
import dev.piecewise.bench.engine.EngineCommand;
import dev.piecewise.bench.ingest.IngestCommand;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The ruler measures: small runs of what needs neither root nor other programs. What the numbers are is not looked at. */
@EnabledOnOs(OS.LINUX) // the kernel's account of processes
class MeasurementsTest {
    @TempDir
    private Path directory;

    @Test
    void ourEngineAndTheFloorAreMeasuredInOneRun() {
        JsonNode report = report(
                new EngineCommand(),
                "--size=4MiB",
                "--piece-size=1MiB",
                "--torrents=2",
                "--leeches=2",
                "--runs=1",
                "--contestants=floor,piecewise");

        assertThat(report.propertyNames()).containsExactly("floor", "piecewise");
        for (JsonNode runs : report) {
            assertThat(runs).singleElement().satisfies(run -> {
                assertThat(run.path("seconds").asDouble()).isPositive();
                assertThat(run.path("leechPeak").asLong()).isPositive();
            });
        }
    }

    @Test
    void anIngestCountsOnlyWithAnEqualCopyThatWasReadOnce() {
        JsonNode report =
                report(new IngestCommand(), "--size=4MiB", "--piece-size=1MiB", "--runs=1", "--only=Piecewise");

        assertThat(report.path("Piecewise seeder"))
                .singleElement()
                .satisfies(run -> assertThat(run.path("cpuSeconds").asDouble()).isPositive());
    }

    @Test
    void aCrowdOfNodesIsServedWithoutAFailure() {
        JsonNode report = report(
                new CrowdCommand(),
                "--nodes=20",
                "--artifacts=5",
                "--each=2",
                "--seeders=1",
                "--pieces=8",
                "--takers=10",
                "--every=4",
                "--come=0.5",
                "--warm-up=2",
                "--seconds=6",
                "--heap=128m");

        assertThat(report.path("failures").asInt()).isZero();
        assertThat(report.path("calls").path("HOLDINGS").asInt()).isPositive();
        assertThat(report.path("hashesP99Seconds").asDouble()).isPositive();
        assertThat(report.path("newcomersP99Seconds").asDouble()).isPositive();
        assertThat(report.path("figures").path("trackerCores").asDouble()).isPositive();
    }

    private JsonNode report(Object command, String... options) {
        Path file = directory.resolve("report.json");
        CommandLine line = new CommandLine(command);

        assertThat(line.execute(arguments(file, options))).isZero();
        return JsonMapper.builder().build().readTree(file.toFile());
    }

    private String[] arguments(Path file, String... options) {
        String[] all = new String[options.length + 2];
        System.arraycopy(options, 0, all, 0, options.length);
        all[options.length] = "--report=" + file;
        all[options.length + 1] = "--dir=" + directory;
        return all;
    }
}
