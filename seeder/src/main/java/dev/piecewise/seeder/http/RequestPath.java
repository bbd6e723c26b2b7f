package dev.piecewise.seeder.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The path of a request as names: split at the slashes that were sent, then percent-decoded, never the other way round. */
final class RequestPath {
    private static final int MAX_CHARS = 16 * 1024;

    private RequestPath() {}

    /**
     * Decodes strictly.
     *
     * @param raw as it was sent, without query
     * @return its components; nothing if it does not start with a slash, or one of them is {@code .}, {@code ..}, no UTF-8, no
     *     percent-encoding, or holds a slash or a NUL
     */
    static Optional<List<String>> components(String raw) {
        if (!raw.startsWith("/") || raw.length() > MAX_CHARS) {
            return Optional.empty();
        }
        List<String> components = new ArrayList<>();
        for (String part : raw.substring(1).split("/", -1)) {
            Optional<String> name = decode(part);
            if (name.isEmpty()) {
                return Optional.empty();
            }
            components.add(name.get());
        }
        return Optional.of(components);
    }

    private static Optional<String> decode(String part) {
        byte[] sent = part.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(sent.length);
        for (int i = 0; i < sent.length; i++) {
            if (sent[i] != '%') {
                bytes.put(sent[i]);
                continue;
            }
            int high = i + 2 < sent.length ? Character.digit(sent[i + 1], 16) : -1;
            int low = i + 2 < sent.length ? Character.digit(sent[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                return Optional.empty();
            }
            bytes.put((byte) (16 * high + low));
            i += 2;
        }
        try {
            String name =
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            boolean hostile =
                    name.equals(".") || name.equals("..") || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0;
            return hostile ? Optional.empty() : Optional.of(name);
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
