package dev.piecewise.peer.schedule;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The other zones and what they have. Zones that fetch from the same one had best begin with different pieces and pass them on to each other, so
 * that the link out of that one carries little twice: for each piece hashing gives an order of the zones.
 */
final class FarZones {
    private final String ownZone;
    private final Map<String, Zone> zones = new HashMap<>();
    private final Map<PeerState, Zone> zoneOf = new HashMap<>();

    private static final class Zone {
        private final String label;
        private final Set<PeerState> peers = new LinkedHashSet<>();
        /** What its peers have, those that left while others stayed included. */
        private final BitSet held = new BitSet();
        /** Ever. */
        private final BitSet told = new BitSet();
        /** Pieces for which it goes before our zone, as far as this was asked. */
        private final BitSet before = new BitSet();

        private int beforeKnown;

        Zone(String label) {
            this.label = label;
        }
    }

    /** @param ownZone label of this node's zone */
    FarZones(String ownZone) {
        this.ownZone = ownZone;
    }

    void joined(PeerState peer) {
        left(peer); // it may have told another zone before
        Zone zone = zones.computeIfAbsent(peer.zone(), Zone::new);
        zone.peers.add(peer);
        zoneOf.put(peer, zone);
    }

    void left(PeerState peer) {
        Zone zone = zoneOf.remove(peer);
        if (zone != null) {
            zone.peers.remove(peer);
            if (zone.peers.isEmpty()) {
                zone.held.clear();
            }
        }
    }

    /** Of the zone of this peer. */
    Collection<PeerState> peersWith(PeerState peer) {
        Zone zone = zoneOf.get(peer);
        return zone == null ? List.of() : zone.peers;
    }

    /**
     * A peer has these.
     *
     * @return those that nobody of its zone ever told before
     */
    BitSet has(PeerState peer, BitSet pieces) {
        BitSet fresh = (BitSet) pieces.clone();
        Zone zone = zoneOf.get(peer);
        if (zone != null) {
            zone.held.or(pieces);
            fresh.andNot(zone.told);
            zone.told.or(pieces);
        }
        return fresh;
    }

    /** Those of the pieces that our zone had best begin to fetch from the zone of this peer: no zone that has fewer has them, or goes before us. */
    BitSet first(BitSet pieces, PeerState from) {
        BitSet first = (BitSet) pieces.clone();
        for (Zone zone : smaller(from)) {
            first.andNot(zone.held);
            first.andNot(before(zone, pieces.length()));
        }
        return first;
    }

    /** Those of which that is least untrue. */
    BitSet next(BitSet pieces, PeerState from) {
        List<Zone> smaller = smaller(from);
        BitSet next = new BitSet();
        int least = Integer.MAX_VALUE;
        for (int piece = pieces.nextSetBit(0); piece >= 0; piece = pieces.nextSetBit(piece + 1)) {
            int others = 0;
            for (Zone zone : smaller) {
                others += zone.held.get(piece) || before(zone, pieces.length()).get(piece) ? 1 : 0;
            }
            if (others < least) {
                least = others;
                next.clear();
            }
            next.set(piece, others == least);
        }
        return next;
    }

    private List<Zone> smaller(PeerState from) {
        Zone source = zoneOf.get(from);
        int has = source == null ? 0 : source.held.cardinality();
        return zones.values().stream()
                .filter(zone -> !zone.peers.isEmpty() && zone.held.cardinality() < has)
                .toList();
    }

    private BitSet before(Zone zone, int pieces) {
        for (; zone.beforeKnown < pieces; zone.beforeKnown++) {
            zone.before.set(zone.beforeKnown, goesBefore(zone.label, zone.beforeKnown));
        }
        return zone.before;
    }

    private boolean goesBefore(String zone, int piece) {
        return Long.compareUnsigned(ZoneEntry.mix(zone.hashCode() ^ piece), ZoneEntry.mix(ownZone.hashCode() ^ piece))
                < 0;
    }
}
