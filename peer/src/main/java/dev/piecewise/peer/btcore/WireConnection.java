package dev.piecewise.peer.btcore;

import bt.metainfo.TorrentId;
import bt.net.Peer;
import bt.net.PeerConnection;
import bt.net.PeerId;
import bt.net.buffer.DelegatingByteBufferView;
import bt.protocol.DecodingContext;
import bt.protocol.EncodingContext;
import bt.protocol.Handshake;
import bt.protocol.InvalidMessageException;
import bt.protocol.KeepAlive;
import bt.protocol.Message;
import bt.protocol.StandardBittorrentProtocol;
import bt.protocol.handler.MessageHandler;
import dev.piecewise.peer.extension.ExtensionMessage;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A peer connection on a blocking channel: one thread reads it, one writes it, so a slow peer waits alone. Messages are
 * coded by bt-core, but for the bytes of blocks, which never leave the receive buffer. Closing wakes both threads.
 */
final class WireConnection implements PeerConnection {
    /** The largest block that is asked of us or sent to us without being asked for. */
    static final int MAX_BLOCK_BYTES = 128 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(WireConnection.class);
    private static final int HANDSHAKE_BYTES = 68;
    private static final int PIECE_HEADER_BYTES = 13;
    private static final int BUFFER_BYTES = MAX_BLOCK_BYTES;

    private final Peer peer;
    private final int remotePort;
    private final SocketChannel channel;
    private final MessageHandler<Message> protocol;
    private final boolean outgoing;
    private final int maxFrameBytes;
    private ByteBuffer in = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    private ByteBuffer out = ByteBuffer.allocateDirect(BUFFER_BYTES / 2);
    private volatile @Nullable TorrentId torrentId;
    private volatile @Nullable PeerId remoteId;
    private volatile boolean speaksExtensions;

    WireConnection(
            Peer peer, SocketChannel channel, MessageHandler<Message> protocol, boolean outgoing, int maxBitfieldBytes)
            throws IOException {
        this.peer = peer;
        this.remotePort = ((InetSocketAddress) channel.getRemoteAddress()).getPort();
        this.channel = channel;
        this.protocol = protocol;
        this.outgoing = outgoing;
        this.maxFrameBytes = Math.max(MAX_BLOCK_BYTES + PIECE_HEADER_BYTES, maxBitfieldBytes + 1);
    }

    /** Whether this side made the connection. */
    boolean isOutgoing() {
        return outgoing;
    }

    /** The id in the peer's handshake, once that was read. */
    @Nullable
    PeerId remoteId() {
        return remoteId;
    }

    /** Whether the peer's handshake announces the extension protocol (BEP 10), as ours does. */
    boolean speaksExtensions() {
        return speaksExtensions;
    }

    InetSocketAddress remoteAddress() {
        return new InetSocketAddress(peer.getInetAddress(), remotePort);
    }

    /** Waits for the next message; messages of unknown extensions are skipped. */
    Message read() throws IOException {
        while (true) {
            need(4);
            int length = in.getInt(in.position());
            if (length < 0 || length > maxFrameBytes) {
                throw new IOException("a message of " + length + " bytes");
            }
            need(4 + length);
            ByteBuffer frame = in.slice(in.position(), 4 + length);
            in.position(in.position() + 4 + length);
            Message message = length == 0 ? KeepAlive.instance() : decode(frame);
            if (message != null) {
                return message;
            }
        }
    }

    private @Nullable Message decode(ByteBuffer frame) throws IOException {
        int type = frame.get(4);
        if (type == StandardBittorrentProtocol.PIECE_ID) {
            if (frame.limit() <= PIECE_HEADER_BYTES) {
                throw new IOException("an empty block");
            }
            return new Block(
                    frame.getInt(5),
                    frame.getInt(9),
                    frame.slice(PIECE_HEADER_BYTES, frame.limit() - PIECE_HEADER_BYTES));
        }
        if (type == ExtensionMessage.WIRE_ID) {
            if (frame.limit() < 6) {
                throw new IOException("an extension message without a number");
            }
            return new Extended.Incoming(frame.get(5) & 0xff, frame.slice(6, frame.limit() - 6));
        }
        if (type < 0 || type > StandardBittorrentProtocol.CANCEL_ID) {
            return null;
        }
        return decodeByBt(frame);
    }

    private Message decodeByBt(ByteBuffer frame) throws IOException {
        DecodingContext context = new DecodingContext(peer);
        try {
            if (protocol.decode(context, new DelegatingByteBufferView(frame)) == 0) {
                throw new IOException("an incomplete message");
            }
        } catch (InvalidMessageException | IllegalStateException e) {
            throw new IOException("not a message: " + e.getMessage(), e);
        }
        return context.getMessage();
    }

    private void need(int bytes) throws IOException {
        while (in.remaining() < bytes) {
            makeRoom(bytes);
            int end = in.limit();
            int read = channel.read(in.position(end).limit(in.capacity()));
            in.flip();
            if (read < 0) {
                throw new EOFException("the peer closed the connection");
            }
        }
    }

    /** Moves what is unread to the buffer's start. */
    private void makeRoom(int bytes) {
        if (in.capacity() < bytes) {
            in = ByteBuffer.allocateDirect(bytes).put(in).flip();
        } else if (in.position() > 0) {
            in.compact().flip();
        }
    }

    @Override
    public @Nullable Message readMessageNow() throws IOException {
        throw new UnsupportedOperationException("only the session reads this connection");
    }

    /** The peer's handshake: bt-core's handshake handlers ask for nothing else. */
    @Override
    public @Nullable Message readMessage(long timeoutMillis) throws IOException {
        channel.socket().setSoTimeout(Math.toIntExact(timeoutMillis));
        InputStream stream = channel.socket().getInputStream();
        byte[] bytes = stream.readNBytes(HANDSHAKE_BYTES);
        channel.socket().setSoTimeout(0);
        if (bytes.length < HANDSHAKE_BYTES) {
            throw new EOFException("the peer closed the connection instead of a handshake");
        }
        Message message = decodeByBt(ByteBuffer.wrap(bytes));
        if (message instanceof Handshake handshake) {
            remoteId = handshake.getPeerId();
            speaksExtensions = handshake.isReservedBitSet(ExtensionMessage.HANDSHAKE_BIT);
        }
        return message;
    }

    /** Encodes a message; it leaves with the next {@link #flush()} at the latest. */
    void send(Message message, int payloadBytes) throws IOException {
        if (out.remaining() < payloadBytes + PIECE_HEADER_BYTES + HANDSHAKE_BYTES) {
            flush();
            if (out.capacity() < payloadBytes + PIECE_HEADER_BYTES + HANDSHAKE_BYTES) {
                out = ByteBuffer.allocateDirect(payloadBytes + PIECE_HEADER_BYTES + HANDSHAKE_BYTES);
            }
        }
        if (message instanceof Extended.Outgoing extended) {
            out.putInt(1 + extended.message().payloadBytes()).put((byte) ExtensionMessage.WIRE_ID);
            extended.message().writeTo(out);
        } else if (!protocol.encode(new EncodingContext(peer), message, out)) {
            throw new IOException("no room for " + message);
        }
    }

    void flush() throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
    }

    @Override
    public void postMessage(Message message) throws IOException {
        send(message, 0);
        flush();
    }

    @Override
    public Peer getRemotePeer() {
        return peer;
    }

    @Override
    public int getRemotePort() {
        return remotePort;
    }

    @Override
    public @Nullable TorrentId setTorrentId(TorrentId newTorrentId) {
        TorrentId before = torrentId;
        torrentId = newTorrentId;
        return before;
    }

    @Override
    public @Nullable TorrentId getTorrentId() {
        return torrentId;
    }

    /** Always "now": idle connections are the session's business, not the pool's. */
    @Override
    public long getLastActive() {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            LOG.debug("closing the connection to {} failed", peer, e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public String toString() {
        return peer.getInetAddress().getHostAddress() + ":" + remotePort;
    }
}
