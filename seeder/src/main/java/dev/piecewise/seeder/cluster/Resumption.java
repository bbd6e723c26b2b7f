package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.metainfo.EncodedInfo;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on with what a former process left in the store: offers it again, fetches the rest of it, and removes what only passed through.
 * What cannot be is logged and left: one broken artifact does not keep the others.
 */
final class Resumption {
    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);

    private final Participant participant;
    private final Store store;
    private final Tracker tracker;
    private final String role;
    private final LongSupplier nanoTime;

    /**
     * @param participant which joins the swarms
     * @param role by which it is registered
     */
    Resumption(Participant participant, Store store, Tracker tracker, String role, LongSupplier nanoTime) {
        this.participant = participant;
        this.store = store;
        this.tracker = tracker;
        this.role = role;
        this.nanoTime = nanoTime;
    }

    /** Takes up everything; gives the artifacts that have no torrent yet, whose swarms the caller is to find. */
    List<ArtifactId> resume() {
        return store.stored().stream()
                .filter(this::resume)
                .map(Store.Stored::id)
                .toList();
    }

    private boolean resume(Store.Stored stored) {
        try {
            if (store.isPassing(stored.id())) {
                participant.kept().discard(stored.id()); // whoever wanted it is gone, and so was the process before
                return false;
            }
            if (stored.torrent().isPresent()) {
                EncodedInfo torrent = stored.torrent().get();
                if (stored.id().equals(ArtifactId.of(torrent.infoHash()))) {
                    participant.join(torrent, new LinkedPeers(stored.trackers(), List.of(), tracker::announce));
                } else {
                    participant.join(stored.id(), torrent.info());
                    goesOn(stored.id());
                }
                return false;
            }
            participant.share(stored.id(), stored.content());
            goesOn(stored.id());
            return true;
        } catch (PiecewiseFault fault) {
            LOG.warn("not seeding {}: {}", stored.content().name(), fault.getMessage());
            return false;
        }
    }

    /** What somebody asked a former process for is fetched further, unasked; a seeder only has what it reads for others. */
    private void goesOn(ArtifactId id) {
        if (!role.equals("seeder")) {
            participant.asked(id, nanoTime.getAsLong());
        }
    }
}
