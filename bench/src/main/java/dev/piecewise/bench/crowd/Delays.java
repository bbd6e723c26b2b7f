package dev.piecewise.bench.crowd;

import java.util.Arrays;

/** How long things took. */
final class Delays {
    private long[] nanos = new long[1024];
    private int count;

    void add(long took) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = took;
    }

    void clear() {
        count = 0;
    }

    int count() {
        return count;
    }

    /** In seconds, what this share of them did not exceed; 0 if there were none. */
    double quantile(double share) {
        if (count == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[Math.min(count - 1, (int) (share * count))] / 1e9;
    }
}
