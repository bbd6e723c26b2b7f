package dev.piecewise.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Both directions of a connection on the socket of a data directory. A message is a line: the name of its record, a space, the
 * record as JSON. Not thread-safe, but one may read while another writes.
 */
final class LocalLines {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .build();
    private static final Map<String, Class<?>> KINDS = Arrays.stream(LocalMessage.class.getPermittedSubclasses())
            .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, Function.identity()));

    private final SocketChannel channel;
    private final BufferedReader in;

    LocalLines(SocketChannel channel) {
        this.channel = channel;
        in = new BufferedReader(new InputStreamReader(new ChannelInput(channel), StandardCharsets.UTF_8));
    }

    void send(LocalMessage message) throws IOException {
        String text = message.getClass().getSimpleName() + " " + MAPPER.writeValueAsString(message) + "\n";
        ByteBuffer line = StandardCharsets.UTF_8.encode(text);
        while (line.hasRemaining()) {
            channel.write(line);
        }
    }

    /** The next message; nothing at the end of the stream. */
    Optional<LocalMessage> receive() throws IOException {
        String line = in.readLine();
        if (line == null) {
            return Optional.empty();
        }
        int space = line.indexOf(' ');
        Class<?> kind = space < 0 ? null : KINDS.get(line.substring(0, space));
        if (kind == null) {
            throw new IOException("not a message of this version");
        }
        try {
            return Optional.of((LocalMessage) MAPPER.readValue(line.substring(space + 1), kind));
        } catch (JacksonException e) {
            throw new IOException("not a message: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Reads a blocking channel without a lock: the streams of {@link java.nio.channels.Channels} share one on Java 17, so that
     * a write would wait for a read that waits for the other side.
     */
    private static final class ChannelInput extends InputStream {
        private final SocketChannel channel;

        ChannelInput(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return channel.read(ByteBuffer.wrap(into, offset, length));
        }
    }
}
