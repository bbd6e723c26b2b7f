package dev.piecewise.cli;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which tracker, and with which token. */
final class TrackerOptions {
    static final String DEFAULT_URL = "http://127.0.0.1:7070";

    @Option(
            names = "--tracker",
            paramLabel = "URL",
            description = {"The tracker.", "Environment: PIECEWISE_TRACKER; default: " + DEFAULT_URL})
    private Optional<String> url = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = {
                "File with the token to send to the tracker; it is never printed.",
                "Environment: PIECEWISE_TOKEN (the token itself); default: none"
            })
    private Optional<Path> tokenFile = Optional.empty();

    /** The URL from the option, the environment or the default. */
    URI tracker(Surroundings surroundings) {
        return named(surroundings).orElseGet(() -> URI.create(DEFAULT_URL));
    }

    /** The URL from the option or the environment. */
    Optional<URI> named(Surroundings surroundings) {
        String source = url.isPresent() ? "--tracker" : "PIECEWISE_TRACKER";
        return url.or(() -> surroundings.variable("PIECEWISE_TRACKER")).map(text -> httpUrl(source, text));
    }

    /** Checks that {@code text} is an http or https URL and drops a trailing slash. */
    static URI httpUrl(String source, String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new ProcessFault(Kind.USAGE, notUrl(source, text), e);
        }
        throw new ProcessFault(Kind.USAGE, notUrl(source, text));
    }

    private static String notUrl(String source, String text) {
        return source + " is '" + text + "', not an http URL; write for example " + DEFAULT_URL;
    }

    /** The token to present: the last word of the first line that is not a comment. */
    Optional<String> token(Surroundings surroundings) {
        if (tokenFile.isEmpty()) {
            return surroundings.variable("PIECEWISE_TOKEN").map(text -> firstToken("PIECEWISE_TOKEN", text));
        }
        Path file = tokenFile.get();
        try {
            return Optional.of(firstToken("token file " + file, Files.readString(file)));
        } catch (IOException e) {
            throw new ProcessFault(Kind.USAGE, "cannot read the token file " + file + "; check --token-file", e);
        }
    }

    private static String firstToken(String source, String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .findFirst()
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .orElseThrow(() -> new ProcessFault(Kind.USAGE, source + " holds no token; write one on a line"));
    }
}
