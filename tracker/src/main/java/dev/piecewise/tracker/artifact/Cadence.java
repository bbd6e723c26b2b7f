package dev.piecewise.tracker.artifact;

import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.node.NodeRegistry;
import java.time.Duration;

/**
 * How often nodes are to call by themselves: often while they are few; while they are many so seldom that all of them together call no
 * more often than the tracker can take. Guarded by the scheduler's lock; times are on its clock.
 */
final class Cadence {
    private static final int HEARTBEATS_PER_SECOND = 1_000;
    /** A node that missed two may still come back. */
    private static final int HEARTBEATS_PER_EXPIRY = 3;

    /** How long nodes gather changes in any case. */
    private static final Duration GATHER = Duration.ofMillis(400);

    private static final Duration LONGEST_GATHER = Duration.ofSeconds(20);
    private static final Duration ON_THE_WAY = Duration.ofMillis(300);

    private final LeaseTimes times;
    private final NodeRegistry nodes;
    private final Turns anybody;
    private final Turns watched;

    /** Everybody's next report has a turn of its own, a five-hundredth of a second after that of the one who asked before. */
    private static final class Turns {
        private static final long APART_NANOS = Duration.ofSeconds(1).toNanos() / 500;

        private long freeNanos;
        private boolean begun;

        Turns(long nowNanos) {
            freeNanos = nowNanos;
        }

        Duration next(long nowNanos) {
            long wait = Math.min(Math.max(freeNanos - nowNanos, GATHER.toNanos()), LONGEST_GATHER.toNanos());
            freeNanos = nowNanos + wait + APART_NANOS;
            begun = true;
            return Duration.ofNanos(wait);
        }
    }

    Cadence(LeaseTimes times, NodeRegistry nodes, long nowNanos) {
        this.times = times;
        this.nodes = nodes;
        this.anybody = new Turns(nowNanos);
        this.watched = new Turns(nowNanos);
    }

    /** Between two heartbeats of a node. */
    Duration heartbeat() {
        Duration spread = Duration.ofSeconds(1).multipliedBy(nodes.count()).dividedBy(HEARTBEATS_PER_SECOND);
        Duration longest = times.expiry().dividedBy(HEARTBEATS_PER_EXPIRY);
        return longer(times.heartbeat(), spread.compareTo(longest) < 0 ? spread : longest);
    }

    /** After that a node missed two heartbeats. */
    Duration silence() {
        return heartbeat().multipliedBy(2).plusSeconds(1);
    }

    /**
     * How long a node is to gather changes of its holdings before it reports again.
     *
     * @param isWatched whether decisions wait for what it reports
     */
    Duration report(boolean isWatched, long nowNanos) {
        return (isWatched ? watched : anybody).next(nowNanos);
    }

    /** When all who were ever told when to report will have reported what they hold now. */
    long allReportedNanos(long nowNanos) {
        if (!anybody.begun && !watched.begun) {
            return nowNanos;
        }
        long longest = Math.max(anybody.freeNanos - nowNanos, watched.freeNanos - nowNanos);
        return nowNanos + Math.max(longest, GATHER.toNanos()) + ON_THE_WAY.toNanos();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
