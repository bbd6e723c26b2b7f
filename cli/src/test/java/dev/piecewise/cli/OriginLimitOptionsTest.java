package dev.piecewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.cli.config.Configuration;
import dev.piecewise.tracker.lease.OriginBudget;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class OriginLimitOptionsTest {
    @Test
    void aTrialsTrackerHasTheLimitsOfTheConfiguredOne() {
        Map<String, String> environment = Map.of(
                "PIECEWISE_TRACKER_MAX_ORIGIN_READS", "3",
                "PIECEWISE_TRACKER_MAX_ORIGIN_RATE", "8MiB/s",
                "PIECEWISE_TRACKER_LISTEN", "127.0.0.1:1");
        Configuration configured =
                Configuration.load(Optional.empty(), name -> Optional.ofNullable(environment.get(name)), List.of());

        assertThat(OriginLimitOptions.of(configured)).isEqualTo(new OriginBudget.Limits(3, 8 * 1024 * 1024));
        assertThat(OriginLimitOptions.of(Configuration.empty())).isEqualTo(OriginBudget.Limits.defaults());
    }
}
