package dev.piecewise.cli.demo;

import dev.piecewise.client.request.DownloadPlan;
import dev.piecewise.core.PieceLength;
import dev.piecewise.tracker.ProfileConfig;
import dev.piecewise.tracker.lease.OriginBudget;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Requests that are to be tried on one machine.
 *
 * @param nodes how many nodes ask at once, 1 or more
 * @param requests what each of them asks for
 * @param pieceLength of requests that say none; absent for automatic
 * @param profiles the ways to the user's origins
 * @param originLimits of the tracker of the user's origins
 * @param origin which origins are meant
 * @param objectBytes size of the big object of the demo's own S3
 * @param temporary an existing directory; the demo makes one of its own in it
 */
public record TrialPlan(
        int nodes,
        DownloadPlan requests,
        Optional<PieceLength> pieceLength,
        List<ProfileConfig> profiles,
        OriginBudget.Limits originLimits,
        OriginKind origin,
        long objectBytes,
        Path temporary) {
    public TrialPlan {
        profiles = List.copyOf(profiles);
    }

    /** Where the bytes come from. */
    public enum OriginKind {
        /** What the user's configuration says. */
        CONFIGURED,
        /** An S3 server in this process, with the objects of the demo. */
        OWN
    }
}
