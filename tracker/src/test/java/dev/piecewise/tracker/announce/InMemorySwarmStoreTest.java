package dev.piecewise.tracker.announce;

import java.util.Random;

class InMemorySwarmStoreTest extends SwarmStoreContract {
    @Override
    SwarmStore store() {
        return new InMemorySwarmStore(new Random(1));
    }
}
