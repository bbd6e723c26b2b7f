package dev.piecewise.peer.wire;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.PeerId;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** A peer that does what it is told and nothing else: it neither reads nor answers by itself. */
final class StubPeer implements AutoCloseable {
    static final int UNCHOKE = 1;
    static final int INTERESTED = 2;
    static final int HAVE = 4;
    static final int REQUEST = 6;
    static final int PIECE = 7;
    static final int CANCEL = 8;
    static final int HAVE_ALL = 14;
    static final int EXTENDED = 20;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    private StubPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
        this.in = new DataInputStream(socket.getInputStream());
        this.out = new DataOutputStream(socket.getOutputStream());
    }

    /** Calls an engine and shakes hands, for the protocol's extensions too. */
    static StubPeer call(int port, InfoHash infoHash, long seed) throws IOException {
        StubPeer stub = greet(port, infoHash, seed);
        stub.awaitGreeting();
        return stub;
    }

    /** The same, but the engine has not answered. */
    static StubPeer greet(int port, InfoHash infoHash, long seed) throws IOException {
        StubPeer stub = new StubPeer(new Socket(InetAddress.getLoopbackAddress(), port));
        byte[] id = new byte[PeerId.BYTES];
        new Random(seed).nextBytes(id);
        byte[] greeting = new byte[MessageCodec.HANDSHAKE_BYTES];
        new MessageCodec().greeting(infoHash, PeerId.of(id)).get(greeting);
        stub.out.write(greeting);
        return stub;
    }

    void awaitGreeting() throws IOException {
        in.readFully(new byte[MessageCodec.HANDSHAKE_BYTES]);
    }

    void tell(int id, byte... body) throws IOException {
        out.writeInt(1 + body.length);
        out.writeByte(id);
        out.write(body);
        out.flush();
    }

    void request(int piece, int offset, int length) throws IOException {
        tell(
                REQUEST,
                ByteBuffer.allocate(12)
                        .putInt(piece)
                        .putInt(offset)
                        .putInt(length)
                        .array());
    }

    /** Says that it is one of our own nodes. */
    void claimToBeOurs() throws IOException {
        tell(EXTENDED, "\0d1:mde8:pw_blocki262144ee".getBytes(StandardCharsets.US_ASCII));
    }

    /** Begins a block, and ends in the middle of it. */
    void tellHalfABlock(int piece, int offset, int length) throws IOException {
        out.writeInt(9 + length);
        out.writeByte(PIECE);
        out.writeInt(piece);
        out.writeInt(offset);
        out.write(new byte[length / 2]);
        out.flush();
    }

    /** Reads until such a message came, and gives its body. */
    ByteBuffer await(int id) throws IOException {
        while (true) {
            byte[] message = new byte[in.readInt()];
            in.readFully(message);
            if (message.length > 0 && message[0] == id) {
                return ByteBuffer.wrap(message, 1, message.length - 1);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
