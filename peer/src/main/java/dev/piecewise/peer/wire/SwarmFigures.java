package dev.piecewise.peer.wire;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.Place;
import dev.piecewise.peer.Swarm;
import java.util.EnumMap;
import java.util.Map;

/** What a swarm counts; what is read belongs to one moment. Thread-safe. */
final class SwarmFigures {
    @GuardedBy("this")
    private int peers;

    @GuardedBy("this")
    private long downloaded;

    @GuardedBy("this")
    private long uploaded;

    @GuardedBy("this")
    private final Map<Place.Distance, Long> receivedFrom = new EnumMap<>(Place.Distance.class);

    @GuardedBy("this")
    private long refused;

    @GuardedBy("this")
    private int piecesFromPeers;

    @GuardedBy("this")
    private int piecesRefused;

    synchronized void peers(int connected) {
        peers = connected;
    }

    /**
     * Payload came, wanted or not.
     *
     * @param fresh how much of it had not come before
     */
    synchronized void received(Place.Distance from, int bytes, int fresh) {
        receivedFrom.merge(from, (long) bytes, Long::sum);
        downloaded += fresh;
    }

    synchronized void uploaded(int bytes) {
        uploaded += bytes;
    }

    synchronized void pieceFromPeers() {
        piecesFromPeers++;
    }

    synchronized void pieceRefused(int bytes) {
        piecesRefused++;
        refused += bytes;
    }

    synchronized Swarm.Stats stats() {
        long received =
                receivedFrom.values().stream().mapToLong(Long::longValue).sum();
        return new Swarm.Stats(
                peers,
                downloaded,
                uploaded,
                piecesFromPeers,
                piecesRefused,
                received - downloaded,
                refused,
                new Swarm.FromPlaces(
                        receivedFrom(Place.Distance.SAME_RACK),
                        receivedFrom(Place.Distance.SAME_ZONE),
                        receivedFrom(Place.Distance.OTHER_ZONE)));
    }

    @GuardedBy("this")
    private long receivedFrom(Place.Distance distance) {
        return receivedFrom.getOrDefault(distance, 0L);
    }
}
