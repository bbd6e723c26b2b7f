package dev.piecewise.peer;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.metainfo.EncodedInfo;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** The BitTorrent engine of a process. Closing it closes its swarms. */
public interface SwarmEngine extends AutoCloseable {
    /** Where peers of all swarms are answered. */
    int port();

    /**
     * Joins a swarm; returns once its port is bound.
     *
     * @throws dev.piecewise.core.fault.ProcessFault if no port can be had
     */
    Swarm join(SwarmSpec spec);

    /**
     * Gets the info dictionary of a swarm that is known by its infohash alone from its peers (BEP 9, BEP 10). Nothing is joined:
     * this ends with a goodbye to {@code peers}, and a {@link #join} may follow.
     *
     * @param peers where peers come from
     * @param patience how long to try, all in all
     * @return nothing if nobody gave it in time
     * @throws dev.piecewise.core.fault.TorrentFault if what the infohash names is nothing that Piecewise can use
     * @throws InterruptedException when interrupted, which gives up
     */
    Optional<EncodedInfo> metadata(InfoHash infoHash, PeerSource peers, Duration patience) throws InterruptedException;

    /** The most that it sends of one torrent, in bytes per second; empty for no limit. */
    default OptionalLong uploadLimit() {
        return OptionalLong.empty();
    }

    /** The most that it receives of one torrent, in bytes per second; empty for no limit. */
    default OptionalLong downloadLimit() {
        return OptionalLong.empty();
    }

    /**
     * Waits until the limit of what this process sends allows so many bytes more, and takes them: for what goes to others beside
     * the swarms.
     */
    default void awaitUpload(int bytes) throws InterruptedException {}

    @Override
    void close();
}
