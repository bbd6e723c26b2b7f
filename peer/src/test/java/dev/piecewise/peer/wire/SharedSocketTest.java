package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
@SuppressWarnings("NullAway.Init")
class SharedSocketTest {
    private SocketChannel ours;
    private SocketChannel peers;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocketChannel door = ServerSocketChannel.open()) {
            door.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            ours = SocketChannel.open(door.getLocalAddress());
            peers = door.accept();
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        ours.close();
        peers.close();
    }

    @Test
    void aSocketInUseKeepsItsDescriptorUntilItsLastUserLeavesButThePeerHearsOfTheEndAtOnce() throws IOException {
        SharedSocket socket = new SharedSocket(ours);
        assertThat(socket.enter()).isTrue();
        assertThat(socket.enter()).isTrue();
        socket.close();
        assertThat(ours.isOpen()).isTrue();
        assertThat(peers.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThat(socket.enter()).isFalse();
        socket.leave();
        assertThat(ours.isOpen()).isTrue();
        socket.leave();
        assertThat(ours.isOpen()).isFalse();
    }

    @Test
    void aSocketThatNobodyUsesIsClosedAtOnce() throws IOException {
        SharedSocket socket = new SharedSocket(ours);
        assertThat(socket.enter()).isTrue();
        socket.leave();
        assertThat(ours.isOpen()).isTrue();
        socket.close();
        assertThat(ours.isOpen()).isFalse();
        assertThat(socket.enter()).isFalse();
    }
}
