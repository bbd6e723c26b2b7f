package dev.piecewise.trackerclient.api;

/**
 * Body of every answer outside 2xx.
 *
 * @param kind a {@link dev.piecewise.core.fault.PiecewiseFault.Kind}, or {@code STALE_FENCE} / {@code UNKNOWN_NODE}
 * @param message one line for the user: what was tried, on what, what to do
 */
public record ApiError(String kind, String message) {
    /** The lease was given to someone else meanwhile: its report is refused (409). */
    public static final String STALE_FENCE = "STALE_FENCE";

    /** The tracker does not know the node, for example after a restart: register again, send all holdings (404). */
    public static final String UNKNOWN_NODE = "UNKNOWN_NODE";
}
