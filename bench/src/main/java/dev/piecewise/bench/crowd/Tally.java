package dev.piecewise.bench.crowd;

import java.util.EnumMap;
import java.util.Map;

/** What was called, how late it was answered, and what came of it. */
final class Tally {
    private final Map<Kind, Long> calls = new EnumMap<>(Kind.class);
    /** From a reader's report of a piece to a node that was waiting for hashes. */
    final Delays hashes = new Delays();
    /** From a node's announce to a neighbour that was waiting for news. */
    final Delays newcomers = new Delays();
    /** From the other calls to their answers. */
    final Delays answers = new Delays();

    private long failures;
    private String lastFailure = "";

    /** What nodes call. */
    enum Kind {
        REGISTER,
        HEARTBEAT,
        HOLDINGS,
        ASK,
        ANNOUNCE,
        REPORT,
        PEERS,
        HASHES,
        LEASES;

        /** Whether the answer waits for something to happen. */
        boolean isHeld() {
            return this == PEERS || this == HASHES || this == LEASES;
        }
    }

    void called(Kind kind) {
        calls.merge(kind, 1L, Long::sum);
    }

    void failed(Kind kind, int status, String answer) {
        failures++;
        lastFailure = kind + " " + status + " " + answer;
    }

    long failures() {
        return failures;
    }

    String lastFailure() {
        return lastFailure;
    }

    Map<Kind, Long> calls() {
        return Map.copyOf(calls);
    }

    void clear() {
        calls.clear();
        hashes.clear();
        newcomers.clear();
        answers.clear();
        failures = 0;
    }
}
