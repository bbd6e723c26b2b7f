package dev.piecewise.bench.bound;

import dev.piecewise.bench.Payload;
import java.time.Duration;

/**
 * What all contestants of a run share.
 *
 * @param pieceBytes for all that cut the payload
 * @param nodeMbit of each node and of the seeder, up and down
 * @param s3Mbit of S3
 */
record Setting(Payload payload, int nodes, int pieceBytes, int nodeMbit, int s3Mbit) {
    /** The time in which a fluid could fill all nodes from the seeder: none can do better. */
    double warmBoundSeconds() {
        return seconds(nodeMbit);
    }

    /** The same from S3. */
    double coldBoundSeconds() {
        return seconds(Math.min(nodeMbit, s3Mbit));
    }

    private double seconds(int mbit) {
        return payload.bytes() * 8 / (mbit * 1e6);
    }

    /** When a contestant is given up. */
    Duration patience() {
        return Duration.ofSeconds(30 + (long) (seconds(Math.min(nodeMbit, s3Mbit)) * (nodes + 4)));
    }
}
