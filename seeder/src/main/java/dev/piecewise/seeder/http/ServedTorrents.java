package dev.piecewise.seeder.http;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.seeder.cluster.Participant;
import dev.piecewise.seeder.cluster.PublishedTorrent;
import dev.piecewise.seeder.cluster.Tracker;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The torrents that may be asked for: all that the tracker serves. One that this process does not take part in yet is joined
 * when it is asked for, by who has its key. Thread-safe.
 */
final class ServedTorrents {
    private static final int MAX_KNOWN = 1_000;
    private static final int RETRY_AFTER_SECONDS = 5;
    private static final Pattern KEYED_ANNOUNCE = Pattern.compile(".*/k/([^/]+)/announce");

    private final Tracker tracker;
    private final Participant participant;
    private final PieceArrivals arrivals;

    @GuardedBy("this")
    private final Map<InfoHash, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InfoHash, Known> eldest) {
            return size() > MAX_KNOWN;
        }
    };

    /** What the tracker says of a torrent; the key is never logged. */
    private record Known(ArtifactId id, InfoDictionary info, Optional<String> key) {}

    ServedTorrents(Tracker tracker, Participant participant, PieceArrivals arrivals) {
        this.tracker = tracker;
        this.participant = participant;
        this.arrivals = arrivals;
    }

    /**
     * The torrent, if the tracker serves it and this key, or none if it hands out none, opens it.
     *
     * @throws Unavailable if the tracker has to be asked and is away
     */
    Optional<ServedTorrent> find(InfoHash infoHash, Optional<String> key) throws Unavailable {
        try {
            Known torrent = remembered(infoHash);
            if (torrent == null) {
                torrent = ask(infoHash);
            }
            if (!opens(torrent.key(), key)) {
                return Optional.empty();
            }
            if (participant.swarm(torrent.id()).isEmpty()) {
                participant.join(torrent.id(), torrent.info());
            }
            return Optional.of(new ServedTorrent(
                    infoHash, participant.share(torrent.id(), torrent.info().content()), arrivals));
        } catch (PiecewiseFault fault) {
            if (fault.kind() == Kind.NOT_FOUND) {
                return Optional.empty();
            }
            throw new Unavailable(RETRY_AFTER_SECONDS, "torrent " + infoHash + ": " + fault.getMessage());
        }
    }

    private synchronized @Nullable Known remembered(InfoHash infoHash) {
        return known.get(infoHash);
    }

    private Known ask(InfoHash infoHash) {
        ArtifactStatus status = tracker.artifact(infoHash);
        Metainfo metainfo = PublishedTorrent.metainfo(tracker, status);
        Matcher keyed = KEYED_ANNOUNCE.matcher(metainfo.announce().orElse(""));
        Known answer = new Known(
                new ArtifactId(status.id()),
                metainfo.info(),
                keyed.matches() ? Optional.of(keyed.group(1)) : Optional.empty());
        synchronized (this) {
            known.put(infoHash, answer);
        }
        return answer;
    }

    private static boolean opens(Optional<String> lock, Optional<String> key) {
        if (lock.isEmpty()) {
            return true;
        }
        byte[] shown = key.orElse("").getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(shown, lock.get().getBytes(StandardCharsets.UTF_8));
    }
}
