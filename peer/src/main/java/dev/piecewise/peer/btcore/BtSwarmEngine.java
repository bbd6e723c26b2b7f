package dev.piecewise.peer.btcore;

import dev.piecewise.peer.Swarm;
import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmSpec;

/** The engine on bt-core: one runtime with a port of its own per torrent. */
public final class BtSwarmEngine implements SwarmEngine {
    /** @throws dev.piecewise.core.fault.ProcessFault if the configured port is in use */
    public BtSwarmEngine(EngineConfig config) {
        config.port();
    }

    @Override
    public Swarm join(SwarmSpec spec) {
        throw new UnsupportedOperationException(spec.infoHashes().toString());
    }

    @Override
    public void close() {}
}
