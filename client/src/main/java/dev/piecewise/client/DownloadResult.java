package dev.piecewise.client;

import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.util.List;

/** How one of many requests ended. */
public record DownloadResult(DownloadRequest request, FetchOutcome outcome) {
    /** Whether everything that was asked for is in place. */
    public boolean succeeded() {
        return outcome instanceof FetchOutcome.Complete;
    }

    /** The process exit code that says how many ended: 0 if all succeeded, that of the failures if they agree, else 1. */
    public static int exitCode(List<DownloadResult> results) {
        List<Integer> codes = results.stream()
                .map(result -> result.outcome().exitCode())
                .filter(code -> code != 0)
                .distinct()
                .toList();
        return codes.isEmpty() ? 0 : codes.size() == 1 ? codes.get(0) : Kind.FAILED.exitCode();
    }
}
