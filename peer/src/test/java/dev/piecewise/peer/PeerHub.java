package dev.piecewise.peer;

import dev.piecewise.core.InfoHash;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A tracker in memory. */
public final class PeerHub implements PeerSource {
    private final Map<Integer, InetSocketAddress> peers = new LinkedHashMap<>();
    private final List<AnnounceRequest> announces = new ArrayList<>();
    private final InetAddress address;

    public PeerHub(InetAddress address) {
        this.address = address;
    }

    @Override
    public synchronized AnnounceResponse announce(AnnounceRequest request) {
        announces.add(request);
        List<InetSocketAddress> known = new ArrayList<>(peers.values());
        if (request.event() == AnnounceEvent.STOPPED) {
            peers.remove(request.port());
        } else {
            peers.put(request.port(), new InetSocketAddress(address, request.port()));
        }
        return new AnnounceResponse(Duration.ofSeconds(30), Duration.ofSeconds(1), 0, 0, known);
    }

    public synchronized void name(int port) {
        peers.put(port, new InetSocketAddress(address, port));
    }

    public synchronized List<AnnounceEvent> eventsOf(int port) {
        return announces.stream()
                .filter(announce -> announce.port() == port)
                .map(AnnounceRequest::event)
                .toList();
    }

    synchronized Set<InfoHash> infoHashesOf(int port) {
        return announces.stream()
                .filter(announce -> announce.port() == port)
                .map(AnnounceRequest::infoHash)
                .collect(Collectors.toSet());
    }

    synchronized List<AnnounceEvent> events() {
        return announces.stream().map(AnnounceRequest::event).toList();
    }
}
