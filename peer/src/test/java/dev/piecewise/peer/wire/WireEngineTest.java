package dev.piecewise.peer.wire;

import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmEngineContract;
import java.net.InetAddress;

class WireEngineTest extends SwarmEngineContract {
    @Override
    protected SwarmEngine newEngine(InetAddress listen, int port) {
        return new WireEngine(EngineConfig.defaults().at(listen, port));
    }
}
