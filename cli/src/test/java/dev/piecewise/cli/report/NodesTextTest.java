package dev.piecewise.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.Place;
import dev.piecewise.trackerclient.api.NodeReport;
import dev.piecewise.trackerclient.api.NodeReport.Flow;
import dev.piecewise.trackerclient.api.NodeStatus;
import dev.piecewise.trackerclient.api.TransferReport;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class NodesTextTest {
    private static final long MIB = 1 << 20;

    private static NodeStatus node(
            String role, @Nullable NodeReport report, NodeStatus.Leases leases, NodeStatus.Part... parts) {
        return new NodeStatus(
                "0123456789abcdef", role, "10.0.0.9", null, false, null, 1, report, leases, List.of(parts));
    }

    private static NodeStatus.Part part(String uri, int held, int count, @Nullable Double asked) {
        return new NodeStatus.Part("00", uri, held, count, transfer(asked));
    }

    private static TransferReport transfer(@Nullable Double asked) {
        return new TransferReport(asked, null, false, 0, 0, 0, 0, 0, 0, 0, 0, null, 0, null, null, null);
    }

    private static NodeReport report(NodeReport.Unpacking... unpacking) {
        return new NodeReport(
                1.25,
                8,
                null,
                200 * MIB,
                null,
                Flow.NONE,
                new Flow(9 * MIB, 3 * MIB),
                new Flow(5 * MIB, 2 * MIB),
                Flow.NONE,
                new NodeReport.Disk(7 * MIB, 11 * MIB),
                List.of(unpacking));
    }

    @Test
    void aLineSaysWhatANodeUsesHoldsAndDoes() {
        NodeStatus node = node(
                "node",
                report(new NodeReport.Unpacking("tools.tar.gz", 40, 100)),
                new NodeStatus.Leases(0, 0),
                part("s3://b/model.bin", 77, 100, 5.0),
                part("s3://b/data/", 3, 3, 9.0));
        assertThat(new NodesText(List.of(node)).lines().get(1).replaceAll("  +", "|"))
                .isEqualTo("01234567|node|10.0.0.9|1.3/8|200 MiB|-|3 MiB/s|2 MiB/s|-|7 MiB|11 MiB|80/103|-|"
                        + "fetching model.bin 77%, unpacking tools.tar.gz 40%, seeding 1");
    }

    @Test
    void whereNodesAreLabelledTheirPlacesAndTheDistancesOfBytesAreShown() {
        TransferReport transfer = new TransferReport(
                1.0,
                2.0,
                false,
                7,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                null,
                0,
                null,
                null,
                new TransferReport.FromPlaces(MIB, 2 * MIB, 3 * MIB));
        NodeStatus node = new NodeStatus(
                "0123456789abcdef",
                "node",
                "10.0.0.9",
                new Place("eu", "r1"),
                false,
                null,
                1,
                null,
                new NodeStatus.Leases(0, 0),
                List.of(new NodeStatus.Part("00", "s3://b/k", 3, 3, transfer)));
        List<String> lines = new NodesText(List.of(node, node)).lines();
        assertThat(lines.get(1)).contains("10.0.0.9 eu/r1");
        assertThat(lines)
                .last()
                .isEqualTo("Received from peers of the same rack 2 MiB, elsewhere in the zone 4 MiB, of other zones"
                        + " 6 MiB.");
    }

    @Test
    void beforeItsFirstHeartbeatWhatTheTrackerKnowsIsShown() {
        NodeStatus seeder = node("seeder", null, new NodeStatus.Leases(2, 8), part("s3://b/model.bin", 77, 100, null));
        assertThat(new NodesText(List.of(seeder)).lines().get(1).replaceAll("  +", "|"))
                .isEqualTo("01234567|seeder|10.0.0.9|-|-|-|-|-|-|-|-|77/100|2|reading 8 pieces");
    }

    @Test
    void theLastLineSumsUp() {
        NodeStatus node = node("node", report(), new NodeStatus.Leases(0, 0));
        NodeStatus seeder = node("seeder", null, new NodeStatus.Leases(2, 8));
        assertThat(new NodesText(List.of(node, node, seeder)).lines())
                .last()
                .isEqualTo("3 processes (1 seeder): 0 B/s from S3, 6 MiB/s from peers; 2 leases");
    }
}
