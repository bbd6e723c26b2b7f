package dev.piecewise.core;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Bytes per second as people write them: {@code 100MiB/s}, {@code 12.5MB/s}, {@code 800Mbit/s}, {@code unlimited}. */
public final class ByteRate {
    /** No limit. */
    public static final long UNLIMITED = 0;

    private static final String UNLIMITED_WORD = "unlimited";
    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)\\s*([kmgt]?)(i?)(b|bit)/s");
    private static final String PREFIXES = "kmgt";
    private static final int BITS = 8;

    private ByteRate() {}

    /**
     * {@code B} is a byte and {@code bit} a bit, with an {@code i} in powers of 1024, without in powers of 1000; case does not
     * matter. A number without its unit is refused, for it could be meant either way.
     *
     * @return bytes per second, {@link #UNLIMITED} for the word
     * @throws IllegalArgumentException with a message for the user, also if it is less than a block of 16 KiB a second
     */
    public static long parse(String text) {
        String plain = text.strip().toLowerCase(Locale.ROOT);
        if (plain.equals(UNLIMITED_WORD)) {
            return UNLIMITED;
        }
        Matcher matcher = FORM.matcher(plain);
        if (!matcher.matches()
                || (matcher.group(2).isEmpty() && !matcher.group(3).isEmpty())) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a rate; write for example 100MiB/s, 800Mbit/s or unlimited");
        }
        BigDecimal base = BigDecimal.valueOf(matcher.group(3).isEmpty() ? 1000 : 1024);
        int power = matcher.group(2).isEmpty() ? 0 : PREFIXES.indexOf(matcher.group(2)) + 1;
        BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(base.pow(power));
        if (matcher.group(4).equals("bit")) {
            bytes = bytes.divide(BigDecimal.valueOf(BITS), 0, RoundingMode.DOWN);
        }
        if (bytes.compareTo(BigDecimal.valueOf(PieceLength.BLOCK_BYTES)) < 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' is less than one block, 16KiB/s; write more, or unlimited for no limit");
        }
        if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("'" + text + "' is more than Piecewise can count; write unlimited");
        }
        return bytes.longValue();
    }
}
