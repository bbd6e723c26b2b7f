package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import bt.protocol.Have;
import bt.protocol.Message;
import bt.protocol.Request;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.PeerId;
import dev.piecewise.core.fault.PeerFault;
import java.nio.ByteBuffer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
    private final MessageCodec codec = new MessageCodec();

    private Message roundTrip(Message message) {
        ByteBuffer wire = ByteBuffer.allocate(100);
        assertThat(codec.encode(message, wire)).isTrue();
        Message decoded = codec.decode(wire.array(), wire.position());
        assertThat(decoded).isNotNull();
        return decoded;
    }

    @Test
    void messagesOfBothKindsComeBack() throws Exception {
        assertThat(roundTrip(new Have(7))).isInstanceOfSatisfying(Have.class, have -> assertThat(have.getPieceIndex())
                .isEqualTo(7));
        assertThat(roundTrip(new Request(1, 2, 3)))
                .isInstanceOfSatisfying(Request.class, request -> assertThat(request.getLength())
                        .isEqualTo(3));
        assertThat(roundTrip(new FastMessage.Reject(1, 2, 3))).isEqualTo(new FastMessage.Reject(1, 2, 3));
        assertThat(roundTrip(new FastMessage.Suggest(5))).isEqualTo(new FastMessage.Suggest(5));
        assertThat(roundTrip(new FastMessage.HaveAll())).isEqualTo(new FastMessage.HaveAll());
    }

    @Test
    void aMessageWithoutRoomIsNotCutOff() throws Exception {
        ByteBuffer wire = ByteBuffer.allocate(10);
        assertThat(codec.encode(new Request(1, 2, 3), wire)).isFalse();
        assertThat(codec.encode(new FastMessage.Reject(1, 2, 3), wire)).isFalse();
        assertThat(wire.position()).isZero();
    }

    @Test
    void ourGreetingOffersTheFastAndTheExtensionProtocol() {
        InfoHash infoHash = InfoHash.of(new byte[20]);
        byte[] id = new byte[20];
        id[3] = 9;
        byte[] bytes = new byte[68];
        codec.greeting(infoHash, PeerId.of(id)).get(bytes);
        assertThat(bytes[25] & 0x10).isEqualTo(0x10); // BEP 10
        assertThat(bytes[27] & 0x04).isEqualTo(0x04); // BEP 6
        assertThat(codec.greeting(bytes)).isEqualTo(new MessageCodec.Greeting(infoHash, PeerId.of(id), true, true));
    }

    @Property(tries = 500)
    void arbitraryFramesAreAMessageOrAPeerFault(@ForAll @Size(min = 1, max = 40) byte[] body) {
        ByteBuffer frame =
                ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body);
        try {
            codec.decode(frame.array(), frame.position());
        } catch (PeerFault fault) {
            assertThat(fault.getMessage()).isNotEmpty();
        }
    }

    @Property(tries = 300)
    void arbitraryBytesAreAGreetingOrAPeerFault(@ForAll @Size(68) byte[] bytes) {
        bytes[0] = 19;
        try {
            codec.greeting(bytes);
        } catch (PeerFault fault) {
            assertThat(fault.getMessage()).isNotEmpty();
        }
    }
}
