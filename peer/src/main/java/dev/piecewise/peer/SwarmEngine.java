package dev.piecewise.peer;

/** The BitTorrent engine of a process. Closing it closes its swarms. */
public interface SwarmEngine extends AutoCloseable {
    /**
     * Joins a swarm; returns once its port is bound.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if no port can be had
     */
    Swarm join(SwarmSpec spec);

    @Override
    void close();
}
