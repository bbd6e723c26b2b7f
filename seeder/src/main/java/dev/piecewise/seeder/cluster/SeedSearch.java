package dev.piecewise.seeder.cluster;

import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.peer.PeerSource;
import java.time.Duration;

/**
 * Announces at trackers that are not the cluster's, and while they name no seed asks again sooner than they say. The pauses double
 * up to the tracker's own. For the one announce thread of a swarm.
 */
final class SeedSearch implements PeerSource {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final int MAX_DOUBLINGS = 10;

    private final PeerSource tracker;
    private int seedless;

    SeedSearch(PeerSource tracker) {
        this.tracker = tracker;
    }

    @Override
    public AnnounceResponse announce(AnnounceRequest request) {
        AnnounceResponse response = tracker.announce(request);
        if (request.leftBytes() == 0 || response.complete() > 0) {
            seedless = 0;
            return response;
        }
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(seedless++, MAX_DOUBLINGS));
        return new AnnounceResponse(
                response.interval(),
                pause.compareTo(response.minInterval()) < 0 ? pause : response.minInterval(),
                response.complete(),
                response.incomplete(),
                response.peers());
    }
}
