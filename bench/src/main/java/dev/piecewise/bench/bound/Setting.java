package dev.piecewise.bench.bound;

import dev.piecewise.bench.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What all contestants of a run share.
 *
 * @param pieceBytes for all that cut the payload
 * @param nodeMbit of each node and of the seeder, up and down
 * @param s3Mbit of S3
 * @param zones in which the nodes stand in equal parts, in order, the seeder in the first; 0 for no zones
 * @param zoneMbit of each zone towards the others, up and down
 * @param slowMbit of the last node, up and down, until the others are done; 0 if it is as fast as they are
 * @param options of our node and seeder processes, beside those of every run
 */
record Setting(
        Payload payload,
        int nodes,
        int pieceBytes,
        int nodeMbit,
        int s3Mbit,
        int zones,
        int zoneMbit,
        int slowMbit,
        List<String> options) {
    /** The time in which a fluid could fill all nodes of the full rate from the seeder: none can do better. */
    double warmBoundSeconds() {
        return seconds(slowestOf(nodeMbit));
    }

    /** The same from S3. */
    double coldBoundSeconds() {
        return seconds(slowestOf(Math.min(nodeMbit, s3Mbit)));
    }

    /** How many nodes, the first ones, have the full rate. */
    int fullRateNodes() {
        return slowMbit == 0 ? nodes : nodes - 1;
    }

    private int slowestOf(int mbit) {
        return zones > 1 ? Math.min(mbit, zoneMbit) : mbit;
    }

    /** The label of a node's zone, if there are any. */
    Optional<String> zoneOf(int node) {
        return zones == 0 ? Optional.empty() : Optional.of("zone" + ((node - 1) * zones / nodes + 1));
    }

    private double seconds(int mbit) {
        return payload.bytes() * 8 / (mbit * 1e6);
    }

    /** When a contestant is given up. */
    Duration patience() {
        return Duration.ofSeconds(
                30 + (long) (coldBoundSeconds() * (nodes + 4)) + (slowMbit == 0 ? 0 : 2 * (long) seconds(slowMbit)));
    }
}
