package dev.piecewise.cli.report;

import dev.piecewise.core.ByteSize;
import dev.piecewise.core.Place;
import dev.piecewise.trackerclient.api.NodeReport;
import dev.piecewise.trackerclient.api.NodeStatus;
import dev.piecewise.trackerclient.api.TransferReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The processes of a cluster as a table, one a line, with a line for all of them together. */
public final class NodesText {
    private static final String UNKNOWN = "-";
    private static final int ID_CHARS = 8;
    private static final double SILENT_SECONDS = 12; // two heartbeats have not come

    private final List<NodeStatus> nodes;

    public NodesText(List<NodeStatus> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /** The table; one sentence if there is nobody. */
    public List<String> lines() {
        if (nodes.isEmpty()) {
            return List.of("No process is registered at the tracker; start 'piecewise seeder' and 'piecewise node'.");
        }
        Table table = new Table(
                "NODE",
                "ROLE",
                "HOST",
                "CPU",
                "MEMORY",
                "FROM S3",
                "FROM PEERS",
                "TO PEERS",
                "HTTP",
                "STORE",
                "FREE",
                "PIECES",
                "LEASES",
                "DOES");
        nodes.forEach(node -> table.add(row(node)));
        List<String> lines = new ArrayList<>(table.lines());
        lines.add(sum());
        nodes.stream()
                .flatMap(node -> node.artifacts().stream())
                .flatMap(part -> Stream.ofNullable(part.transfer()))
                .flatMap(transfer -> Stream.ofNullable(transfer.fromPlaces()))
                .reduce(TransferReport.FromPlaces::plus)
                .ifPresent(from -> lines.add("Received from peers of the same rack " + ByteSize.format(from.sameRack())
                        + ", elsewhere in the zone " + ByteSize.format(from.sameZone()) + ", of other zones "
                        + ByteSize.format(from.otherZone()) + "."));
        return lines;
    }

    private static List<String> row(NodeStatus node) {
        NodeReport report = node.report();
        List<String> row = new ArrayList<>();
        row.add(node.nodeId().length() > ID_CHARS ? node.nodeId().substring(0, ID_CHARS) : node.nodeId());
        row.add(node.role());
        row.add((node.host() == null ? UNKNOWN : node.host()) + place(node.place()));
        if (report == null) {
            for (int i = 0; i < 8; i++) {
                row.add(UNKNOWN);
            }
        } else {
            row.add(String.format(Locale.ROOT, "%.1f/%d", report.cpu(), report.processors()));
            row.add(ByteSize.format(report.memoryBytes()));
            row.add(rate(report.fromOrigin()));
            row.add(rate(report.fromPeers()));
            row.add(rate(report.toPeers()));
            row.add(rate(report.overHttp()));
            row.add(ByteSize.format(report.disk().heldBytes()));
            Long free = report.disk().freeBytes();
            row.add(free == null ? UNKNOWN : ByteSize.format(free));
        }
        row.add(node.artifacts().stream().mapToLong(NodeStatus.Part::piecesHeld).sum()
                + "/"
                + node.artifacts().stream()
                        .mapToLong(NodeStatus.Part::pieceCount)
                        .sum());
        row.add(
                node.leases().count() == 0
                        ? UNKNOWN
                        : String.valueOf(node.leases().count()));
        row.add(does(node));
        return row;
    }

    private static String place(@Nullable Place place) {
        return place == null ? "" : " " + place.zone() + (place.rack().isEmpty() ? "" : "/" + place.rack());
    }

    private static String rate(NodeReport.Flow flow) {
        return flow.bytesPerSecond() == 0 ? UNKNOWN : ByteSize.format(flow.bytesPerSecond()) + "/s";
    }

    /** For example {@code fetching model.bin 77%, unpacking tools.tar.gz 40%}. */
    private static String does(NodeStatus node) {
        List<String> does = new ArrayList<>();
        if (node.heardSecondsAgo() > SILENT_SECONDS) {
            does.add("silent for " + (long) node.heardSecondsAgo() + " s");
        }
        List<NodeStatus.Part> fetched =
                node.artifacts().stream().filter(NodesText::isFetched).toList();
        if (!fetched.isEmpty()) {
            NodeStatus.Part first = fetched.get(0);
            does.add("fetching " + name(first.uri()) + " " + percent(first.piecesHeld(), first.pieceCount())
                    + more(fetched.size()));
        }
        if (node.leases().count() > 0) {
            int pieces = node.leases().pieces();
            does.add("reading " + pieces + (pieces == 1 ? " piece" : " pieces"));
        }
        NodeReport report = node.report();
        if (report != null && !report.unpacking().isEmpty()) {
            NodeReport.Unpacking first = report.unpacking().get(0);
            does.add("unpacking " + first.name() + " " + percent(first.bytes(), first.totalBytes())
                    + more(report.unpacking().size()));
        }
        long complete = node.artifacts().stream()
                .filter(part -> part.piecesHeld() == part.pieceCount())
                .count();
        if (complete > 0) {
            does.add("seeding " + complete);
        }
        return does.isEmpty() ? "nothing" : String.join(", ", does);
    }

    private static boolean isFetched(NodeStatus.Part part) {
        TransferReport transfer = part.transfer();
        return part.piecesHeld() < part.pieceCount()
                && transfer != null
                && transfer.askedSecondsAgo() != null
                && !transfer.gaveUp();
    }

    private static String name(String uri) {
        String bare = uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
        return uri.substring(bare.lastIndexOf('/') + 1);
    }

    private static String more(int count) {
        return count == 1 ? "" : " and " + (count - 1) + " more";
    }

    private static String percent(long part, long whole) {
        return (whole <= 0 ? 100 : Math.min(100, 100 * part / whole)) + "%";
    }

    private String sum() {
        long seeders =
                nodes.stream().filter(node -> node.role().equals("seeder")).count();
        return nodes.size() + (nodes.size() == 1 ? " process" : " processes") + " (" + seeders
                + (seeders == 1 ? " seeder" : " seeders") + "): "
                + rate(of -> of.fromOrigin().bytesPerSecond())
                + " from S3, " + rate(of -> of.fromPeers().bytesPerSecond()) + " from peers; "
                + nodes.stream().mapToInt(node -> node.leases().count()).sum() + " leases";
    }

    private String rate(ToLongFunction<NodeReport> of) {
        long sum = nodes.stream()
                .map(NodeStatus::report)
                .flatMap(report -> Stream.ofNullable(report))
                .mapToLong(of)
                .sum();
        return ByteSize.format(sum) + "/s";
    }
}
