package dev.piecewise.client;

/** Hears how far a verification of the store is. */
public interface CacheListener {
    /** Hears nothing. */
    CacheListener NONE = new CacheListener() {};

    /**
     * Told now and then.
     *
     * @param artifact that is being read, see {@link CachedArtifact#label}
     * @param checkedBytes of everything that is to be verified, how much was read
     * @param totalBytes all that is to be read, about
     */
    default void checking(String artifact, long checkedBytes, long totalBytes) {}

    /** An artifact is done. */
    default void checked(CachedArtifact artifact) {}
}
