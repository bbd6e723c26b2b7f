package dev.piecewise.tracker.distribution;

/**
 * A time in which leases were out without a break.
 *
 * @param from seconds on any clock
 * @param to likewise
 * @param bytes read from the origin meanwhile
 */
record Reading(double from, double to, long bytes) {
    /** How much of it lies between two moments, in seconds. */
    double within(double start, double end) {
        return Math.max(0, Math.min(to, end) - Math.max(from, start));
    }
}
