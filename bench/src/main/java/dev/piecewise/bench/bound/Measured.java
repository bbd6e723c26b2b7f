package dev.piecewise.bench.bound;

import java.util.Collections;
import java.util.List;

/**
 * One run of one contestant.
 *
 * @param seconds per node, from the moment that all were asked to the last byte verified and in place
 * @param firstPieceSeconds per node, likewise to its first verified piece, as far as that was told: twice a second; may be empty
 * @param s3Bytes object bytes that S3 sent; -1 where the contestant has nothing to do with S3
 * @param seederSentBytes what the seeder put on its link meanwhile, headers included
 * @param zoneBytes what entered zones from others, headers and all other traffic included; 0 without zones
 * @param nodeCpuSeconds processor time per node, the mean
 * @param seederCpuSeconds likewise of the seeder
 * @param nodePeakBytes the largest resident memory of a node
 * @param correct whether every node's file has the right SHA-256
 */
record Measured(
        List<Double> seconds,
        List<Double> firstPieceSeconds,
        long s3Bytes,
        long seederSentBytes,
        long zoneBytes,
        double nodeCpuSeconds,
        double seederCpuSeconds,
        long nodePeakBytes,
        boolean correct) {
    /** Of the node that got its first piece last; NaN where that is not known. */
    double lastFirstPiece() {
        return firstPieceSeconds.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
    }

    /** Of the first so many nodes. */
    double slowest(int first) {
        return Collections.max(seconds.subList(0, first));
    }

    /** Of the first so many nodes. */
    double median(int first) {
        return seconds.stream().limit(first).sorted().toList().get(first / 2);
    }
}
