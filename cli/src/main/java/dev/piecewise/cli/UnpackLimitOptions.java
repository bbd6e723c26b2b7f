package dev.piecewise.cli;

import dev.piecewise.client.unpack.UnpackLimits;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which archives are not unpacked. */
final class UnpackLimitOptions {
    @Option(
            names = "--unpack-max-size",
            paramLabel = "SIZE",
            description = {"Refuse archives that hold more.", "Default: 1TiB"})
    private @Nullable String maxSize;

    @Option(
            names = "--unpack-max-ratio",
            paramLabel = "N",
            description = {"Refuse archives that hold more than N times their own size.", "Default: 200"})
    private @Nullable Long maxRatio;

    @Option(
            names = "--unpack-max-entries",
            paramLabel = "N",
            description = {"Refuse archives of more files, directories and links.", "Default: 10000000"})
    private @Nullable Long maxEntries;

    UnpackLimits limits() {
        try {
            UnpackLimits limits = UnpackLimits.defaults();
            if (maxSize != null) {
                limits = limits.withMaxBytes(OptionValues.size("--unpack-max-size", maxSize));
            }
            if (maxRatio != null) {
                limits = limits.withMaxRatio(maxRatio);
            }
            return maxEntries == null ? limits : limits.withMaxEntries(maxEntries);
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, "--unpack: " + e.getMessage(), e);
        }
    }
}
