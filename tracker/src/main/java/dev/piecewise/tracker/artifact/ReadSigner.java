package dev.piecewise.tracker.artifact;

import dev.piecewise.core.SignedRead;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.tracker.ledger.Span;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The origins, by scheme; the only place that makes signatures. Thread-safe. */
public final class ReadSigner {
    private final Map<String, Origin> origins = new TreeMap<>();
    private final Duration validity;

    /** @param validity how long a signature lives */
    public ReadSigner(List<Origin> origins, Duration validity) {
        origins.forEach(origin -> this.origins.put(origin.scheme(), origin));
        this.validity = validity;
    }

    Optional<Origin> origin(String scheme) {
        return Optional.ofNullable(origins.get(scheme));
    }

    /** The schemes served, for people. */
    String schemes() {
        return String.join(", ", origins.keySet());
    }

    /** Signs reads; may take a while when credentials have to be fetched. */
    List<SignedRead> sign(ResolvedArtifact artifact, List<Span> spans) {
        Origin origin = origin(artifact.uri().scheme())
                .orElseThrow(() -> new OriginFault(
                        Kind.FAILED,
                        "this tracker no longer serves " + artifact.uri().scheme() + ":// URIs"));
        return spans.stream()
                .map(span -> origin.presign(
                        artifact, artifact.objects().get(span.object()), span.first(), span.last(), validity))
                .toList();
    }
}
