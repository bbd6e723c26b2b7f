package dev.piecewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRateTest {
    @ParameterizedTest
    @CsvSource({
        "100MiB/s, 104857600",
        "100 mib/s, 104857600",
        "12.5MB/s, 12500000",
        "800Mbit/s, 100000000",
        "1Gbit/s, 125000000",
        "1Mibit/s, 131072",
        "20000B/s, 20000",
        "unlimited, 0",
    })
    void bytesAndBitsAreToldApart(String text, long bytesPerSecond) {
        assertThat(ByteRate.parse(text)).isEqualTo(bytesPerSecond);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "100", "100MiB", "100Mbps", "fast", "-1MiB/s", "1iB/s", "1e3MB/s", "MiB/s"})
    void whatIsNoRateIsRefusedWithAnExample(String text) {
        assertThatThrownBy(() -> ByteRate.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "' is not a rate")
                .hasMessageContaining("800Mbit/s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0MiB/s", "1kB/s", "100kbit/s"})
    void lessThanABlockASecondIsRefused(String text) {
        assertThatThrownBy(() -> ByteRate.parse(text)).hasMessageContaining("less than one block");
    }

    @Property
    void anyTextIsARateOrAMessage(@ForAll String text) {
        try {
            assertThat(ByteRate.parse(text)).isNotNegative();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining(text);
        }
    }
}
