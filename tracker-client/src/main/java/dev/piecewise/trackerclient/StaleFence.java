package dev.piecewise.trackerclient;

/** The lease is no longer the caller's: stop reading, what was read under it does not count. */
public final class StaleFence extends Exception {
    private static final long serialVersionUID = 1L;

    public StaleFence(String message) {
        super(message);
    }
}
