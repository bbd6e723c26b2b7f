package dev.piecewise.bench.crowd;

/** An artifact that is read while nodes wait for it. */
final class Growing {
    final String uri;
    private final long[] reportedNanos;

    Growing(String uri, int pieces) {
        this.uri = uri;
        this.reportedNanos = new long[pieces];
    }

    void reported(int piece, long nanos) {
        reportedNanos[piece] = nanos;
    }

    /** When a reader sent a piece's hash; 0 if none did. */
    long reportedNanos(int piece) {
        return reportedNanos[piece];
    }
}
