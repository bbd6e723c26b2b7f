package dev.piecewise.trackerclient.api;

import dev.piecewise.core.ArtifactId;
import java.util.List;

/**
 * {@code POST /v1/nodes/N/holdings}: what changed in the holdings of a node since it told them last, of all its artifacts at once.
 *
 * @param artifacts each artifact once
 */
public record HoldingsReport(List<Part> artifacts) {
    /** @param artifactId hexadecimal */
    public record Part(String artifactId, Holdings holdings) {}

    /** Of one artifact. */
    public static HoldingsReport of(ArtifactId id, Holdings holdings) {
        return new HoldingsReport(List.of(new Part(id.hex(), holdings)));
    }
}
