package dev.piecewise.tracker.artifact;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Which of the nodes that fetch an artifact read some of it from its origin, too. One, if nobody reads for everybody; more, twice as many each
 * time, while the nodes have what was read and wait for the rest, if they then receive more than was read before: a link that reads is a
 * link that does not receive, so no more are chosen than help. What is read by more comes to the nodes after a while, so a trial has
 * windows to settle in. On the caller's monotonic clock; not thread-safe.
 */
final class Volunteers {
    private static final Duration WINDOW = Duration.ofMillis(1500);
    private static final int WINDOWS_OF_A_TRIAL = 3;
    /** Beside somebody who reads by many connections one that reads by two is no trial. */
    private static final int FIRST_BESIDE_OTHERS = 2;

    private static final Duration PAUSE = Duration.ofSeconds(10);
    /** From a hash until nodes have the piece and said so. */
    private static final Duration NEWS_TAKES = Duration.ofMillis(1800);
    /** A trial costs readers and others alike; beside who reads for everybody only those try that certainly wait. */
    private static final Duration NEWS_TAKES_AT_LEAST = Duration.ofMillis(900);

    private static final double WORTH_IT = 1.15;

    private final long pieceBytes;
    private final Set<String> chosen = new LinkedHashSet<>();
    private int allowed;
    private boolean begun;
    private boolean hashed;
    private long windowNanos;
    private long windowBytes;
    private Map<String, Long> windowHeld = Map.of();
    private double readInWindowBefore;
    private boolean waited;
    private double bytesPerSecond;
    private int windowsOfTrial;
    private int allowedBefore;
    private double readBefore;
    private long notBeforeNanos;

    Volunteers(long pieceBytes) {
        this.pieceBytes = pieceBytes;
    }

    /**
     * To be called a few times a second.
     *
     * @param bytesHashed of the artifact so far
     * @param fetching some of the nodes that fetch it
     * @param bytesHeld by such a node; of one that left, 0
     * @param readByOthers whether somebody reads for everybody
     * @param waiting whether nodes have all that was read but {@link #little}
     */
    void review(
            long nowNanos,
            long bytesHashed,
            Collection<String> fetching,
            ToLongFunction<String> bytesHeld,
            boolean readByOthers,
            boolean waiting) {
        int least = readByOthers ? 0 : 1;
        if (!begun) {
            begun = true;
            notBeforeNanos = nowNanos;
            begin(nowNanos, bytesHashed, fetching, bytesHeld);
        }
        if (!hashed && bytesHashed > 0) { // what came before was no reading yet
            hashed = true;
            begin(nowNanos, bytesHashed, fetching, bytesHeld);
        }
        waited &= waiting;
        if (nowNanos - windowNanos >= WINDOW.toNanos()) {
            double seconds = (nowNanos - windowNanos) / 1e9;
            readInWindowBefore = bytesPerSecond;
            bytesPerSecond = (bytesHashed - windowBytes) / seconds;
            judge(
                    nowNanos,
                    received(bytesHeld, bytesHashed - windowBytes) / seconds,
                    readByOthers ? FIRST_BESIDE_OTHERS : 1);
            begin(nowNanos, bytesHashed, fetching, bytesHeld);
        }
        allowed = Math.max(allowed, least);
        dismissAllBut(chosen.stream().limit(allowed).toList());
    }

    private void begin(long nowNanos, long bytesHashed, Collection<String> fetching, ToLongFunction<String> bytesHeld) {
        windowNanos = nowNanos;
        windowBytes = bytesHashed;
        // Now and then all of them ask anew at the same moment, and nobody seems to fetch.
        Collection<String> compared = fetching.isEmpty() ? windowHeld.keySet() : fetching;
        windowHeld = compared.stream().collect(Collectors.toMap(node -> node, bytesHeld::applyAsLong));
        waited = true;
    }

    /** In the mean, by those who were there all the time; who came late and catches up counts for no more than was read. */
    private double received(ToLongFunction<String> bytesHeld, long bytesRead) {
        return windowHeld.entrySet().stream()
                .mapToLong(node -> bytesHeld.applyAsLong(node.getKey()) - node.getValue())
                .filter(received -> received >= 0)
                .map(received -> Math.min(received, bytesRead))
                .average()
                .orElse(0);
    }

    private void judge(long nowNanos, double receivedPerSecond, int first) {
        if (windowsOfTrial > 0) {
            windowsOfTrial--;
            boolean settled = windowsOfTrial < WINDOWS_OF_A_TRIAL - 1;
            if (settled && receivedPerSecond > readBefore * WORTH_IT) {
                windowsOfTrial = 0;
            } else if (windowsOfTrial == 0) {
                allowed = allowedBefore;
                notBeforeNanos = nowNanos + PAUSE.toNanos();
            }
        }
        if (windowsOfTrial == 0 && waited && nowNanos - notBeforeNanos >= 0) {
            windowsOfTrial = WINDOWS_OF_A_TRIAL;
            allowedBefore = allowed;
            readBefore = readInWindowBefore == 0 ? bytesPerSecond : (readInWindowBefore + bytesPerSecond) / 2;
            allowed = allowed == 0 ? first : 2 * allowed;
        }
    }

    /** So many bytes may have been read that even the fastest node does not have, or did not say that it has. */
    long little(boolean readByOthers) {
        Duration news = readByOthers ? NEWS_TAKES_AT_LEAST : NEWS_TAKES;
        return Math.max(2 * pieceBytes, (long) (bytesPerSecond * news.toNanos() / 1e9));
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
