package dev.piecewise.tracker.artifact;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of the nodes that fetch an artifact read some of it from its origin, too. One, if nobody reads for everybody; more, twice as many each
 * time, while the nodes have what was read and wait for the rest, if that makes the reading faster: a link that reads is a
 * link that does not receive, so no more are chosen than help. On the caller's monotonic clock; not thread-safe.
 */
final class Volunteers {
    private static final Duration WINDOW = Duration.ofMillis(1500);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration NEWS_TAKES = Duration.ofMillis(900);
    private static final double WORTH_IT = 1.25;

    private final Set<String> chosen = new LinkedHashSet<>();
    private int allowed;
    private boolean begun;
    private long windowNanos;
    private long windowBytes;
    private boolean waited;
    private double bytesPerSecond;
    private boolean onTrial;
    private int allowedBefore;
    private double bytesPerSecondBefore;
    private long notBeforeNanos;

    /**
     * To be called a few times a second.
     *
     * @param bytesHashed of the artifact so far
     * @param readByOthers whether somebody reads for everybody
     * @param waiting whether nodes have all that was read, as far as {@link #unheardOf} goes
     */
    void review(long nowNanos, long bytesHashed, boolean readByOthers, boolean waiting) {
        int least = readByOthers ? 0 : 1;
        if (!begun) {
            begun = true;
            notBeforeNanos = nowNanos;
            begin(nowNanos, bytesHashed);
        }
        waited &= waiting;
        if (nowNanos - windowNanos >= WINDOW.toNanos()) {
            bytesPerSecond = (bytesHashed - windowBytes) * 1e9 / (nowNanos - windowNanos);
            judge(nowNanos);
            begin(nowNanos, bytesHashed);
        }
        allowed = Math.max(allowed, least);
        dismissAllBut(chosen.stream().limit(allowed).toList());
    }

    private void begin(long nowNanos, long bytesHashed) {
        windowNanos = nowNanos;
        windowBytes = bytesHashed;
        waited = true;
    }

    private void judge(long nowNanos) {
        if (onTrial && bytesPerSecond <= bytesPerSecondBefore * WORTH_IT) {
            allowed = allowedBefore;
            notBeforeNanos = nowNanos + PAUSE.toNanos();
        }
        onTrial = waited && nowNanos - notBeforeNanos >= 0;
        if (onTrial) {
            allowedBefore = allowed;
            bytesPerSecondBefore = bytesPerSecond;
            allowed = Math.max(1, 2 * allowed);
        }
    }

    /** So many bytes may have been read that even the fastest node does not have, or did not say that it has. */
    long unheardOf() {
        return (long) (bytesPerSecond * NEWS_TAKES.toNanos() / 1e9);
    }

    /** How many more may be chosen. */
    int room() {
        return Math.max(0, allowed - chosen.size());
    }

    /** A node is to read from now on. */
    void choose(String nodeId) {
        chosen.add(nodeId);
    }

    /** A node is to read no longer. */
    void dismiss(String nodeId) {
        chosen.remove(nodeId);
    }

    private void dismissAllBut(Collection<String> nodes) {
        chosen.retainAll(nodes);
    }

    /** Those that are to read, as they were chosen. */
    List<String> chosen() {
        return List.copyOf(chosen);
    }
}
