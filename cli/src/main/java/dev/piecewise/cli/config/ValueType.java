package dev.piecewise.cli.config;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.PieceLength;
import dev.piecewise.seeder.Listen;
import dev.piecewise.trackerclient.api.Ingest;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a setting's text must be. The parsers throw {@link IllegalArgumentException} with a message for the user. */
public enum ValueType {
    TEXT,
    /** A text that is never printed. */
    SECRET,
    FLAG,
    COUNT,
    DURATION,
    SIZE,
    RATE,
    PIECE_SIZE,
    INGEST,
    URL,
    ADDRESS,
    /** A path; in the file, a relative one is relative to the file. */
    PATH,
    /** Any number of paths; relative as {@link #PATH}. */
    PATHS,
    /** {@code NAME=DIR}, any number of them; relative as {@link #PATH}. */
    NAMED_DIRECTORIES,
    /** URIs of origins, any number of them. */
    ORIGINS;

    private static final Pattern DURATION_FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)?");

    /** Whether a setting of this type may have several values. */
    public boolean isList() {
        return this == PATHS || this == NAMED_DIRECTORIES || this == ORIGINS;
    }

    /** What is wrong with a text, if anything. */
    Optional<String> problem(String text) {
        try {
            check(text);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void check(String text) {
        switch (this) {
            case TEXT, SECRET -> notEmpty(text);
            case FLAG -> flag(text);
            case COUNT -> count(text);
            case DURATION -> duration(text);
            case SIZE -> ByteSize.parse(text);
            case RATE -> ByteRate.parse(text);
            case PIECE_SIZE -> pieceSize(text);
            case INGEST -> ingest(text);
            case URL -> httpUrl(text);
            case ADDRESS -> Listen.parse(text);
            case PATH, PATHS -> path(text);
            case NAMED_DIRECTORIES -> namedDirectory(text);
            case ORIGINS -> allowed(text);
        }
    }

    /** A text of a file in {@code directory} as it is on a command line. */
    String below(Path directory, String text) {
        return switch (this) {
            case PATH, PATHS -> directory.resolve(text).toString();
            case NAMED_DIRECTORIES -> {
                int equals = text.indexOf('=');
                yield text.substring(0, equals + 1) + directory.resolve(text.substring(equals + 1));
            }
            default -> text;
        };
    }

    /** {@code 0}, {@code 30} (seconds), {@code 500ms}, {@code 10m}, {@code 2h}, {@code 1d}. */
    public static Duration duration(String text) {
        Matcher matcher = DURATION_FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a duration; write for example 30s, 10m or 2h");
        }
        long number = Long.parseLong(matcher.group(1));
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        return switch (unit) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** An http or https URL, without a slash at its end. */
    public static URI httpUrl(String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(notUrl(text), e);
        }
        throw new IllegalArgumentException(notUrl(text));
    }

    private static String notUrl(String text) {
        return "'" + text + "' is not an http URL; write for example http://tracker:7070";
    }

    /** What may be asked for; {@code s3://bucket} means all of the bucket. */
    public static ArtifactUri allowed(String text) {
        boolean bucketOnly = text.indexOf('/', Math.max(0, text.indexOf("://")) + 3) < 0;
        return ArtifactUri.parse(bucketOnly ? text + "/" : text);
    }

    /** {@code auto}, {@code never} or {@code only}. */
    public static Ingest ingest(String text) {
        return Arrays.stream(Ingest.values())
                .filter(ingest -> ingest.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is none of auto, never and only"));
    }

    private static String notEmpty(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("it is empty; leave it out instead");
        }
        return text;
    }

    private static Path path(String text) {
        return Path.of(notEmpty(text));
    }

    private static void pieceSize(String text) {
        if (!text.equalsIgnoreCase("auto")) {
            PieceLength.parse(text);
        }
    }

    private static void flag(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        }
    }

    private static void count(String text) {
        try {
            Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + text + "' is not a whole number", e);
        }
    }

    private static void namedDirectory(String text) {
        int equals = text.indexOf('=');
        if (equals < 1 || equals == text.length() - 1) {
            throw new IllegalArgumentException("'" + text + "' is not NAME=DIR; write for example docs=/srv/docs");
        }
    }
}
