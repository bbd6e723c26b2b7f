package dev.piecewise.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.Received;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FetchTextTest {
    private static final long MIB = 1 << 20;

    private static String summary(Received received) {
        return FetchText.summary(new FetchOutcome.Complete(
                Path.of("/x"), List.of(Path.of("/x")), Optional.empty(), "", 10 * MIB, received));
    }

    @Test
    void theSummaryTellsWhereTheBytesCameFrom() {
        assertThat(summary(new Received(7 * MIB, MIB, 2 * MIB, 4 * MIB, 3 * MIB)))
                .isEqualTo(
                        "10 MiB; 7 MiB from peers (1 MiB of the same rack, 2 MiB elsewhere in the zone, 4 MiB of other"
                                + " zones), 3 MiB from S3");
    }

    @Test
    void ofPeersThatDoNotSayWhereTheyStandItTellsNoDistance() {
        assertThat(summary(new Received(10 * MIB, 0, 0, 0, 0))).isEqualTo("10 MiB; 10 MiB from peers, 0 B from S3");
    }
}
