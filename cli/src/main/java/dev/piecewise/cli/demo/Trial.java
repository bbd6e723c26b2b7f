package dev.piecewise.cli.demo;

import dev.piecewise.cli.report.Table;
import dev.piecewise.client.request.DownloadRequest;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.ByteSize;
import dev.piecewise.core.Selection;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.tracker.ProfileConfig;
import dev.piecewise.tracker.TrackerConfig;
import dev.piecewise.tracker.artifact.OriginProfiles;
import dev.piecewise.trackerclient.TrackerClient;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Ledger;
import java.io.PrintStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Tries requests on one machine: a tracker in this process, a seeder and nodes as processes of their own. Each node has a
 * directory that stands for its file system: what belongs at a path is put at that path below it.
 */
public final class Trial {
    private final TrialPlan plan;
    private final DemoStage stage;
    private final PrintStream out;

    public Trial(TrialPlan plan, DemoStage stage) {
        this.plan = plan;
        this.stage = stage;
        this.out = stage.out();
    }

    /** What is asked for by one way. */
    private record Wanted(ArtifactUri uri, Optional<String> profile, Selection selection) {}

    /**
     * Runs it to its report; the processes stay up until the stage's owner closes them.
     *
     * @param explain print where everything is
     * @throws ProcessFault if a part cannot start or dies, or there is no room for the bytes
     * @throws dev.piecewise.core.fault.OriginFault if something that is asked for is not there, or may not be read; before
     *     anything is
     */
    public TrialReport run(boolean explain) throws InterruptedException {
        ScratchDirectory scratch = ScratchDirectory.below(plan.temporary());
        stage.owner().accept(scratch);
        DemoCluster cluster = new DemoCluster(scratch, stage.err()::println);
        stage.owner().accept(cluster);
        if (plan.origin() == TrialPlan.OriginKind.OWN) {
            cluster.startOrigin(plan.objectBytes());
            DemoArtifact.putTools(cluster.s3());
        } else {
            cluster.startTracker(trackerConfig());
        }
        URI tracker = cluster.tracker();
        try (TrackerClient client = new TrackerClient(tracker, Optional.empty())) {
            long bytes = size(client);
            out.println("Trying " + plan.requests().requests().size() + " requests for " + ByteSize.format(bytes)
                    + " with 1 seeder and " + plan.nodes() + (plan.nodes() == 1 ? " node" : " nodes")
                    + ", all on this machine; each node has a directory of its own in place of the file system.");
            out.flush();
            DemoSpace.check(
                    plan.temporary(),
                    bytes,
                    2L * plan.nodes() + 1,
                    "choose fewer --nodes or smaller requests, or set TMPDIR");
            List<DemoCluster.Member> members = cluster.startMembers(plan.nodes());
            List<TrialNode> nodes = members.stream()
                    .map(member ->
                            new TrialNode(member, plan.requests(), plan.pieceLength(), tracker, stage.nanoTime()))
                    .toList();
            Asking.all(cluster, nodes, stage.progress(nodes.size()));
            TrialReport report = report(client, cluster, nodes);
            print(report);
            if (explain) {
                explain(cluster, members);
            }
            return report;
        }
    }

    /** Everything that is asked for may be read: whoever tries a file wants that. */
    private TrackerConfig trackerConfig() {
        List<ProfileConfig> profiles = plan.profiles().stream()
                .map(profile ->
                        new ProfileConfig(profile.s3(), wanted(profile.s3().name(), profile.allow())))
                .toList();
        return TrackerConfig.defaults()
                .withAllow(wanted(OriginProfiles.DEFAULT, List.of()))
                .withProfiles(profiles)
                .withOriginLimits(plan.originLimits());
    }

    private List<ArtifactUri> wanted(String profile, List<ArtifactUri> more) {
        Set<ArtifactUri> uris = new LinkedHashSet<>(more);
        for (DownloadRequest request : plan.requests().requests()) {
            if (request.profile().orElse(OriginProfiles.DEFAULT).equals(profile)) {
                uris.add(request.uri());
            }
        }
        return List.copyOf(uris);
    }

    /** Finds out that all is there, and how much it is at most. */
    private long size(TrackerClient client) {
        Set<Wanted> wanted = new LinkedHashSet<>();
        plan.requests()
                .requests()
                .forEach(request -> wanted.add(new Wanted(request.uri(), request.profile(), request.selection())));
        long bytes = 0;
        for (Wanted one : wanted) {
            bytes += client.preview(
                            ArtifactRequest.of(one.uri().toString(), Optional.empty(), one.profile(), one.selection()))
                    .totalBytes();
        }
        return bytes;
    }

    private TrialReport report(TrackerClient client, DemoCluster cluster, List<TrialNode> nodes) {
        long artifactBytes = 0;
        long originBytes = 0;
        long wastedBytes = 0;
        long rereadBytes = 0;
        for (ArtifactStatus status : client.artifacts().artifacts()) {
            Ledger ledger = client.ledger(new ArtifactId(status.id()));
            artifactBytes += status.totalBytes();
            originBytes += ledger.originBytes();
            wastedBytes += ledger.wastedBytes();
            rereadBytes += ledger.rereadBytes();
        }
        List<TrialReport.NodeResult> results =
                nodes.parallelStream().map(TrialNode::result).toList();
        if (plan.origin() == TrialPlan.OriginKind.OWN) {
            originBytes = cluster.s3().objectBytesSent(); // it counts for itself
        }
        return new TrialReport(artifactBytes, originBytes, wastedBytes, rereadBytes, results);
    }

    private void print(TrialReport report) {
        out.println();
        Table table = new Table("NODE", "SECONDS", "FROM PEERS", "FILES", "SIZE", "SHA-256 OF ALL", "FAILED");
        List<String> failures = new ArrayList<>();
        for (TrialReport.NodeResult node : report.nodes()) {
            table.add(List.of(
                    node.node(),
                    String.format(Locale.ROOT, "%.2f", node.seconds()),
                    ByteSize.format(node.bytesFromPeers()),
                    String.valueOf(node.files()),
                    ByteSize.format(node.bytes()),
                    node.sha256().substring(0, 16),
                    String.valueOf(node.failures().size())));
            node.failures().forEach(failure -> failures.add(node.node() + ": " + failure));
        }
        table.lines().forEach(out::println);
        out.println();
        failures.forEach(out::println);
        out.printf(
                Locale.ROOT,
                "Read from the origins: %d bytes for artifacts of %d bytes; %d wasted, %d read again%s%n",
                report.originBytes(),
                report.artifactBytes(),
                report.wastedBytes(),
                report.rereadBytes(),
                report.proved() ? ". All nodes have the same." : "");
        out.flush();
    }

    private void explain(DemoCluster cluster, List<DemoCluster.Member> members) throws InterruptedException {
        out.println();
        out.println("Everything stays up until Ctrl-C, then all of it is removed.");
        out.println("  tracker   " + cluster.tracker());
        for (DemoCluster.Member member : members) {
            out.println("  " + String.format("%-8s", member.name()) + "  " + member.files());
        }
        out.flush();
    }
}
