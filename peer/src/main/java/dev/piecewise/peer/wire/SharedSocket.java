package dev.piecewise.peer.wire;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * A socket that is closed by whoever uses it last. Before JDK 22 {@code FileChannel.transferTo} does not keep its target open
 * (JDK-8310902): what it sends after a close goes to the next socket that got the same descriptor, another peer's. Thread-safe.
 */
final class SharedSocket {
    private final SocketChannel channel;
    private int users;
    private boolean closed;

    SharedSocket(SocketChannel channel) {
        this.channel = channel;
    }

    /** For reading by its network thread, and for who is inside. */
    SocketChannel channel() {
        return channel;
    }

    /** @return whether it may be used until {@link #leave}; false if it was closed */
    synchronized boolean enter() {
        if (!closed) {
            users++;
        }
        return !closed;
    }

    synchronized void leave() throws IOException {
        if (--users == 0 && closed) {
            channel.close();
        }
    }

    /** Closes it, now or when the last user leaves; then the peer hears of it now all the same. */
    synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        if (users == 0) {
            channel.close();
        } else {
            channel.shutdownInput();
            channel.shutdownOutput();
        }
    }
}
