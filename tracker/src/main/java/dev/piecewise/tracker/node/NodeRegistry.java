package dev.piecewise.tracker.node;

import dev.piecewise.core.Place;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.NodeReport;
import java.net.InetAddress;
import java.net.URI;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The live processes, each until a deadline on the caller's monotonic clock. Not thread-safe, but for {@link #advertised}, {@link
 * #place} and {@link #isAlive}.
 */
public final class NodeRegistry {
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<String, Optional<InetAddress>> advertised = new ConcurrentHashMap<>();
    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private final Map<String, NodeReport> reports = new HashMap<>();
    private final Set<String> readers = new LinkedHashSet<>();
    private int leaseTakers;

    /**
     * @param role {@code seeder}, {@code node} or {@code get}
     * @param ingest whether it wants to read origins
     * @param advertised where other peers reach it; none means the source address of its announces
     * @param webSeed base URL below which it serves torrents over HTTP, if it does
     * @param place where it stands
     * @param heardNanos when it was heard of last
     */
    public record Node(
            String id,
            String role,
            Ingest ingest,
            Optional<InetAddress> advertised,
            Optional<URI> webSeed,
            Place place,
            long heardNanos) {
        /** Whether it may read at all. */
        public boolean takesLeases() {
            return ingest != Ingest.NEVER;
        }

        /** Whether it reads whatever is asked for. */
        public boolean readsForAll() {
            return ingest == Ingest.ONLY;
        }

        /** Whether it reads only what it fetches itself. */
        public boolean volunteers() {
            return ingest == Ingest.AUTO;
        }

        /** Whether it wants bytes for itself; a seeder reads for others. */
        public boolean wantsBytes() {
            return !role.equals("seeder");
        }
    }

    /** Adds a node, or replaces what was known of it. */
    public void register(Node node) {
        Node before = nodes.put(node.id(), node);
        leaseTakers += (node.takesLeases() ? 1 : 0) - (before != null && before.takesLeases() ? 1 : 0);
        advertised.put(node.id(), node.advertised());
        if (node.readsForAll()) {
            readers.add(node.id());
        } else {
            readers.remove(node.id());
        }
        places.put(node.id(), node.place());
    }

    /** The address that a live node advertises; may be asked by any thread. */
    public Optional<InetAddress> advertised(String id) {
        return advertised.getOrDefault(id, Optional.empty());
    }

    /** Where a live node stands; may be asked by any thread. */
    public Place place(String id) {
        return places.getOrDefault(id, Place.UNKNOWN);
    }

    /** Whether there is a live node of that id; may be asked by any thread. */
    public boolean isAlive(String id) {
        return advertised.containsKey(id);
    }

    /** The node, if it is alive. */
    public Optional<Node> find(String id) {
        return Optional.ofNullable(nodes.get(id));
    }

    /** A node was heard of. */
    public void heard(String id, long nowNanos) {
        nodes.computeIfPresent(
                id,
                (key, node) -> new Node(
                        id, node.role(), node.ingest(), node.advertised(), node.webSeed(), node.place(), nowNanos));
    }

    /** What a live node says of itself; of others nothing is remembered. */
    public void reported(String id, NodeReport report) {
        if (nodes.containsKey(id)) {
            reports.put(id, report);
        }
    }

    /** What a live node said of itself last, if it did. */
    public Optional<NodeReport> report(String id) {
        return Optional.ofNullable(reports.get(id));
    }

    /** All live nodes, in order of their first registration. */
    public List<Node> all() {
        return List.copyOf(nodes.values());
    }

    /** How many are alive. */
    public int count() {
        return nodes.size();
    }

    /** Removes a node; whether it was there. */
    public boolean remove(String id) {
        reports.remove(id);
        advertised.remove(id);
        readers.remove(id);
        places.remove(id);
        Node removed = nodes.remove(id);
        leaseTakers -= removed != null && removed.takesLeases() ? 1 : 0;
        return removed != null;
    }

    /** Nodes not heard of for longer than {@code nanos}. */
    public List<String> silent(long nowNanos, long nanos) {
        return nodes.values().stream()
                .filter(node -> nowNanos - node.heardNanos() > nanos)
                .map(Node::id)
                .toList();
    }

    /** Live nodes that serve web seeds, in order of their first registration. */
    public List<Node> webSeeds() {
        return nodes.values().stream()
                .filter(node -> node.webSeed().isPresent())
                .toList();
    }

    /** Ids of live nodes that read for everybody. */
    public Set<String> readerIds() {
        return Collections.unmodifiableSet(readers);
    }

    /** Ids of those that read for everybody, or, if there are none, of all that take leases. */
    public Set<String> leaseTakerIds() {
        return readers.isEmpty()
                ? nodes.values().stream()
                        .filter(Node::takesLeases)
                        .map(Node::id)
                        .collect(Collectors.toUnmodifiableSet())
                : readerIds();
    }

    /** How many live nodes take leases. */
    public int leaseTakers() {
        return leaseTakers;
    }
}
