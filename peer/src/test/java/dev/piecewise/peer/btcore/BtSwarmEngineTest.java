package dev.piecewise.peer.btcore;

import dev.piecewise.peer.SwarmEngine;
import dev.piecewise.peer.SwarmEngineContract;
import java.net.InetAddress;

class BtSwarmEngineTest extends SwarmEngineContract {
    @Override
    protected SwarmEngine newEngine(InetAddress listen, int port) {
        return new BtSwarmEngine(EngineConfig.defaults().at(listen, port));
    }
}
