package dev.piecewise.bench.bound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.bench.Payload;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingTest {
    private static final Payload PAYLOAD = new Payload(Path.of("payload.bin"), 256L << 20, "");

    @Test
    void noNodeIsFullBeforeItsLinkCarriedTheFile() {
        assertThat(new Setting(PAYLOAD, 8, 1 << 20, 100, 1000, 0, 25, 0, List.of()).warmBoundSeconds())
                .isCloseTo(21.47, within(0.01));
    }

    @Test
    void aZoneIsNotFullBeforeItsLinkCarriedTheFile() {
        Setting setting = new Setting(PAYLOAD, 12, 1 << 20, 100, 1000, 3, 25, 0, List.of());

        assertThat(setting.warmBoundSeconds()).isCloseTo(85.9, within(0.1));
        assertThat(setting.zoneOf(4)).contains("zone1");
        assertThat(setting.zoneOf(5)).contains("zone2");
        assertThat(setting.zoneOf(12)).contains("zone3");
    }

    @Test
    void aSlowS3BindsOnlyTheColdRuns() {
        Setting setting = new Setting(PAYLOAD, 8, 1 << 20, 100, 50, 0, 25, 0, List.of());

        assertThat(setting.warmBoundSeconds()).isCloseTo(21.47, within(0.01));
        assertThat(setting.coldBoundSeconds()).isCloseTo(42.95, within(0.01));
    }
}
