package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.core.fault.PeerFault;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FrameParserTest {
    private static final int MAX_MESSAGE = 1000;

    /** Writes down what it is told. */
    private static final class Notes implements FrameParser.Sink {
        private final List<String> said = new ArrayList<>();
        private final ByteArrayOutputStream block = new ByteArrayOutputStream();

        @Override
        public void message(byte[] frame, int length) {
            said.add("message " + HexFormat.of().formatHex(frame, 4, length));
        }

        @Override
        public void keepAlive() {
            said.add("alive");
        }

        @Override
        public void blockBegins(int piece, int offset, int length) {
            said.add("block " + piece + " " + offset + " " + length);
        }

        @Override
        public void blockBytes(@Nullable SharedBuffer buffer, ByteBuffer bytes, int from, int length) {
            for (int at = from; at < from + length; at++) {
                block.write(bytes.get(at));
            }
        }
    }

    @Property(tries = 300)
    void howeverMessagesAreCutOnTheWayTheyComeOutWhole(@ForAll long seed) {
        Random random = new Random(seed);
        ByteBuffer wire = ByteBuffer.allocate(100_000);
        Notes expected = new Notes();
        for (int i = 0; i < 20; i++) {
            append(random, wire, expected);
        }
        Notes notes = new Notes();
        FrameParser parser = new FrameParser(notes, MAX_MESSAGE);
        for (int at = 0; at < wire.position(); ) {
            int to = Math.min(wire.position(), at + 1 + random.nextInt(random.nextBoolean() ? 3 : 3000));
            parser.accept(null, wire, at, to);
            at = to;
        }
        assertThat(notes.said).isEqualTo(expected.said);
        assertThat(notes.block.toByteArray()).isEqualTo(expected.block.toByteArray());
        assertThat(parser.isInBlock()).isFalse();
    }

    private static void append(Random random, ByteBuffer wire, Notes expected) {
        byte[] payload = new byte[random.nextInt(1, MAX_MESSAGE)];
        random.nextBytes(payload);
        switch (random.nextInt(3)) {
            case 0 -> {
                wire.putInt(0);
                expected.keepAlive();
            }
            case 1 -> {
                payload[0] = 5;
                wire.putInt(payload.length).put(payload);
                expected.said.add("message " + HexFormat.of().formatHex(payload));
            }
            default -> {
                wire.putInt(9 + payload.length)
                        .put((byte) FrameParser.BLOCK_ID)
                        .putInt(3)
                        .putInt(4)
                        .put(payload);
                expected.blockBegins(3, 4, payload.length);
                expected.block.writeBytes(payload);
            }
        }
    }

    @Property(tries = 300)
    void arbitraryBytesAreMessagesOrAPeerFault(@ForAll byte[] bytes) {
        FrameParser parser = new FrameParser(new Notes(), MAX_MESSAGE);
        try {
            parser.accept(null, ByteBuffer.wrap(bytes), 0, bytes.length);
        } catch (PeerFault fault) {
            assertThat(fault).hasMessageContaining("bytes");
        }
    }

    @Test
    void aMessageThatIsTooLongCostsNoMemory() {
        FrameParser parser = new FrameParser(new Notes(), MAX_MESSAGE);
        ByteBuffer wire = ByteBuffer.allocate(5).putInt(MAX_MESSAGE + 1).put((byte) 5);
        assertThatThrownBy(() -> parser.accept(null, wire, 0, 5)).isInstanceOf(PeerFault.class);
    }
}
