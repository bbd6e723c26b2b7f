package dev.piecewise.seeder.cluster;

import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.core.fault.PiecewiseFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.MagnetLink;
import dev.piecewise.peer.PeerSource;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Peers of a swarm as a magnet link names them: by trackers other than the cluster's, of which those with http and https are
 * asked, all of them every time, and by addresses. Thread-safe.
 */
public final class LinkedPeers implements PeerSource {
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final List<URI> trackers;
    private final List<InetSocketAddress> addresses;
    private final Announce announce;
    private int named;
    private @Nullable PiecewiseFault lastFault;

    /** Asks one tracker, as {@link dev.piecewise.trackerclient.TrackerClient#announce(AnnounceRequest, URI)}. */
    interface Announce {
        AnnounceResponse at(AnnounceRequest request, URI tracker);
    }

    LinkedPeers(List<String> trackers, List<InetSocketAddress> addresses, Announce announce) {
        this.trackers = trackers.stream()
                .flatMap(url -> usable(url).stream())
                .distinct()
                .toList();
        this.addresses = List.copyOf(addresses);
        this.announce = announce;
    }

    LinkedPeers(MagnetLink link, Announce announce) {
        this(link.trackers(), link.peers(), announce);
    }

    private static Optional<URI> usable(String url) {
        try {
            URI uri = new URI(url);
            boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            return http && uri.getHost() != null ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** Whether there is nobody to ask. */
    public boolean isNobody() {
        return trackers.isEmpty() && addresses.isEmpty();
    }

    /** The announce URLs, keys and all. */
    public List<String> trackers() {
        return trackers.stream().map(URI::toString).toList();
    }

    @Override
    public AnnounceResponse announce(AnnounceRequest request) {
        Set<InetSocketAddress> peers = new LinkedHashSet<>();
        for (InetSocketAddress address : addresses) {
            peers.add(new InetSocketAddress(address.getHostString(), address.getPort()));
        }
        List<AnnounceResponse> answers = new ArrayList<>();
        PiecewiseFault fault = null;
        for (URI tracker : trackers) {
            try {
                AnnounceResponse answer = announce.at(request, tracker);
                answers.add(answer);
                peers.addAll(answer.peers());
            } catch (PiecewiseFault e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                fault = e;
            }
        }
        synchronized (this) {
            named = Math.max(named, peers.size());
            lastFault = fault;
        }
        if (answers.isEmpty() && peers.isEmpty()) {
            throw fault == null ? new ProcessFault(Kind.FAILED, "the magnet link names no tracker") : fault;
        }
        return new AnnounceResponse(
                least(answers.stream().map(AnnounceResponse::interval).toList()),
                least(answers.stream().map(AnnounceResponse::minInterval).toList()),
                answers.stream().mapToInt(AnnounceResponse::complete).sum(),
                answers.stream().mapToInt(AnnounceResponse::incomplete).sum(),
                List.copyOf(peers));
    }

    private static Duration least(List<Duration> durations) {
        return durations.stream().min(Duration::compareTo).orElse(INTERVAL);
    }

    /** Why nothing arrives, as far as it is known here: for the user, without keys. */
    public synchronized String findings() {
        if (named > 0) {
            return "the link's trackers name " + named + (named == 1 ? " peer" : " peers")
                    + "; check that peers can be reached from here and hold the torrent";
        }
        return lastFault == null
                ? "the link's trackers name no peer; check that somebody seeds it"
                : "its tracker is of no help: " + lastFault.getMessage();
    }
}
