package dev.piecewise.client;

/** Starts a node within this process. */
@SuppressWarnings("DoNotCallSuggester")
public final class NodeMain {
    private NodeMain() {}

    /**
     * Returns once it works. A tracker that cannot be reached yet is waited for, in the background.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if the data directory is in use or unusable, or the port is taken
     */
    public static Node start(NodeConfig config) {
        throw new UnsupportedOperationException("start " + config);
    }
}
