package dev.piecewise.tracker.artifact;

import dev.piecewise.core.Place;
import dev.piecewise.tracker.lease.Lease;
import dev.piecewise.tracker.lease.LeaseBook;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.trackerclient.api.NodeList;
import dev.piecewise.trackerclient.api.NodeStatus;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is known of every live process, for people. Whoever calls holds the scheduler's lock. */
final class NodeView {
    private final ArtifactBook book;
    private final LeaseBook leases;
    private final NodeRegistry nodes;

    NodeView(ArtifactBook book, LeaseBook leases, NodeRegistry nodes) {
        this.book = book;
        this.leases = leases;
        this.nodes = nodes;
    }

    /** Looks at each artifact and each lease once, however many nodes there are. */
    NodeList list(long nowNanos) {
        Map<String, NodeStatus.Leases> leased = leased();
        Map<String, List<NodeStatus.Part>> parts = parts();
        return new NodeList(nodes.all().stream()
                .map(node -> new NodeStatus(
                        node.id(),
                        node.role(),
                        node.advertised().map(InetAddress::getHostAddress).orElse(null),
                        node.place().equals(Place.UNKNOWN) ? null : node.place(),
                        node.takesLeases(),
                        node.webSeed().map(URI::toString).orElse(null),
                        Math.max(0, nowNanos - node.heardNanos()) / 1e9,
                        nodes.report(node.id()).orElse(null),
                        leased.getOrDefault(node.id(), new NodeStatus.Leases(0, 0)),
                        parts.getOrDefault(node.id(), List.of())))
                .toList());
    }

    private Map<String, NodeStatus.Leases> leased() {
        Map<String, NodeStatus.Leases> leased = new HashMap<>();
        for (Lease lease : leases.all()) {
            leased.merge(
                    lease.nodeId(),
                    new NodeStatus.Leases(1, lease.run().pieceCount()),
                    (some, more) -> new NodeStatus.Leases(some.count() + more.count(), some.pieces() + more.pieces()));
        }
        return leased;
    }

    private Map<String, List<NodeStatus.Part>> parts() {
        Map<String, List<NodeStatus.Part>> parts = new HashMap<>();
        for (Artifact artifact : book.all()) {
            artifact.holders.heldByNode().forEach((nodeId, held) -> parts.computeIfAbsent(
                            nodeId, absent -> new ArrayList<>())
                    .add(new NodeStatus.Part(
                            artifact.id.hex(),
                            artifact.resolved.uri().toString(),
                            held,
                            artifact.pieceCount(),
                            artifact.distributions.report(nodeId).orElse(null))));
        }
        return parts;
    }
}
