package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.HeartbeatReply;
import java.util.List;

/** Whoever works on leases: asked before every heartbeat, told its answer. */
public interface LeaseKeeper {
    /** Of a process that takes no leases. */
    LeaseKeeper NONE = new LeaseKeeper() {
        @Override
        public Heartbeat heartbeat() {
            return new Heartbeat(List.of());
        }

        @Override
        public void renewed(Heartbeat asked, HeartbeatReply reply, long sentNanos) {}
    };

    /** Body bytes read from origins so far, under whatever lease. */
    default long bytesRead() {
        return 0;
    }

    /** The same of one artifact. */
    default long bytesRead(ArtifactId id) {
        return 0;
    }

    /** The leases that are worked on. */
    Heartbeat heartbeat();

    /**
     * A heartbeat was answered: what {@code asked} names and {@code reply} does not is lost.
     *
     * @param sentNanos monotonic time just before it was sent, from which to count the seconds left
     */
    void renewed(Heartbeat asked, HeartbeatReply reply, long sentNanos);
}
