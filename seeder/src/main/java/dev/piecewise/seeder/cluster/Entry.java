package dev.piecewise.seeder.cluster;

import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.peer.PeerSource;
import dev.piecewise.trackerclient.api.ArtifactEntry;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Neighbours;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the tracker answered to an ask: the artifact and, most often, all that is needed to begin with its swarm at once: its hashes as
 * far as they are known and its first peers. What is missing here is asked for when it is needed.
 */
public final class Entry {
    /** Whoever joined in so long is unknown to us, as news of peers reach only swarms that run. */
    private static final Duration FRESH = Duration.ofSeconds(2);

    private final ArtifactEntry answer;
    private final LongSupplier nanoTime;
    private final long answeredNanos;

    Entry(ArtifactEntry answer, LongSupplier nanoTime) {
        this.answer = answer;
        this.nanoTime = nanoTime;
        this.answeredNanos = nanoTime.getAsLong();
    }

    /** That an artifact is there, and nothing else. */
    static Entry of(ArtifactStatus status) {
        return new Entry(new ArtifactEntry(status, null, null), () -> 0);
    }

    /** How the artifact stood. */
    public ArtifactStatus artifact() {
        return answer.artifact();
    }

    /**
     * The torrent, if it was published and all of its hashes came with the answer.
     *
     * @throws dev.piecewise.core.fault.TorrentFault if they do not make the torrent of that infohash
     */
    public Optional<InfoDictionary> torrent() {
        return hashes().flatMap(list -> PublishedTorrent.of(artifact(), list));
    }

    /** The first hashes that were known. */
    Optional<HashList> hashes() {
        return Optional.ofNullable(answer.hashes());
    }

    /** Announces at the tracker, but the first announce says nothing new and is answered from what came with this. */
    PeerSource peers(PeerSource tracker) {
        AtomicReference<@Nullable Neighbours> first = new AtomicReference<>(answer.neighbours());
        return request -> {
            Neighbours named = first.getAndSet(null);
            return named != null && isKnown(request, named) ? response(named) : tracker.announce(request);
        };
    }

    /** Whether the tracker took it for granted when it answered. */
    private boolean isKnown(AnnounceRequest request, Neighbours named) {
        return request.event() == AnnounceEvent.STARTED
                && request.leftBytes() > 0
                && request.infoHash().hex().equals(named.swarm())
                && nanoTime.getAsLong() - answeredNanos <= FRESH.toNanos();
    }

    private static AnnounceResponse response(Neighbours named) {
        return new AnnounceResponse(
                duration(named.intervalSeconds()),
                duration(named.minIntervalSeconds()),
                named.seeds(),
                named.leeches(),
                named.peers().stream()
                        .map(peer -> new InetSocketAddress(peer.host(), peer.port()))
                        .toList());
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000));
    }
}
