package dev.piecewise.trackerclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import org.junit.jupiter.api.Test;

class HttpCallsTest {
    private static IOException connect(Throwable cause) {
        IOException connect = new ConnectException();
        connect.initCause(cause);
        return connect;
    }

    /** As the JDK's HTTP client fails. */
    @Test
    void anUnknownHostIsToldFromAPortWhereNobodyListens() {
        assertThat(HttpCalls.reason(connect(connect(new UnresolvedAddressException()))))
                .isEqualTo("unknown host");
        assertThat(HttpCalls.reason(connect(connect(new ClosedChannelException()))))
                .isEqualTo("connection refused");
        assertThat(HttpCalls.reason(new IOException("Connection reset"))).isEqualTo("Connection reset");
    }
}
