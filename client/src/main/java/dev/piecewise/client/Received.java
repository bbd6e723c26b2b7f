package dev.piecewise.client;

/**
 * Bytes that came to this process for the sake of a fetch, by where they came from.
 *
 * @param fromPeers payload from peers, all of it that was new
 * @param sameRack payload from peers of the same rack, new or in vain; these three lack what came from peers of unknown places
 * @param sameZone likewise of the same zone, but not of the same rack, as far as is known
 * @param otherZone likewise of other zones
 * @param fromOrigin body bytes that this process read from the origin, under whatever lease; another one's are that one's
 */
public record Received(long fromPeers, long sameRack, long sameZone, long otherZone, long fromOrigin) {
    /** Nothing. */
    public static final Received NOTHING = new Received(0, 0, 0, 0, 0);

    /** Whether some of it came from peers whose distance is known: by their labels and those of this process. */
    public boolean hasPlaces() {
        return sameRack + sameZone + otherZone > 0;
    }

    Received plus(Received more) {
        return new Received(
                fromPeers + more.fromPeers,
                sameRack + more.sameRack,
                sameZone + more.sameZone,
                otherZone + more.otherZone,
                fromOrigin + more.fromOrigin);
    }

    Received minus(Received before) {
        return new Received(
                fromPeers - before.fromPeers,
                sameRack - before.sameRack,
                sameZone - before.sameZone,
                otherZone - before.otherZone,
                fromOrigin - before.fromOrigin);
    }
}
