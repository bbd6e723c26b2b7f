package dev.piecewise.bench.simulate;

/**
 * A link that many send into, as a host's way in or the way between two zones: passes bytes on in the order in which they come, and
 * begins with a part before its end has come.
 */
final class Pipe {
    private final double bytesPerNano;
    private long freeNanos;
    private long bytes;

    Pipe(double bytesPerSecond) {
        this.bytesPerNano = bytesPerSecond / 1e9;
    }

    /**
     * The last byte of a part arrives at this end.
     *
     * @return when it leaves at the other
     */
    long pass(long nanos, int partBytes) {
        bytes += partBytes;
        long takes = (long) (partBytes / bytesPerNano);
        freeNanos = Math.max(nanos, freeNanos + takes);
        return freeNanos;
    }

    /** When it will have passed on all that came so far. */
    long freeNanos() {
        return freeNanos;
    }

    /** That ever came. */
    long bytes() {
        return bytes;
    }
}
