package dev.piecewise.seeder.http;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a {@code Range} header asks for (RFC 9110, section 14). A header that is malformed, names another unit than bytes or
 * several ranges is ignored, as the RFC allows: the answer is the whole.
 */
sealed interface ByteRange {
    /** The whole; status 200. */
    record Whole() implements ByteRange {}

    /** Status 206; both inclusive and within the representation. */
    record Part(long first, long last) implements ByteRange {}

    /** No byte of it exists; status 416. */
    record Unsatisfiable() implements ByteRange {}

    /** One spec with optional white space, bounded so that hostile headers cost nothing. */
    Pattern SPEC = Pattern.compile("[bB][yY][tT][eE][sS]=[ \\t,]{0,100}(\\d{0,100})-(\\d{0,100})[ \\t,]{0,100}");

    /**
     * Reads the header's values; never throws.
     *
     * @param headers of every {@code Range} line of the request
     * @param size of the representation in bytes
     */
    static ByteRange parse(List<String> headers, long size) {
        if (headers.size() != 1) {
            return new Whole();
        }
        Matcher spec = SPEC.matcher(headers.get(0).strip());
        if (!spec.matches()) {
            return new Whole();
        }
        Optional<Long> from = number(spec.group(1));
        Optional<Long> to = number(spec.group(2));
        if (from.isEmpty()) {
            return to.map(count -> suffix(count, size)).orElseGet(Whole::new);
        }
        long first = from.get();
        long last = to.orElse(Long.MAX_VALUE);
        if (last < first) {
            return new Whole();
        }
        return first >= size ? new Unsatisfiable() : new Part(first, Math.min(last, size - 1));
    }

    private static ByteRange suffix(long count, long size) {
        return count == 0 || size == 0 ? new Unsatisfiable() : new Part(Math.max(0, size - count), size - 1);
    }

    /** Nothing for no digits; what a long cannot hold is beyond any file. */
    private static Optional<Long> number(String digits) {
        if (digits.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(digits));
        } catch (NumberFormatException e) {
            return Optional.of(Long.MAX_VALUE);
        }
    }
}
