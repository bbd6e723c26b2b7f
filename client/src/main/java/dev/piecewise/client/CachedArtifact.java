package dev.piecewise.client;

import dev.piecewise.peer.StoredArtifact;
import dev.piecewise.peer.store.StoredState;
import dev.piecewise.peer.store.StoredUse;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One artifact in a data directory.
 *
 * @param id hexadecimal
 * @param uri what it was asked for by, or a magnet link without its trackers; absent if an older version stored it
 * @param version names what stood at the origin; absent likewise
 * @param name of its file or directory
 * @param totalBytes its size
 * @param pieceBytes how it is cut
 * @param pieces how many it has
 * @param piecesHeld how many of them are here
 * @param storedBytes of held pieces, and what arrived of others
 * @param lastUse when it was asked for last
 * @param filesPublished of its files, how many have a second name, where they were published
 * @param publishedBytes their sizes, which removing the artifact does not free
 * @param busy whether it is fetched or read from the origin now, or peers are connected
 * @param checked what a verification found; absent if there was none
 */
public record CachedArtifact(
        String id,
        @Nullable String uri,
        @Nullable String version,
        String name,
        long totalBytes,
        int pieceBytes,
        int pieces,
        int piecesHeld,
        long storedBytes,
        Instant lastUse,
        int filesPublished,
        long publishedBytes,
        boolean busy,
        StoredArtifact.@Nullable Verification checked) {
    static CachedArtifact of(StoredState state, boolean busy) {
        return new CachedArtifact(
                state.id().hex(),
                state.use().map(StoredUse::source).orElse(null),
                state.use().map(StoredUse::version).orElse(null),
                state.content().name(),
                state.content().layout().totalBytes(),
                state.content().layout().pieceBytes(),
                state.content().layout().pieceCount(),
                state.piecesHeld(),
                state.bytesStored(),
                state.lastUse(),
                state.filesLinked(),
                state.bytesLinked(),
                busy,
                null);
    }

    CachedArtifact with(StoredArtifact.Verification found) {
        return new CachedArtifact(
                id,
                uri,
                version,
                name,
                totalBytes,
                pieceBytes,
                pieces,
                piecesHeld,
                storedBytes,
                lastUse,
                filesPublished,
                publishedBytes,
                busy,
                found);
    }

    /** What removing it frees. */
    long freeableBytes() {
        return Math.max(0, storedBytes - publishedBytes);
    }

    /** What a user calls it. */
    public String label() {
        return uri == null ? name : uri;
    }
}
