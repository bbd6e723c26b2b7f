package dev.piecewise.cli.demo;

import java.util.List;

/**
 * What came of a request file that was tried; {@code --report} writes this as JSON.
 *
 * @param artifactBytes sum of the sizes of what the requests name
 * @param originBytes object bytes that were read from the origins, by the tracker's ledgers
 * @param wastedBytes of those, read in vain
 * @param rereadBytes of those, read again
 */
public record TrialReport(
        long artifactBytes, long originBytes, long wastedBytes, long rereadBytes, List<NodeResult> nodes)
        implements Proof {
    public TrialReport {
        nodes = List.copyOf(nodes);
    }

    /** Whether every request succeeded on every node, all nodes have the same, and nothing was read twice. */
    @Override
    public boolean proved() {
        return wastedBytes == 0
                && rereadBytes == 0
                && originBytes <= artifactBytes
                && nodes.stream().allMatch(node -> node.failures().isEmpty())
                && nodes.stream().map(NodeResult::sha256).distinct().count() == 1;
    }

    /**
     * One node's part.
     *
     * @param seconds from the question to the last outcome
     * @param files how many there are
     * @param bytes sum of their sizes
     * @param sha256 of all their names and contents, hexadecimal
     * @param failures one for each request that failed
     */
    public record NodeResult(
            String node,
            double seconds,
            long bytesFromPeers,
            int files,
            long bytes,
            String sha256,
            List<String> failures) {
        public NodeResult {
            failures = List.copyOf(failures);
        }
    }
}
