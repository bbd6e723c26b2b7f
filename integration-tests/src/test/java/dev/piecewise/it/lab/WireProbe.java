package dev.piecewise.it.lab;

import dev.piecewise.core.InfoHash;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A peer that only listens: connects, shakes hands as one that knows DHT and extensions (BEP 5, BEP 10), and notes what the
 * other side says by itself within a while.
 *
 * @param offersDht whether the handshake says that the peer knows the DHT
 * @param messages what followed, without length, type first
 */
public record WireProbe(boolean offersDht, List<byte[]> messages) {
    /** Type of a message of the extension protocol (BEP 10). */
    public static final int EXTENDED = 20;

    /** Type of a message that gives a DHT port (BEP 5). */
    public static final int PORT = 9;

    private static final String PROTOCOL = "BitTorrent protocol";

    /** Connects to that port of loopback and listens for {@code patience}. */
    public static WireProbe of(int port, InfoHash infoHash, Duration patience) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
            socket.setSoTimeout((int) patience.toMillis());
            ByteBuffer hello = ByteBuffer.allocate(68);
            hello.put((byte) PROTOCOL.length()).put(PROTOCOL.getBytes(StandardCharsets.US_ASCII));
            hello.put(new byte[] {0, 0, 0, 0, 0, 0x10, 0, 1}).put(infoHash.bytes());
            hello.put("-XX0000-000000000000".getBytes(StandardCharsets.US_ASCII));
            OutputStream out = socket.getOutputStream();
            out.write(hello.array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[68];
            in.readFully(answer);
            // Only now: aria2 takes nothing that comes on the heels of a handshake.
            byte[] extensions = "\u0014\0d1:md6:ut_pexi1eee".getBytes(StandardCharsets.ISO_8859_1);
            out.write(ByteBuffer.allocate(4 + extensions.length)
                    .putInt(extensions.length)
                    .put(extensions)
                    .array());
            int lastReserved = answer[PROTOCOL.length() + 8];
            return new WireProbe((lastReserved & 1) != 0, listen(in));
        }
    }

    private static List<byte[]> listen(DataInputStream in) throws IOException {
        List<byte[]> messages = new ArrayList<>();
        try {
            while (true) {
                byte[] message = new byte[in.readInt()];
                in.readFully(message);
                if (message.length > 0) {
                    messages.add(message);
                }
            }
        } catch (SocketTimeoutException | EOFException e) {
            return messages;
        }
    }

    /** Whether a message of that type came. */
    public boolean said(int type) {
        return messages.stream().anyMatch(message -> message[0] == type);
    }

    /** Whether the extension handshake (BEP 10) came and names peer exchange (BEP 11). */
    public boolean offersPeerExchange() {
        return messages.stream()
                .filter(message -> message[0] == EXTENDED && message[1] == 0)
                .anyMatch(message -> new String(message, StandardCharsets.ISO_8859_1).contains("6:ut_pex"));
    }
}
