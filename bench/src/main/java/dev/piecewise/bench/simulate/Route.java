package dev.piecewise.bench.simulate;

import java.time.Duration;
import java.util.List;

/** What bytes pass on the way from one host to another, behind the sender's uplink. */
record Route(List<Pipe> pipes) {
    /** So much may wait in front of a link before senders are held up, as by TCP. */
    private static final long MOST_WAITING_NANOS = Duration.ofMillis(50).toNanos();

    /** When the next part may be sent; in the past if at once. */
    long opensNanos() {
        long opens = Long.MIN_VALUE;
        for (Pipe pipe : pipes) {
            opens = Math.max(opens, pipe.freeNanos() - MOST_WAITING_NANOS);
        }
        return opens;
    }

    /** @return when a part that left the uplink now is at the other end */
    long pass(long nowNanos, int bytes) {
        long at = nowNanos;
        for (Pipe pipe : pipes) {
            at = pipe.pass(at, bytes);
        }
        return at;
    }
}
