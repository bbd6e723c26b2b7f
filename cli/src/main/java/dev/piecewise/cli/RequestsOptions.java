package dev.piecewise.cli;

import dev.piecewise.client.DownloadOptions;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What holds for every request of a file, as for a single one. */
final class RequestsOptions {
    @Option(
            names = "--piece-size",
            paramLabel = "SIZE",
            description = {
                "Length of a piece (other tools: chunk): a multiple of 16KiB up to 512MiB, or auto.",
                "Default: auto (what others chose for this version, else by the size)"
            })
    private String pieceSize = "auto";

    @Option(
            names = "--replace",
            description = {
                "Replace files of other content at DEST, and only those.",
                "Default: other content is an error, unless Piecewise put it there; equal content is left."
            })
    private boolean replace;

    @Option(
            names = "--verify",
            description = {
                "Read and hash again what is here already, and fetch what turns out to be bad.",
                "Default: files that are unchanged by size, time and inode hold what they held."
            })
    private boolean verify;

    @Option(
            names = "--stall-timeout",
            paramLabel = "DURATION",
            description = {"Give up when nothing moved anywhere for this long.", "Default: 5m"})
    private String stallTimeout = "5m";

    @Option(
            names = "--parallel",
            paramLabel = "COUNT",
            description = {"How many requests of a file to carry out at a time; the others wait.", "Default: 64"})
    private int parallel = 64;

    @Mixin
    private ProfileOption profile = new ProfileOption();

    DownloadOptions options() {
        try {
            return new DownloadOptions(
                    profile.name(),
                    OptionValues.pieceSize(pieceSize),
                    replace,
                    verify,
                    OptionValues.duration("--stall-timeout", stallTimeout),
                    parallel);
        } catch (IllegalArgumentException e) {
            throw new ProcessFault(Kind.USAGE, "--parallel: " + e.getMessage(), e);
        }
    }
}
