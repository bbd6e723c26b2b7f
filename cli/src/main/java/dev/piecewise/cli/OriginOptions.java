package dev.piecewise.cli;

import dev.piecewise.core.FileRoots;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.seeder.lease.OriginSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
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
        Duration first = OptionValues.duration("--origin-backoff", backoff);
        Duration longest = OptionValues.duration("--origin-max-backoff", maxBackoff);
        Duration connect = OptionValues.duration("--origin-connect-timeout", connectTimeout);
        Duration silence = OptionValues.duration("--origin-read-timeout", readTimeout);
        OriginSettings given = OriginSettings.defaults()
                .withLeases(leases)
                .withRate(bytesPerSecond)
                .withFiles(new FileRoots(
                        fileRoots.stream().map(Path::toAbsolutePath).toList()));
        // One after the other, so that it is known which one is wrong.
        OriginSettings often = checked("--origin-attempts", () -> given.withRetries(attempts, first, first));
        OriginSettings pausing = checked("--origin-max-backoff", () -> often.withRetries(attempts, first, longest));
        OriginSettings connecting =
                checked("--origin-connect-timeout", () -> pausing.withTimeouts(connect, pausing.silence()));
        return checked("--origin-read-timeout", () -> connecting.withTimeouts(connect, silence));
    }

    private static OriginSettings checked(String option, Supplier<OriginSettings> with) {
        try {
            return with.get();
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, option + ": " + e.getMessage(), e);
        }
    }
}
