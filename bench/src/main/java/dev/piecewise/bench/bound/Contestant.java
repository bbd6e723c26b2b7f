package dev.piecewise.bench.bound;

import java.io.IOException;
import java.nio.file.Path;

/** A way to bring the payload to all nodes of the star. */
interface Contestant {
    /** As it stands in the table. */
    String label();

    /** Whether S3 is read while the nodes wait. */
    default boolean readsS3() {
        return false;
    }

    /**
     * Runs once, in a star that is up and idle, and leaves nothing running.
     *
     * @param directory empty, its own
     */
    Measured run(Setting setting, Star star, Path directory) throws IOException, InterruptedException;
}
