package dev.piecewise.seeder;

/** Starts a seeder within this process. */
@SuppressWarnings("DoNotCallSuggester")
public final class SeederMain {
    private SeederMain() {}

    /**
     * Returns once it works. A tracker that cannot be reached yet is waited for, in the background.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if the data directory is in use or unusable, or the port is taken
     */
    public static Seeder start(SeederConfig config) {
        throw new UnsupportedOperationException("start " + config);
    }
}
