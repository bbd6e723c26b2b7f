package dev.piecewise.client;

/**
 * Hears of many requests. Each is named by its index in the plan; of one request events come one after the other, of several
 * at once, on the threads that fetch them: return quickly.
 */
public interface DownloadListener {
    /** Hears nothing. */
    DownloadListener NONE = new DownloadListener() {};

    /** About twice a second and at every change of phase. */
    default void progress(int request, FetchProgress progress) {}

    /** Once for each request. */
    default void ended(int request, FetchOutcome outcome) {}
}
