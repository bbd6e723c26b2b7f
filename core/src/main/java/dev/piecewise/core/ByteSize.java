package dev.piecewise.core;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Byte counts as people write and read them: {@code 512MiB}, {@code 3GiB}, {@code 100kB}, {@code 13}. */
public final class ByteSize {
    private static final Pattern FORM = Pattern.compile("(\\d{1,18})\\s*([KMGT]?)(i?)B?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "KMGT";

    private ByteSize() {}

    /**
     * Binary units with an {@code i} ({@code KiB} = 1024) or a lone letter ({@code 16M}), decimal ones without
     * ({@code kB} = 1000); case does not matter.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    public static long parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()
                || (matcher.group(2).isEmpty() && !matcher.group(3).isEmpty())) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size; write for example 16MiB, 3GiB or 1048576");
        }
        long number = Long.parseLong(matcher.group(1));
        boolean decimal = matcher.group(3).isEmpty()
                && text.strip().toUpperCase(Locale.ROOT).endsWith("B");
        int power = UNITS.indexOf(matcher.group(2).toUpperCase(Locale.ROOT)) + 1;
        if (matcher.group(2).isEmpty()) {
            power = 0;
        }
        try {
            for (int i = 0; i < power; i++) {
                number = Math.multiplyExact(number, decimal ? 1000L : 1024L);
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("'" + text + "' is more bytes than Piecewise can count", e);
        }
        return number;
    }

    /** Up to four significant characters and a binary unit: {@code 0 B}, {@code 1.5 MiB}, {@code 512 MiB}. */
    public static String format(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 1024 && unit < UNITS.length() - 1) {
            value /= 1024;
            unit++;
        }
        String number = value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
        return number + " " + UNITS.charAt(unit) + "iB";
    }
}
