package dev.piecewise.trackerclient.api;

import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code POST /v1/nodes/N/artifacts}: all that it takes to begin, so that a small artifact costs one round trip.
 *
 * @param artifact as {@code POST /v1/artifacts} answers
 * @param hashes what {@code GET /v1/artifacts/ID/hashes} would answer, at once; of an artifact with more than {@link #MOST_HASHES}
 *     pieces the first so many known ones. Absent if it failed or has no bytes
 * @param neighbours what an announce would answer: the node is in the swarm from now on, as a leech unless it was there already.
 *     Absent if there is no swarm, for the same reasons
 */
public record ArtifactEntry(ArtifactStatus artifact, @Nullable HashList hashes, @Nullable Neighbours neighbours) {
    /** 64 KiB in base64: a torrent that is bigger, and so never a small artifact's, is worth a call of its own. */
    public static final int MOST_HASHES = 2048;
}
