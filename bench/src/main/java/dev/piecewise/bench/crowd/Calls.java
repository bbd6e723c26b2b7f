package dev.piecewise.bench.crowd;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 over tens of thousands of connections on the one thread that calls it: no more than a measurement needs of a server whose
 * answers have a {@code Content-Length}. A node's calls take an idle connection of that node, or a new one.
 */
final class Calls implements AutoCloseable {
    private static final byte[] NOTHING = new byte[0];
    private static final String END_OF_HEAD = "\r\n\r\n";
    /** Of a connection that broke before there was an answer. */
    static final int BROKEN = -1;

    private final Selector selector;
    private final InetSocketAddress server;
    private final ByteBuffer received = ByteBuffer.allocateDirect(1 << 18);
    private int open;
    private long opened;

    /** Takes an answer. */
    @FunctionalInterface
    interface Then {
        /** @param status of HTTP, or {@link #BROKEN} */
        void answered(int status, byte[] body);
    }

    /** The connections of one node. */
    static final class Lines {
        private final InetAddress source;
        private final Deque<Line> idle = new ArrayDeque<>(2);

        /** @param source where they come from: one address has some 28,000 ports */
        Lines(InetAddress source) {
            this.source = source;
        }
    }

    private final class Line {
        private final Lines lines;
        private final SocketChannel channel;
        private final SelectionKey key;
        private ByteBuffer unsent;
        private byte[] partial = NOTHING;
        private @Nullable Then then;

        Line(Lines lines, byte[] request, Then then) throws IOException {
            this.lines = lines;
            this.unsent = ByteBuffer.wrap(request);
            this.then = then;
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.bind(new InetSocketAddress(lines.source, 0));
            boolean connected = channel.connect(server);
            key = channel.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, this);
            open++;
            opened++;
            if (connected) {
                write();
            }
        }

        void ask(byte[] request, Then answer) throws IOException {
            unsent = ByteBuffer.wrap(request);
            then = answer;
            write();
        }

        private void write() throws IOException {
            channel.write(unsent);
            key.interestOps(SelectionKey.OP_READ | (unsent.hasRemaining() ? SelectionKey.OP_WRITE : 0));
        }

        void ready() {
            try {
                if (key.isConnectable()) {
                    channel.finishConnect();
                    write();
                } else {
                    if (key.isWritable()) {
                        write();
                    }
                    if (key.isReadable()) {
                        read();
                    }
                }
            } catch (IOException e) {
                end();
            }
        }

        private void read() throws IOException {
            received.clear();
            int count = channel.read(received);
            if (count < 0) {
                end();
                return;
            }
            byte[] all = new byte[partial.length + count];
            System.arraycopy(partial, 0, all, 0, partial.length);
            received.flip().get(all, partial.length, count);
            partial = all;
            answer();
        }

        private void answer() throws IOException {
            String text = new String(partial, StandardCharsets.ISO_8859_1);
            int end = text.indexOf(END_OF_HEAD);
            if (end < 0) {
                return;
            }
            String head = text.substring(0, end).toLowerCase(Locale.ROOT);
            int bodyStart = end + END_OF_HEAD.length();
            int length = length(head);
            if (partial.length < bodyStart + length) {
                return;
            }
            byte[] body = new byte[length];
            System.arraycopy(partial, bodyStart, body, 0, length);
            partial = NOTHING;
            Then answered = then;
            then = null;
            if (head.contains("\r\nconnection: close")) {
                close();
            } else {
                lines.idle.push(this);
            }
            if (answered != null) {
                answered.answered(Integer.parseInt(head.substring(9, 12)), body);
            }
        }

        private static int length(String head) throws IOException {
            String name = "\r\ncontent-length:";
            int at = head.indexOf(name);
            if (at < 0) {
                if (head.startsWith("http/1.1 204")) {
                    return 0;
                }
                throw new IOException("an answer without a length:\n" + head);
            }
            int from = at + name.length();
            int to = head.indexOf('\r', from);
            return Integer.parseInt(
                    head.substring(from, to < 0 ? head.length() : to).strip());
        }

        private void end() {
            close();
            lines.idle.remove(this);
            Then broken = then;
            then = null;
            if (broken != null) {
                broken.answered(BROKEN, NOTHING);
            }
        }

        void close() {
            if (channel.isOpen()) {
                open--;
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new IllegalStateException("cannot close a connection", e);
                }
            }
        }
    }

    Calls(InetSocketAddress server) throws IOException {
        this.selector = Selector.open();
        this.server = server;
    }

    /** Sends a whole request. */
    void send(Lines of, byte[] request, Then then) {
        Line idle = of.idle.poll();
        try {
            if (idle == null) {
                Line unused = new Line(of, request, then);
            } else {
                idle.ask(request, then);
            }
        } catch (IOException e) {
            if (idle == null) {
                throw new IllegalStateException("cannot connect: " + e.getMessage(), e);
            }
            idle.end();
        }
    }

    /** Takes what arrives within some time. */
    void await(long millis) throws IOException {
        if (millis <= 0) {
            selector.selectNow();
        } else {
            selector.select(millis);
        }
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid()) {
                ((Line) key.attachment()).ready();
            }
        }
        selector.selectedKeys().clear();
    }

    /** Connections that are open now. */
    int open() {
        return open;
    }

    /** Connections that were ever opened. */
    long opened() {
        return opened;
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            ((Line) key.attachment()).close();
        }
        selector.close();
    }
}
