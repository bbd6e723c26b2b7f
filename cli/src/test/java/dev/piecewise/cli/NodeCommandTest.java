package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.client.NodeConfig;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.trackerclient.api.Ingest;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What a node is told by its options. */
final class NodeCommandTest {
    private static NodeConfig config(String... options) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        NodeCommand command = new NodeCommand(new Surroundings(
                Map.of(), List.of(), InputStream.nullInputStream(), nowhere, nowhere, false, code -> {}, code -> {}));
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--tracker", "http://tracker:7070", "--data", "data"));
        new CommandLine(command).parseArgs(all.toArray(String[]::new));
        return command.config();
    }

    @Test
    void aNodeReadsWhatIsFetchedThereIfNothingElseIsSaid() {
        assertThat(config().ingest()).isEqualTo(Ingest.AUTO);
        assertThat(config("--max-download", "unlimited").ingest()).isEqualTo(Ingest.AUTO);
    }

    @ParameterizedTest
    @CsvSource({"auto, AUTO", "never, NEVER", "only, ONLY"})
    void whetherANodeReadsIsWhatItIsTold(String told, Ingest ingest) {
        assertThat(config("--ingest", told).ingest()).isEqualTo(ingest);
        assertThat(config("--ingest", told).origin().bytesPerSecond()).isEqualTo(ByteRate.UNLIMITED);
    }

    @ParameterizedTest
    @CsvSource({"auto, NEVER", "never, NEVER", "only, ONLY"})
    void aNodeWhoseDownloadIsLimitedReadsOnlyIfThatIsAllItDoesAndWithinTheLimit(String told, Ingest ingest) {
        NodeConfig config = config("--ingest", told, "--max-download", "8MiB/s");
        assertThat(config.ingest()).isEqualTo(ingest);
        assertThat(config.origin().bytesPerSecond()).isEqualTo(8 << 20);
    }

    @Test
    void anythingElseIsRefusedByName() {
        assertThatThrownBy(() -> config("--ingest", "sometimes"))
                .isInstanceOf(ProcessFault.class)
                .hasMessageContaining("--ingest")
                .hasMessageContaining("sometimes");
    }
}
