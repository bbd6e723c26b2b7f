package dev.piecewise.cli;

import dev.piecewise.core.FileRoots;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.lease.OriginSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** How a process reads origins. */
final class OriginOptions {
    @Option(
            names = "--origin-attempts",
            paramLabel = "COUNT",
            description = {
                "After so many attempts without a byte, leave a range to other seeders for a while. What the origin denies or "
                        + "does not have is asked for once.",
                "Default: 6"
            })
    private int attempts = 6;

    @Option(
            names = "--origin-backoff",
            paramLabel = "DURATION",
            description = {
                "Pause after the first failed attempt, doubled after each further one; up to half of it is left out at random.",
                "Default: 200ms"
            })
    private String backoff = "200ms";

    @Option(
            names = "--origin-max-backoff",
            paramLabel = "DURATION",
            description = {
                "The longest pause between attempts, unless the server asks for more (Retry-After).",
                "Default: 5s"
            })
    private String maxBackoff = "5s";

    @Option(
            names = "--origin-connect-timeout",
            paramLabel = "DURATION",
            description = {"How long to wait for a connection to an origin.", "Default: 10s"})
    private String connectTimeout = "10s";

    @Option(
            names = "--origin-read-timeout",
            paramLabel = "DURATION",
            description = {"How long to wait for an origin's next byte.", "Default: 30s"})
    private String readTimeout = "30s";

    @Option(
            names = "--file-root",
            paramLabel = "DIR",
            description = {
                "Read file:// URIs below this directory, which the tracker must see under the same path. Links that lead out of "
                        + "it are not followed. Repeatable.",
                "Default: none, file:// is not read"
            })
    private List<Path> fileRoots = new ArrayList<>();

    /**
     * @param leases of {@code --leases}
     * @param bytesPerSecond of all reads together
     */
    OriginSettings settings(int leases, long bytesPerSecond) {
        if (leases < 1) {
            throw new ProcessFault(Kind.USAGE, "--leases: a seeder needs at least 1 lease at once, not " + leases);
        }
        try {
            return OriginSettings.defaults()
                    .withLeases(leases)
                    .withRetries(
                            attempts,
                            OptionValues.duration("--origin-backoff", backoff),
                            OptionValues.duration("--origin-max-backoff", maxBackoff))
                    .withTimeouts(
                            OptionValues.duration("--origin-connect-timeout", connectTimeout),
                            OptionValues.duration("--origin-read-timeout", readTimeout))
                    .withRate(bytesPerSecond)
                    .withFiles(new FileRoots(
                            fileRoots.stream().map(Path::toAbsolutePath).toList()));
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, "--origin-...: " + e.getMessage(), e);
        }
    }
}
