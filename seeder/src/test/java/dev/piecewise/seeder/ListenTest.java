package dev.piecewise.seeder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenTest {
    @Test
    void aNamedPortIsTakenLiterally() {
        assertThat(Listen.parse("10.0.0.1:7000")).isEqualTo(new Listen("10.0.0.1", 7000, 7000));
    }

    @Test
    void anIpv6AddressStandsInBrackets() {
        assertThat(Listen.parse("[::1]:0")).isEqualTo(new Listen("::1", 0, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":1", "host:70000", "::1:80", "host:1:2"})
    void anythingElseIsRefusedWithAnExample(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Listen.parse(text))
                .withMessageContaining("0.0.0.0:6881");
    }
}
