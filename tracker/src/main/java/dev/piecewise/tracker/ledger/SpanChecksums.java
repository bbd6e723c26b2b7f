package dev.piecewise.tracker.ledger;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The checksums of a piece's bytes, one for each of its spans. Of spans of an object that needs none they mean nothing. */
public final class SpanChecksums {
    private final long[] values;

    private SpanChecksums(long[] values) {
        this.values = values;
    }

    /**
     * @param hex hexadecimal digits; {@code null} where none is needed
     * @throws IllegalArgumentException if something else is among them
     */
    public static SpanChecksums parse(List<@Nullable String> hex) {
        return new SpanChecksums(hex.stream()
                .mapToLong(text -> text == null ? 0 : Long.parseUnsignedLong(text, 16))
                .toArray());
    }

    /** What {@link #parse} takes. */
    public List<String> hex() {
        return Arrays.stream(values).mapToObj(Long::toHexString).toList();
    }

    long of(int span) {
        return values[span];
    }
}
