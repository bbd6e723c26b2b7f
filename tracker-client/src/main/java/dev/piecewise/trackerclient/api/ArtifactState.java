package dev.piecewise.trackerclient.api;

/** Where an artifact stands. */
public enum ArtifactState {
    /** Resolved; not every piece is hashed yet. */
    READING,
    /** Every piece is hashed and the torrent is served (a zero-byte artifact is published at once, without a torrent). */
    PUBLISHED,
    /** It cannot be read, {@code error} says why; asking again starts anew. */
    FAILED
}
