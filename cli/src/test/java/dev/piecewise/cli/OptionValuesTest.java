package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.cli.OptionValues.HostPort;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class OptionValuesTest {
    @Test
    void durationsHaveUnitsAndSecondsWithout() {
        assertThat(OptionValues.duration("--x", "0")).isEqualTo(Duration.ZERO);
        assertThat(OptionValues.duration("--x", "30")).isEqualTo(Duration.ofSeconds(30));
        assertThat(OptionValues.duration("--x", "500ms")).isEqualTo(Duration.ofMillis(500));
        assertThat(OptionValues.duration("--x", "10M")).isEqualTo(Duration.ofMinutes(10));
        assertThat(OptionValues.duration("--x", "2h")).isEqualTo(Duration.ofHours(2));
        assertThat(OptionValues.duration("--x", "1d")).isEqualTo(Duration.ofDays(1));
    }

    @Test
    void hostsMayBeNamesOrBracketedAddresses() {
        assertThat(OptionValues.hostPort("--listen", "127.0.0.1:0")).isEqualTo(new HostPort("127.0.0.1", 0));
        assertThat(OptionValues.hostPort("--listen", "[::1]:7070")).isEqualTo(new HostPort("::1", 7070));
    }

    @Test
    void aBucketAloneAllowsAllOfIt() {
        assertThat(OptionValues.allowed("s3://models")).hasToString("s3://models/");
        assertThat(OptionValues.allowed("s3://models/a")).hasToString("s3://models/a");
    }

    @Test
    void autoIsNoPieceLength() {
        assertThat(OptionValues.pieceSize("AUTO")).isEmpty();
        assertThat(OptionValues.pieceSize("1MiB").orElseThrow().bytes()).isEqualTo(1 << 20);
    }
}
