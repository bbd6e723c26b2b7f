package dev.piecewise.core.bencode;

import dev.piecewise.core.fault.PeerFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Between bencoded bytes and values (BEP 3). Decoding is strict: exactly one value, no leading zeros, no {@code -0}, keys
 * sorted and distinct, so that encoding what was decoded gives the same bytes.
 */
public final class Bencode {
    /** Deeper nesting is refused; real torrents need five levels. */
    public static final int MAX_DEPTH = 64;

    private Bencode() {}

    /**
     * Decodes one value that fills all bytes.
     *
     * @throws PeerFault for anything that is not one canonical value
     */
    public static BencodeValue decode(byte[] bytes) {
        Decoder decoder = new Decoder(bytes);
        BencodeValue value = decoder.value(0);
        if (decoder.position != bytes.length) {
            throw decoder.malformed("bytes after the end of the value");
        }
        return value;
    }

    /**
     * Decodes the one value that the bytes start with; more may follow it, as in {@code ut_metadata} messages (BEP 9).
     *
     * @throws PeerFault for anything that does not start with one canonical value
     */
    public static Prefix decodePrefix(byte[] bytes) {
        Decoder decoder = new Decoder(bytes);
        BencodeValue value = decoder.value(0);
        return new Prefix(value, decoder.position);
    }

    /**
     * A value that others follow.
     *
     * @param encodedBytes how many bytes it took
     */
    public record Prefix(BencodeValue value, int encodedBytes) {}

    /** The canonical form. */
    public static byte[] encode(BencodeValue value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(value, out);
        return out.toByteArray();
    }

    private static void write(BencodeValue value, ByteArrayOutputStream out) {
        if (value instanceof BInteger integer) {
            ascii("i" + integer.value() + "e", out);
        } else if (value instanceof BString string) {
            ascii(string.length() + ":", out);
            out.writeBytes(string.bytes());
        } else if (value instanceof BList list) {
            out.write('l');
            list.values().forEach(element -> write(element, out));
            out.write('e');
        } else if (value instanceof BDictionary dictionary) {
            out.write('d');
            dictionary.entries().forEach((key, element) -> {
                write(key, out);
                write(element, out);
            });
            out.write('e');
        }
    }

    private static void ascii(String text, ByteArrayOutputStream out) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static final class Decoder {
        private final byte[] bytes;
        private int position;

        Decoder(byte[] bytes) {
            this.bytes = bytes;
        }

        BencodeValue value(int depth) {
            if (depth > MAX_DEPTH) {
                throw malformed("more than " + MAX_DEPTH + " levels");
            }
            int first = peek();
            if (first == 'i') {
                position++;
                return new BInteger(number('e'));
            }
            if (first == 'l') {
                return list(depth);
            }
            if (first == 'd') {
                return dictionary(depth);
            }
            return string();
        }

        private BList list(int depth) {
            position++;
            List<BencodeValue> values = new ArrayList<>();
            while (peek() != 'e') {
                values.add(value(depth + 1));
            }
            position++;
            return new BList(values);
        }

        private BDictionary dictionary(int depth) {
            position++;
            SortedMap<BString, BencodeValue> entries = new TreeMap<>();
            while (peek() != 'e') {
                BString key = string();
                if (!entries.isEmpty() && entries.lastKey().compareTo(key) >= 0) {
                    throw malformed("dictionary keys out of order");
                }
                entries.put(key, value(depth + 1));
            }
            position++;
            return new BDictionary(entries);
        }

        private BString string() {
            if (peek() < '0' || peek() > '9') {
                throw malformed("no value starts with this byte");
            }
            long length = number(':');
            if (length > bytes.length - position) {
                throw malformed("a string of " + length + " bytes goes past the end");
            }
            byte[] content = new byte[(int) length];
            System.arraycopy(bytes, position, content, 0, content.length);
            position += content.length;
            return BString.of(content);
        }

        private long number(char end) {
            int start = position;
            boolean negative = end == 'e' && peek() == '-';
            if (negative) {
                position++;
            }
            int digits = position;
            while (peek() >= '0' && peek() <= '9') {
                position++;
            }
            int count = position - digits;
            boolean leadingZero = count > 1 && bytes[digits] == '0';
            boolean minusZero = negative && count == 1 && bytes[digits] == '0';
            if (count == 0 || leadingZero || minusZero || peek() != end) {
                throw malformed("not a canonical number");
            }
            try {
                return Long.parseLong(new String(bytes, start, position++ - start, StandardCharsets.US_ASCII));
            } catch (NumberFormatException e) {
                throw malformed("a number too large to count with");
            }
        }

        private int peek() {
            if (position >= bytes.length) {
                throw malformed("it ends too early");
            }
            return bytes[position];
        }

        private PeerFault malformed(String why) {
            return new PeerFault(Kind.FAILED, "malformed bencoding at byte " + position + ": " + why);
        }
    }
}
