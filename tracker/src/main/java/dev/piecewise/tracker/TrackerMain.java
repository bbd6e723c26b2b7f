package dev.piecewise.tracker;

import dev.piecewise.torrentbuilder.origin.Origin;
import java.util.List;

/** Starts a tracker within this process. */
@SuppressWarnings("DoNotCallSuggester")
public final class TrackerMain {
    private TrackerMain() {}

    /**
     * Starts with S3 as the process's environment configures it.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if it cannot listen, or its state directory cannot be used
     */
    public static TrackerServer start(TrackerConfig config) {
        return start(config, List.of());
    }

    /** Starts with these origins, which the caller closes after the tracker. */
    public static TrackerServer start(TrackerConfig config, List<Origin> origins) {
        throw new UnsupportedOperationException("start " + config + origins);
    }
}
