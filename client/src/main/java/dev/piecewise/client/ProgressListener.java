package dev.piecewise.client;

/** Hears of progress about twice a second and at every change of phase, on the fetching thread: return quickly. */
@FunctionalInterface
public interface ProgressListener {
    /** Hears nothing. */
    ProgressListener NONE = progress -> {};

    void progress(FetchProgress progress);
}
