package dev.piecewise.tracker.distribution;

import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.TransferReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of one artifact's distributions: the last report of every process, of those that are gone for an hour, and
 * when leases were out. Bounded; kept in memory only, since living processes report again to a restarted tracker. Not
 * thread-safe; times are on the caller's monotonic clock.
 */
public final class DistributionLog {
    private static final int MOST_PROCESSES = 20_000;
    private static final int MOST_GONE = 1_000;
    private static final int MOST_READINGS = 16;
    private static final Duration GONE_FOR = Duration.ofHours(1);
    /** Between two leases of one reading: the next is asked for when the first is over. */
    private static final double BREAK_SECONDS = 1;

    private static final class Entry {
        private final Taker.Who who;
        private final TransferReport report;
        private final long heardNanos;
        private @Nullable Long goneNanos;

        Entry(Taker.Who who, TransferReport report, long heardNanos) {
            this.who = who;
            this.report = report;
            this.heardNanos = heardNanos;
        }
    }

    private final Map<String, Entry> processes = new LinkedHashMap<>();
    private final Map<String, Long> originBytes = new HashMap<>();
    private final Deque<Reading> readings = new ArrayDeque<>();
    private long knownBytes;
    private long readingBytes;
    private @Nullable Long readingNanos;
    private int gone;

    /**
     * A process said how it gets on.
     *
     * @param role {@code seeder}, {@code node} or {@code get}
     * @param host that it advertises; empty if none
     */
    public void reported(String nodeId, String role, String host, TransferReport report, long nowNanos) {
        Entry former = processes.get(nodeId);
        if (former == null && processes.size() >= MOST_PROCESSES) {
            forgetGone(0, nowNanos);
        }
        if (former == null && processes.size() >= MOST_PROCESSES) {
            return;
        }
        if (former != null && former.goneNanos != null) {
            gone--;
        }
        processes.put(nodeId, new Entry(new Taker.Who(nodeId, role, host), report, nowNanos));
    }

    /** What a process said last, if it did. */
    public Optional<TransferReport> report(String nodeId) {
        return Optional.ofNullable(processes.get(nodeId)).map(entry -> entry.report);
    }

    /** A process left, or died. */
    public void gone(String nodeId, long nowNanos) {
        Entry entry = processes.get(nodeId);
        if (entry != null && entry.goneNanos == null) {
            entry.goneNanos = nowNanos;
            gone++;
        }
        if (gone > MOST_GONE) {
            forgetGone(MOST_GONE / 2, nowNanos);
        }
    }

    private void forgetGone(int most, long nowNanos) {
        Iterator<Entry> oldest = processes.values().iterator();
        while (gone > 0 && oldest.hasNext()) {
            Entry entry = oldest.next();
            Long since = entry.goneNanos;
            if (since != null && (gone > most || nowNanos - since > GONE_FOR.toNanos())) {
                oldest.remove();
                originBytes.remove(entry.who.nodeId());
                gone--;
            }
        }
    }

    /** What the ledger counted before this tracker started is not known by times. */
    public void startsAt(long ledgerBytes) {
        knownBytes = ledgerBytes;
    }

    /**
     * Something happened to a lease.
     *
     * @param ledgerBytes all bytes read from the origin, ever
     * @param liveLeases that are out now
     */
    public void leased(String nodeId, long ledgerBytes, int liveLeases, long nowNanos) {
        long more = ledgerBytes - knownBytes;
        knownBytes = ledgerBytes;
        if (more > 0 && originBytes.size() < MOST_PROCESSES) {
            originBytes.merge(nodeId, more, Long::sum);
        }
        readingBytes += Math.max(0, more);
        Long since = readingNanos;
        if (since == null && liveLeases > 0) {
            readingNanos = nowNanos;
        } else if (since != null && liveLeases == 0) {
            readingNanos = null;
            ended(new Reading(seconds(since), seconds(nowNanos), readingBytes));
            readingBytes = 0;
        }
    }

    private void ended(Reading reading) {
        Reading last = readings.peekLast();
        if (last != null && reading.from() - last.to() < BREAK_SECONDS) {
            readings.removeLast();
            readings.add(new Reading(last.from(), reading.to(), last.bytes() + reading.bytes()));
        } else {
            readings.add(reading);
        }
        if (readings.size() > MOST_READINGS) {
            readings.removeFirst();
        }
    }

    /**
     * The latest distribution.
     *
     * @param originWasted of the ledger
     * @param originReread likewise
     */
    public Distribution distribution(String id, long totalBytes, long originWasted, long originReread, long nowNanos) {
        forgetGone(MOST_GONE, nowNanos);
        List<Taker> takers = new ArrayList<>();
        for (Entry entry : processes.values()) {
            takers.add(new Taker(
                    entry.who,
                    entry.report,
                    seconds(entry.heardNanos),
                    entry.goneNanos != null,
                    originBytes.getOrDefault(entry.who.nodeId(), 0L)));
        }
        List<Reading> all = new ArrayList<>(readings);
        Long since = readingNanos;
        if (since != null) {
            all.add(new Reading(seconds(since), seconds(nowNanos), readingBytes));
        }
        return new DistributionReport(id, totalBytes, takers, all, seconds(nowNanos))
                .distribution(originWasted, originReread);
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
