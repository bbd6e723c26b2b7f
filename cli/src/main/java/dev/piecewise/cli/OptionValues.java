package dev.piecewise.cli;

import dev.piecewise.cli.config.ValueType;
import dev.piecewise.client.FetchSource;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.ByteRate;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.trackerclient.api.Ingest;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Texts of the command line as checked values; a wrong one is a fault that names its option, with exit code 2. */
final class OptionValues {
    private OptionValues() {}

    /** A host and a port; an IPv6 address stands in brackets. */
    record HostPort(String host, int port) {}

    static ArtifactUri uri(String text) {
        return checked("URI", text, ArtifactUri::parse);
    }

    /** A URI or a magnet link. */
    static FetchSource source(String text) {
        return checked("URI", text, FetchSource::parse);
    }

    /** A URI of {@code --allow}; {@code s3://bucket} means all of the bucket. */
    static ArtifactUri allowed(String text) {
        return checked("--allow", text, ValueType::allowed);
    }

    /** An http or https URL, without a slash at its end. */
    static URI httpUrl(String option, String text) {
        return checked(option, text, ValueType::httpUrl);
    }

    static long size(String option, String text) {
        return checked(option, text, ByteSize::parse);
    }

    /** Bytes per second; {@link ByteRate#UNLIMITED} for {@code unlimited}. */
    static long rate(String option, String text) {
        return checked(option, text, ByteRate::parse);
    }

    /** Nothing for {@code auto}. */
    static Optional<PieceLength> pieceSize(String text) {
        return text.equalsIgnoreCase("auto")
                ? Optional.empty()
                : Optional.of(checked("--piece-size", text, PieceLength::parse));
    }

    /** {@code 0}, {@code 30} (seconds), {@code 500ms}, {@code 10m}, {@code 2h}, {@code 1d}. */
    static Duration duration(String option, String text) {
        return checked(option, text, ValueType::duration);
    }

    static Ingest ingest(String text) {
        return checked("--ingest", text, ValueType::ingest);
    }

    static HostPort hostPort(String option, String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            host = "";
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (!host.isEmpty() && port >= 0 && port <= 65535) {
                return new HostPort(host, port);
            }
        } catch (NumberFormatException e) {
            throw new ProcessFault(Kind.USAGE, notHostPort(option, text), e);
        }
        throw new ProcessFault(Kind.USAGE, notHostPort(option, text));
    }

    private static String notHostPort(String option, String text) {
        return option + ": '" + text + "' is not HOST:PORT; write for example 0.0.0.0:7070, or port 0 for any free one";
    }

    private static <T> T checked(String option, String text, Function<String, T> parse) {
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, option + ": " + e.getMessage(), e);
        }
    }
}
