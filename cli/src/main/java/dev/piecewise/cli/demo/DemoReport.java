package dev.piecewise.cli.demo;

import java.util.List;

/**
 * What a demo found; {@code --report} writes this as JSON.
 *
 * @param artifactBytes sum of the sizes of everything that was asked for
 * @param originBytes object bytes that the S3 server sent, by its own count
 * @param originRatio the second divided by the first; 0/0 is 1
 */
public record DemoReport(long artifactBytes, long originBytes, double originRatio, List<NodeResult> nodes) {
    public DemoReport {
        nodes = List.copyOf(nodes);
    }

    static DemoReport of(long artifactBytes, long originBytes, List<NodeResult> nodes) {
        double ratio = artifactBytes == 0 && originBytes == 0 ? 1 : (double) originBytes / artifactBytes;
        return new DemoReport(artifactBytes, originBytes, ratio, nodes);
    }

    /** Whether every file of every node is right and each byte left S3 once. */
    public boolean proved() {
        return artifactBytes == originBytes && nodes.stream().allMatch(NodeResult::verified);
    }

    /**
     * One node's part.
     *
     * @param seconds from the question to all files in place
     * @param verified whether the SHA-256 of each of its files equals that of its object
     */
    public record NodeResult(
            String node, double seconds, long bytesFromPeers, long bytesFromOrigin, boolean verified) {}
}
