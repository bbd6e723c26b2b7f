package dev.piecewise.bench.crowd;

/**
 * What the cluster does.
 *
 * @param artifacts that are there from the start
 * @param artifactsPerNode so many of them each node has
 * @param seeders processes that read for everybody
 * @param pieces of each artifact
 * @param everySeconds a node takes a new artifact so often, on average
 * @param takers so many nodes take the same new artifact while it is read
 */
record Plan(int nodes, int artifacts, int artifactsPerNode, int seeders, int pieces, double everySeconds, int takers) {
    static final int PIECE_BYTES = 1 << 20;

    /** Within so many seconds all takers ask. */
    static final double SPREAD_SECONDS = 2;

    long totalBytes() {
        return (long) pieces * PIECE_BYTES;
    }

    /** Between two new artifacts. */
    double pauseSeconds() {
        return everySeconds * takers / nodes;
    }

    /** Each reader reads so many pieces at once, at such a rate that a new artifact is read before its takers' patience ends. */
    static final int READS_AT_ONCE = 4;

    /** That a read of one piece takes: so all readers together keep up with what is new, with a quarter to spare. */
    double pieceSeconds() {
        return 0.8 * pauseSeconds() / pieces * seeders * READS_AT_ONCE;
    }
}
