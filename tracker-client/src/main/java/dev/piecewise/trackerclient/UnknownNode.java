package dev.piecewise.trackerclient;

/** The tracker does not know the node (it restarted, or heard nothing for too long): register again, send all holdings. */
public final class UnknownNode extends Exception {
    private static final long serialVersionUID = 1L;

    public UnknownNode(String message) {
        super(message);
    }
}
