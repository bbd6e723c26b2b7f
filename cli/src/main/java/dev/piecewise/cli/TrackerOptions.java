package dev.piecewise.cli;

import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import java.io.IOException;
import java.net.URI;
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
            description = {"The tracker.", "Default: " + DEFAULT_URL})
    private Optional<String> url = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = {
                "File with the token to send to the tracker; it is never printed.",
                "Instead: the token itself in PIECEWISE_TOKEN; default: none"
            })
    private Optional<Path> tokenFile = Optional.empty();

    /** The URL that was given, or the default. */
    URI tracker() {
        return named().orElseGet(() -> URI.create(DEFAULT_URL));
    }

    /** The URL, if it was given. */
    Optional<URI> named() {
        return url.map(text -> OptionValues.httpUrl("--tracker", text));
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
