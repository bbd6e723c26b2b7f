package dev.piecewise.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.bench.crowd.CrowdCommand;
import dev.piecewise.bench.engine.EngineCommand;
import dev.piecewise.bench.ingest.IngestCommand;
import dev.piecewise.bench.simulate.SimulateCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    @Test
    void aSimulationPrintsMessagesAndMemoryOfNodesAndOfTheTracker() {
        Map<String, String> row = printedRow(
                new SimulateCommand(), "--nodes=50", "--pieces=40", "--mbit=100", "--ingest=AUTO", "--no-seeder");

        assertThat(row)
                .containsEntry("nodes", "50")
                .containsEntry("origin/F", "1.000")
                .containsEntry("reader sent/F", "-")
                .containsEntry("readers", "1");
        assertThat(number(row, "slowest/bound")).isBetween(1.0, 2.0);
        assertThat(number(row, "messages/node")).isBetween(100.0, 10_000.0);
        assertThat(number(row, "to tracker/node")).isBetween(10.0, 200.0);
        assertThat(number(row, "KiB/node")).isBetween(10.0, 200.0);
        assertThat(number(row, "tracker KiB/node")).isBetween(1.0, 100.0);
        assertThat(number(row, "tracker CPU-s")).isPositive();
    }

    @Test
    void aSimulationInWhichNobodyReadsIsRefused() {
        StringWriter said = new StringWriter();

        assertThat(new CommandLine(new SimulateCommand())
                        .setErr(new PrintWriter(said))
                        .execute("--no-seeder"))
                .isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(said.toString()).contains("--ingest AUTO");
    }

    private static double number(Map<String, String> row, String column) {
        assertThat(row).containsKey(column);
        return Double.parseDouble(row.get(column));
    }

    /** The last row of the table that a command prints, by column. */
    private static Map<String, String> printedRow(Object command, String... options) {
        PrintStream usual = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThat(new CommandLine(command).execute(options)).isZero();
        } finally {
            System.setOut(usual);
        }
        List<String> lines = printed.toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith("|"))
                .toList();
        List<String> columns = cells(lines.get(0));
        List<String> last = cells(lines.get(lines.size() - 1));
        assertThat(last).hasSameSizeAs(columns);
        Map<String, String> row = new LinkedHashMap<>();
        for (int column = 0; column < columns.size(); column++) {
            row.put(columns.get(column), last.get(column));
        }
        return row;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList();
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
