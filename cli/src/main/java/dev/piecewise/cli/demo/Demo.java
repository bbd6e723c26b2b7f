package dev.piecewise.cli.demo;

import dev.piecewise.cli.report.DistributionText;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Distribution;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Runs the parts, asks all nodes at once, shows the progress and proves the result. */
public final class Demo {
    private static final long POLL_MILLIS = 150;
    private static final Duration LAST_REPORTS = Duration.ofSeconds(7);

    private final DemoPlan plan;
    private final DemoStage stage;
    private final PrintStream out;

    public Demo(DemoPlan plan, DemoStage stage) {
        this.plan = plan;
        this.stage = stage;
        this.out = stage.out();
    }

    /**
     * Runs the demo to its proof; the processes stay up until the stage's owner closes them.
     *
     * @throws ProcessFault if a part cannot start or dies
     */
    public DemoReport run(boolean explain) throws InterruptedException {
        DemoSpace.check(
                plan.temporary(),
                plan.objectBytes(),
                plan.nodes() + 2L,
                "choose a smaller --size or fewer --nodes, or set TMPDIR");
        ScratchDirectory scratch = ScratchDirectory.below(plan.temporary());
        stage.owner().accept(scratch);
        out.println("Piecewise demo: 1 seeder and " + plan.nodes() + (plan.nodes() == 1 ? " node" : " nodes")
                + ", all on this machine; one object of " + ByteSize.format(plan.objectBytes())
                + ", one of 0 bytes and a prefix of 20 files.");
        out.flush();
        DemoCluster cluster = new DemoCluster(scratch, stage.err()::println);
        stage.owner().accept(cluster);
        List<DemoArtifact> artifacts = cluster.startOrigin(plan.objectBytes());
        List<DemoCluster.Member> members = cluster.startMembers(plan.nodes());
        URI tracker = cluster.tracker();
        List<DemoNode> nodes = members.stream()
                .map(member -> new DemoNode(member, artifacts, tracker, plan.pieceLength(), stage.nanoTime()))
                .toList();
        out.println("S3 at " + cluster.s3().endpoint() + ", tracker at " + tracker + "; all nodes ask at once for "
                + artifacts.stream().map(artifact -> artifact.uri().toString()).collect(Collectors.joining(", "))
                + ".");
        out.flush();
        Asking.all(cluster, nodes, stage.progress(nodes.size()));
        DemoReport report = verify(cluster, nodes, artifacts);
        print(report, nodes);
        new DistributionText(report.distribution()).lines().forEach(out::println);
        out.flush();
        if (explain) {
            try (TrackerClient client = new TrackerClient(tracker, Optional.empty())) {
                List<ArtifactStatus> known = client.artifacts().artifacts();
                List<String> webSeeds = known.stream()
                        .flatMap(status -> Optional.ofNullable(status.infoHash()).stream())
                        .flatMap(hex -> Metainfo.parse(client.torrent(InfoHash.fromHex(hex))).urlList().stream())
                        .toList();
                new DemoGuide(tracker, cluster.s3().endpoint(), scratch.path(), members, known, webSeeds).print(out);
            }
        }
        return report;
    }

    private DemoReport verify(DemoCluster cluster, List<DemoNode> nodes, List<DemoArtifact> artifacts)
            throws InterruptedException {
        List<DemoReport.NodeResult> results =
                nodes.parallelStream().map(DemoNode::verify).toList();
        long artifactBytes =
                artifacts.stream().mapToLong(DemoArtifact::totalBytes).sum();
        return DemoReport.of(artifactBytes, cluster.s3().objectBytesSent(), results, distribution(cluster));
    }

    /** Of the big object; what was sent last the processes tell with their next heartbeats. */
    private Distribution distribution(DemoCluster cluster) throws InterruptedException {
        long started = stage.nanoTime().getAsLong();
        try (TrackerClient client = new TrackerClient(cluster.tracker(), Optional.empty())) {
            ArtifactId id = client.artifacts().artifacts().stream()
                    .filter(status -> status.uri().equals(DemoArtifact.OBJECT.toString()))
                    .map(status -> new ArtifactId(status.id()))
                    .findFirst()
                    .orElseThrow(() ->
                            new ProcessFault(Kind.FAILED, "the demo's tracker does not know " + DemoArtifact.OBJECT));
            while (true) {
                Distribution distribution = client.distribution(id);
                if (isWhole(distribution) || stage.nanoTime().getAsLong() - started > LAST_REPORTS.toNanos()) {
                    return distribution;
                }
                Thread.sleep(POLL_MILLIS);
            }
        }
    }

    private boolean isWhole(Distribution distribution) {
        if (distribution.totalBytes() == 0) {
            return true;
        }
        long sent = distribution.parts().stream()
                .mapToLong(part -> part.report().sentBytes())
                .sum();
        long received = distribution.parts().stream()
                .mapToLong(part -> part.report().receivedBytes())
                .sum();
        return distribution.complete() == plan.nodes() && sent >= received;
    }

    private void print(DemoReport report, List<DemoNode> nodes) {
        out.println();
        out.printf(
                Locale.ROOT,
                "%-8s  %-8s  %8s  %12s  %12s  %s%n",
                "node",
                "id",
                "seconds",
                "from peers",
                "from S3",
                "SHA-256");
        for (DemoReport.NodeResult node : report.nodes()) {
            out.printf(
                    Locale.ROOT,
                    "%-8s  %-8.8s  %8.2f  %12s  %12s  %s%n",
                    node.node(),
                    node.nodeId(),
                    node.seconds(),
                    ByteSize.format(node.bytesFromPeers()),
                    ByteSize.format(node.bytesFromOrigin()),
                    node.verified() ? "ok" : "WRONG");
        }
        out.println();
        List<String> failures = new ArrayList<>();
        nodes.forEach(node -> node.failure().ifPresent(failures::add));
        failures.forEach(out::println);
        out.printf(
                Locale.ROOT,
                "S3 sent %d object bytes for artifacts of %d bytes: %.3f%s%n",
                report.originBytes(),
                report.artifactBytes(),
                report.originRatio(),
                report.originBytes() == report.artifactBytes()
                        ? ", each byte exactly once"
                        : ", NOT each byte exactly once");
        out.flush();
    }
}
