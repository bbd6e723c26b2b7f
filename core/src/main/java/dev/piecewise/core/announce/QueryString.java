package dev.piecewise.core.announce;

import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A query string whose values are bytes: {@code info_hash} and {@code peer_id} are not text, so no text decoder may touch
 * them (BEP 3).
 */
final class QueryString {
    private static final String UNRESERVED = "-._~";

    private final Map<String, List<byte[]>> parameters = new HashMap<>();

    private QueryString() {}

    /** @throws PeerFault for broken percent-encoding */
    static QueryString parse(String raw) {
        QueryString query = new QueryString();
        for (String parameter : raw.split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                String key = new String(decode(parameter.substring(0, equals)), StandardCharsets.UTF_8);
                query.parameters
                        .computeIfAbsent(key, unused -> new ArrayList<>())
                        .add(decode(parameter.substring(equals + 1)));
            }
        }
        return query;
    }

    List<byte[]> all(String key) {
        return parameters.getOrDefault(key, List.of());
    }

    Optional<byte[]> bytes(String key) {
        return all(key).stream().findFirst();
    }

    Optional<String> text(String key) {
        return bytes(key).map(value -> new String(value, StandardCharsets.UTF_8));
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

    private static byte[] decode(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '+') {
                out.write(' ');
            } else if (raw[i] == '%') {
                int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
                int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new PeerFault(Kind.FAILED, "broken percent-encoding in the query");
                }
                out.write(high << 4 | low);
                i += 2;
            } else {
                out.write(raw[i]);
            }
        }
        return out.toByteArray();
    }
}
