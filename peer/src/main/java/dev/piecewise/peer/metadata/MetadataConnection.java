package dev.piecewise.peer.metadata;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.peer.extension.ExtensionMessage;
import dev.piecewise.peer.extension.ExtensionSession;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A connection made for nothing but metadata: both handshakes (BEP 3, BEP 10), then requests; whatever else the peer says is
 * skipped. For one thread; closing the socket from another ends it.
 */
final class MetadataConnection {
    private static final byte[] PROTOCOL = "\u0013BitTorrent protocol".getBytes(StandardCharsets.US_ASCII);
    private static final int RESERVED_BYTES = 8;
    private static final int SILENCE_MILLIS = 10_000;
    private static final int MAX_EXTENSION_BYTES = 64 * 1024 + 1;
    /** Some bitfields are long, and cannot be checked yet. */
    private static final int MAX_FRAME_BYTES = 4 * 1024 * 1024;

    private final Socket socket;
    private final InfoHash infoHash;
    private final PeerId localId;
    private final int port;

    /** @param socket connected; its owner closes it */
    MetadataConnection(Socket socket, InfoHash infoHash, PeerId localId, int port) {
        this.socket = socket;
        this.infoHash = infoHash;
        this.localId = localId;
        this.port = port;
    }

    /**
     * Asks the peer for all of the metadata.
     *
     * @return nothing if it has none, or cannot give any
     * @throws PeerFault if it lies or breaks the protocol
     * @throws IOException if the connection breaks, or is silent for ten seconds
     */
    Optional<byte[]> fetch() throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(SILENCE_MILLIS);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        out.write(handshake());
        if (!isPartner(in)) {
            return Optional.empty();
        }
        ExtensionSession session = ExtensionSession.fetching(port, infoHash);
        send(out, List.of(session.handshake()));
        while (session.metadata().isEmpty() && !session.isPointless()) {
            byte[] message = next(in);
            if (message.length > 0) {
                send(out, session.receive(message[0] & 0xff, ByteBuffer.wrap(message, 1, message.length - 1)));
            }
        }
        return session.metadata();
    }

    private byte[] handshake() {
        byte[] reserved = new byte[RESERVED_BYTES];
        reserved[ExtensionMessage.HANDSHAKE_BIT / 8] = (byte) (0x80 >>> ExtensionMessage.HANDSHAKE_BIT % 8);
        return ByteBuffer.allocate(PROTOCOL.length + RESERVED_BYTES + InfoHash.BYTES + PeerId.BYTES)
                .put(PROTOCOL)
                .put(reserved)
                .put(infoHash.bytes())
                .put(localId.bytes())
                .array();
    }

    /** Whether the other side is a peer of this swarm, not ourselves, and speaks the extension protocol. */
    private boolean isPartner(DataInputStream in) throws IOException {
        byte[] protocol = exactly(in, PROTOCOL.length);
        byte[] reserved = exactly(in, RESERVED_BYTES);
        byte[] theirHash = exactly(in, InfoHash.BYTES);
        byte[] theirId = exactly(in, PeerId.BYTES);
        int bit = reserved[ExtensionMessage.HANDSHAKE_BIT / 8] & 0x80 >>> ExtensionMessage.HANDSHAKE_BIT % 8;
        return Arrays.equals(protocol, PROTOCOL)
                && Arrays.equals(theirHash, infoHash.bytes())
                && !Arrays.equals(theirId, localId.bytes())
                && bit != 0;
    }

    /** The payload of the next extension message; empty for any other message. */
    private static byte[] next(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_FRAME_BYTES) {
            throw new IOException("a message of " + length + " bytes");
        }
        if (length == 0) {
            return new byte[0];
        }
        int type = in.readUnsignedByte();
        if (type == ExtensionMessage.WIRE_ID && length <= MAX_EXTENSION_BYTES) {
            return exactly(in, length - 1);
        }
        in.skipNBytes(length - 1);
        return new byte[0];
    }

    private static byte[] exactly(DataInputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private static void send(OutputStream out, List<ExtensionMessage> messages) throws IOException {
        for (ExtensionMessage message : messages) {
            ByteBuffer frame = ByteBuffer.allocate(5 + message.payloadBytes());
            frame.putInt(1 + message.payloadBytes()).put((byte) ExtensionMessage.WIRE_ID);
            message.writeTo(frame);
            out.write(frame.array());
        }
    }
}
