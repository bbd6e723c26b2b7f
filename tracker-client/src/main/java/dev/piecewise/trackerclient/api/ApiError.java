package dev.piecewise.trackerclient.api;

/**
 * Body of every answer outside 2xx.
 *
 * @param kind a {@link dev.piecewise.core.fault.PiecewiseFault.Kind}, or one of the constants here
 * @param message one line for the user: what was tried, on what, what to do
 */
public record ApiError(String kind, String message) {
    /** The lease was given to someone else meanwhile: its report is refused (409). */
    public static final String STALE_FENCE = "STALE_FENCE";

    /** The tracker does not know the node, for example after a restart: register again, send all holdings (404). */
    public static final String UNKNOWN_NODE = "UNKNOWN_NODE";

    /** A reported piece has another hash than the one known before: it is refused (409). */
    public static final String HASH_MISMATCH = "HASH_MISMATCH";

    /** No token was sent where one is needed, or one that is not known (401). */
    public static final String UNAUTHORIZED = "UNAUTHORIZED";
}
