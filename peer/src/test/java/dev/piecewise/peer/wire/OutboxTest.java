package dev.piecewise.peer.wire;

import static org.assertj.core.api.Assertions.assertThat;

import bt.protocol.Have;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final int PIECE_BYTES = 1 << 20;

    private final byte[] piece = new byte[PIECE_BYTES];
    private final AtomicLong payload = new AtomicLong();
    private final AtomicLong nanos = new AtomicLong();

    OutboxTest() {
        new Random(5).nextBytes(piece);
    }

    private final Outbox.Blocks blocks = new Outbox.Blocks() {
        @Override
        public void read(int index, int offset, ByteBuffer into) {
            into.put(piece, offset, into.remaining());
        }

        @Override
        public int transferTo(int index, int offset, int bytes, WritableByteChannel target) throws IOException {
            return target.write(ByteBuffer.wrap(piece, offset, bytes));
        }

        @Override
        public void sent(int payloadBytes) {
            payload.addAndGet(payloadBytes);
        }
    };

    /** Takes a random number of bytes at a time, often none. */
    private static final class Narrow implements WritableByteChannel {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final Random random;

        Narrow(Random random) {
            this.random = random;
        }

        @Override
        public int write(ByteBuffer source) {
            int bytes = Math.min(source.remaining(), random.nextInt(4) == 0 ? 0 : random.nextInt(70_000));
            for (int i = 0; i < bytes; i++) {
                taken.write(source.get());
            }
            return bytes;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private Outbox outbox(long rate, boolean sendfile) {
        RateLimit limit = new RateLimit(new TokenBucket(rate, nanos::get), new TokenBucket(0, nanos::get));
        return new Outbox(new MessageCodec(), blocks, limit, sendfile);
    }

    private static final class Received implements FrameParser.Sink {
        private final List<String> blocks = new ArrayList<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int messages;

        @Override
        public void message(byte[] frame, int length) {
            messages++;
        }

        @Override
        public void keepAlive() {}

        @Override
        public void blockBegins(int index, int offset, int length) {
            blocks.add(offset + "+" + length);
        }

        @Override
        public void blockBytes(@Nullable SharedBuffer buffer, ByteBuffer source, int from, int length) {
            byte[] part = new byte[length];
            source.get(from, part);
            bytes.writeBytes(part);
        }
    }

    @Property(tries = 60)
    void throughANarrowSocketEverythingComesOutWholeAndInOrder(@ForAll long seed, @ForAll boolean sendfile)
            throws Exception {
        Random random = new Random(seed);
        Outbox outbox = outbox(0, sendfile);
        Narrow socket = new Narrow(random);
        List<String> expected = new ArrayList<>();
        ByteArrayOutputStream expectedBytes = new ByteArrayOutputStream();
        ByteBuffer staging = ByteBuffer.allocateDirect(40_000);
        int messages = 0;
        for (int step = 0; step < 400; step++) {
            if (expected.size() < 30 && random.nextInt(3) == 0) {
                int length = random.nextInt(1, random.nextBoolean() ? 20_000 : 200_000);
                int offset = random.nextInt(PIECE_BYTES - length);
                outbox.addBlock(0, offset, length);
                expected.add(offset + "+" + length);
                expectedBytes.write(piece, offset, length);
            }
            if (random.nextInt(3) == 0) {
                outbox.add(new Have(step));
                messages++;
            }
            if (outbox.begin() && outbox.send(socket, staging) != Outbox.Turn.EMPTY) {
                outbox.end();
            }
        }
        while (outbox.begin()) {
            if (outbox.send(socket, staging) != Outbox.Turn.EMPTY) {
                outbox.end();
            }
        }
        Received received = new Received();
        byte[] wire = socket.taken.toByteArray();
        new FrameParser(received, 100).accept(null, ByteBuffer.wrap(wire), 0, wire.length);
        assertThat(received.blocks).isEqualTo(expected);
        assertThat(received.bytes.toByteArray()).isEqualTo(expectedBytes.toByteArray());
        assertThat(received.messages).isEqualTo(messages);
        assertThat(payload.getAndSet(0)).isEqualTo(expectedBytes.size());
    }

    @Test
    void aMessageOvertakesBlocksThatHaveNotBegun() throws Exception {
        Outbox outbox = outbox(0, false);
        outbox.addBlock(0, 0, 100);
        outbox.add(new Have(1));
        ByteArrayOutputStream wire = sendAll(outbox);
        assertThat(wire.toByteArray()[4]).isEqualTo((byte) 4);
    }

    private static ByteArrayOutputStream sendAll(Outbox outbox) throws IOException {
        Narrow socket = new Narrow(new Random(3));
        while (outbox.begin()) {
            if (outbox.send(socket, ByteBuffer.allocate(1000)) != Outbox.Turn.EMPTY) {
                outbox.end();
            }
        }
        return socket.taken;
    }

    @Test
    void aCancelledBlockIsNotSent() throws Exception {
        Outbox outbox = outbox(0, false);
        outbox.addBlock(0, 0, 100);
        outbox.addBlock(0, 100, 100);
        assertThat(outbox.cancel(0, 0, 100)).isTrue();
        assertThat(outbox.cancel(0, 0, 100)).isFalse();
        assertThat(sendAll(outbox).size()).isEqualTo(113);
    }

    @Test
    void moreRequestsThanAreKeptAreRefused() {
        Outbox outbox = outbox(0, false);
        for (int i = 0; i < Outbox.MOST_REQUESTS; i++) {
            assertThat(outbox.addBlock(0, i, 1)).isTrue();
        }
        assertThat(outbox.addBlock(0, 0, 1)).isFalse();
    }

    @Test
    void aLimitHoldsOnAverageWhateverTheSizeOfBlocks() throws Exception {
        Outbox outbox = outbox(100_000, true);
        for (int i = 0; i < 3; i++) {
            outbox.addBlock(0, 0, 200_000);
        }
        Narrow socket = new Narrow(new Random(4));
        for (int tenths = 0; tenths < 30; tenths++) {
            if (outbox.begin() && outbox.send(socket, ByteBuffer.allocate(300_000)) != Outbox.Turn.EMPTY) {
                outbox.end();
            }
            nanos.addAndGet(100_000_000);
        }
        assertThat(socket.taken.size()).isLessThan(3 * 100_000 + 2 * 16 * 1024);
    }
}
