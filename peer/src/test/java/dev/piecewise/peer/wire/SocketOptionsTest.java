package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

class SocketOptionsTest {
    @Test
    void theSystemGivesUpAPeerWhoseMachineIsGoneWithinTenSecondsOfSilence() throws Exception {
        try (SocketChannel channel = SocketChannel.open()) {
            SocketOptions.set(channel);
            assertThat(channel.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
            assertThat(channel.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
            assumeTrue(channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE));
            int idle = seconds(channel, ExtendedSocketOptions.TCP_KEEPIDLE);
            int interval = seconds(channel, ExtendedSocketOptions.TCP_KEEPINTERVAL);
            int probes = seconds(channel, ExtendedSocketOptions.TCP_KEEPCOUNT);
            assertThat(idle + interval * probes).isLessThanOrEqualTo(10);
            assertThat(idle).as("our own nodes say something every two seconds").isGreaterThan(2);
        }
    }

    private static int seconds(SocketChannel channel, SocketOption<Integer> option) throws Exception {
        return channel.getOption(option);
    }
}
