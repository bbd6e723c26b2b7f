package dev.piecewise.tracker.artifact;

import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.tracker.ledger.Span;
import java.time.Duration;
import java.util.List;

/** The only place that makes signatures. Thread-safe. */
public final class ReadSigner {
    private final OriginProfiles profiles;
    private final Duration validity;

    /** @param validity how long a signature lives */
    public ReadSigner(OriginProfiles profiles, Duration validity) {
        this.profiles = profiles;
        this.validity = validity;
    }

    /** How long a signature lives. */
    Duration validity() {
        return validity;
    }

    /** Signs reads with the profile that the artifact was asked for by last; may take a while when credentials have to be fetched. */
    List<SignedRead> sign(Artifact artifact, List<Span> spans) {
        String profile = artifact.profile();
        String scheme = artifact.resolved.uri().scheme();
        Origin origin = profiles.origin(profile, scheme)
                .orElseThrow(() -> new OriginFault(
                        Kind.FAILED,
                        "this tracker no longer serves " + scheme + ":// URIs by the profile '" + profile
                                + "'; ask for " + artifact.resolved.uri() + " again by another"));
        return spans.stream()
                .map(span -> origin.presign(
                        artifact.resolved,
                        artifact.resolved.objects().get(span.object()),
                        span.first(),
                        span.last(),
                        validity))
                .toList();
    }
}
