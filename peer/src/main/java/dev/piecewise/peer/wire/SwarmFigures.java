package dev.piecewise.peer.wire;

import dev.piecewise.core.Place;
import dev.piecewise.peer.Swarm;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What a swarm counts. Thread-safe. */
final class SwarmFigures {
    private final AtomicInteger peers = new AtomicInteger();
    private final AtomicLong downloaded = new AtomicLong();
    private final AtomicLong uploaded = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final Map<Place.Distance, AtomicLong> receivedFrom = new EnumMap<>(Place.Distance.class);
    private final AtomicLong refused = new AtomicLong();
    private final AtomicInteger piecesFromPeers = new AtomicInteger();
    private final AtomicInteger piecesRefused = new AtomicInteger();

    SwarmFigures() {
        for (Place.Distance distance : Place.Distance.values()) {
            receivedFrom.put(distance, new AtomicLong());
        }
    }

    void peers(int connected) {
        peers.set(connected);
    }

    /** Payload came, wanted or not. */
    void received(Place.Distance from, int bytes) {
        received.addAndGet(bytes);
        receivedFrom(from).addAndGet(bytes);
    }

    private AtomicLong receivedFrom(Place.Distance distance) {
        return Objects.requireNonNull(receivedFrom.get(distance));
    }

    /** Payload came that had not come before. */
    void downloaded(int bytes) {
        downloaded.addAndGet(bytes);
    }

    void uploaded(int bytes) {
        uploaded.addAndGet(bytes);
    }

    void pieceFromPeers() {
        piecesFromPeers.incrementAndGet();
    }

    void pieceRefused(int bytes) {
        piecesRefused.incrementAndGet();
        refused.addAndGet(bytes);
    }

    Swarm.Stats stats() {
        long useful = downloaded.get(); // before received, which is never less
        return new Swarm.Stats(
                peers.get(),
                useful,
                uploaded.get(),
                piecesFromPeers.get(),
                piecesRefused.get(),
                received.get() - useful,
                refused.get(),
                new Swarm.FromPlaces(
                        receivedFrom(Place.Distance.SAME_RACK).get(),
                        receivedFrom(Place.Distance.SAME_ZONE).get(),
                        receivedFrom(Place.Distance.OTHER_ZONE).get()));
    }
}
