package dev.piecewise.client;

import java.util.List;

/**
 * What was found or done in a data directory.
 *
 * @param artifacts the ones that were listed, verified or removed, as they were before
 * @param refused that should have been removed, but are busy
 * @param storedBytes what is stored now, in all
 * @param freedBytes what the removed ones took of the disk; what of them is published stays
 */
public record CacheReport(
        List<CachedArtifact> artifacts, List<CachedArtifact> refused, long storedBytes, long freedBytes) {
    public CacheReport {
        artifacts = List.copyOf(artifacts);
        refused = List.copyOf(refused);
    }
}
