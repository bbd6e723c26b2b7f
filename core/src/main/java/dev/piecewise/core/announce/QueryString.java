package dev.piecewise.core.announce;

import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A query string whose values are bytes: {@code info_hash} and {@code peer_id} are not text, so no text decoder may touch
 * them (BEP 3). Values are decoded when they are asked for, so what nobody asks for costs nothing.
 */
public final class QueryString {
    private static final String UNRESERVED = "-._~";

    private final String raw;
    private final List<Parameter> parameters;

    /** Where the value of a parameter stands, still encoded. */
    private record Parameter(String key, int start, int end) {}

    private QueryString(String raw, List<Parameter> parameters) {
        this.raw = raw;
        this.parameters = parameters;
    }

    /**
     * Splits a query as it stands in the request line, without {@code ?}, still percent-encoded.
     *
     * @throws PeerFault for broken percent-encoding of a name
     */
    public static QueryString parse(String raw) {
        List<Parameter> parameters = new ArrayList<>();
        int start = 0;
        while (start < raw.length()) {
            int ampersand = raw.indexOf('&', start);
            int end = ampersand < 0 ? raw.length() : ampersand;
            int equals = raw.indexOf('=', start);
            if (equals > start && equals < end) {
                parameters.add(new Parameter(text(raw, start, equals), equals + 1, end));
            }
            start = end + 1;
        }
        return new QueryString(raw, parameters);
    }

    List<byte[]> all(String key) {
        return parameters.stream()
                .filter(parameter -> parameter.key.equals(key))
                .map(parameter -> decode(raw, parameter.start, parameter.end))
                .toList();
    }

    /** @throws PeerFault for broken percent-encoding */
    Optional<byte[]> bytes(String key) {
        return find(key).map(parameter -> decode(raw, parameter.start, parameter.end));
    }

    /**
     * The first value of that name, as UTF-8.
     *
     * @throws PeerFault for broken percent-encoding
     */
    public Optional<String> text(String key) {
        return find(key).map(parameter -> text(raw, parameter.start, parameter.end));
    }

    /** @throws PeerFault when it is there and not a number that fits */
    Optional<Long> number(String key) {
        return text(key).map(value -> {
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw new PeerFault(Kind.FAILED, key + " is not a number", e);
            }
        });
    }

    private Optional<Parameter> find(String key) {
        for (Parameter parameter : parameters) {
            if (parameter.key.equals(key)) {
                return Optional.of(parameter);
            }
        }
        return Optional.empty();
    }

    static String encode(byte[] bytes) {
        StringBuilder encoded = new StringBuilder(bytes.length * 3);
        for (byte b : bytes) {
            char c = (char) (b & 0xff);
            boolean plain = (c >= '0' && c <= '9')
                    || (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || UNRESERVED.indexOf(c) >= 0;
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return encoded.toString();
    }

    private static String text(String raw, int start, int end) {
        for (int i = start; i < end; i++) {
            char c = raw.charAt(i);
            if (c == '%' || c == '+') {
                return new String(decode(raw, start, end), StandardCharsets.UTF_8);
            }
        }
        return raw.substring(start, end);
    }

    private static byte[] decode(String raw, int start, int end) {
        byte[] bytes = raw.substring(start, end).getBytes(StandardCharsets.UTF_8);
        int length = 0;
        for (int i = 0; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '%') {
                int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
                int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new PeerFault(Kind.FAILED, "broken percent-encoding in the query");
                }
                b = (byte) (high << 4 | low);
                i += 2;
            } else if (b == '+') {
                b = ' ';
            }
            bytes[length++] = b;
        }
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}
