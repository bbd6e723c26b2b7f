package dev.piecewise.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** By which of the tracker's profiles an origin is asked. */
final class ProfileOption {
    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description = {
                "The tracker's profile to ask the origin by: which S3, with whose credentials.",
                "Default: default"
            })
    private Optional<String> name = Optional.empty();

    Optional<String> name() {
        return name;
    }
}
