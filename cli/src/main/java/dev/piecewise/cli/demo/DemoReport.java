package dev.piecewise.cli.demo;

import dev.piecewise.trackerclient.api.Distribution;
import java.util.List;

/**
 * What a demo found; {@code --report} writes this as JSON.
 *
 * @param artifactBytes sum of the sizes of everything that was asked for
 * @param originBytes object bytes that the S3 server sent, by its own count
 * @param originRatio the second divided by the first; 0/0 is 1
 * @param distribution how the big object was distributed, by the tracker's report
 */
public record DemoReport(
        long artifactBytes, long originBytes, double originRatio, List<NodeResult> nodes, Distribution distribution)
        implements Proof {
    public DemoReport {
        nodes = List.copyOf(nodes);
    }

    static DemoReport of(long artifactBytes, long originBytes, List<NodeResult> nodes, Distribution distribution) {
        double ratio = artifactBytes == 0 && originBytes == 0 ? 1 : (double) originBytes / artifactBytes;
        return new DemoReport(artifactBytes, originBytes, ratio, nodes, distribution);
    }

    /** Whether every file of every node is right and each byte left S3 once. */
    @Override
    public boolean proved() {
        return artifactBytes == originBytes && nodes.stream().allMatch(NodeResult::verified);
    }

    /**
     * One node's part.
     *
     * @param nodeId under which the tracker knows it
     * @param seconds from the question to all files in place
     * @param verified whether the SHA-256 of each of its files equals that of its object
     */
    public record NodeResult(
            String node, String nodeId, double seconds, long bytesFromPeers, long bytesFromOrigin, boolean verified) {}
}
