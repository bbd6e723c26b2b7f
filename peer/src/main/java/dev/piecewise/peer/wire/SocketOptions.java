package dev.piecewise.peer.wire;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/**
 * How sockets are set: buffers are left to the system, and the system notices within ten seconds that a silent peer's machine is gone. Not sooner: two
 * probes that a full link drops would end a connection that is well, and while what we said ourselves is unanswered it sends none.
 */
final class SocketOptions {
    private static final int IDLE_SECONDS = 4;
    private static final int INTERVAL_SECONDS = 2;
    private static final int PROBES = 3;

    private SocketOptions() {}

    static void set(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, IDLE_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, INTERVAL_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
        }
    }
}
