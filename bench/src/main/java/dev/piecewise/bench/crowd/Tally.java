package dev.piecewise.bench.crowd;

import java.util.EnumMap;
import java.util.Map;

/** What was answered, how late, and what came of it. */
final class Tally {
    private final Map<Kind, Delays> calls = new EnumMap<>(Kind.class);
    /** From a reader's report of a piece to a node that was waiting for hashes. */
    final Delays hashes = new Delays();
    /** From a node's announce to a neighbour that was waiting for news. */
    final Delays newcomers = new Delays();
    /** From the other calls to their answers. */
    final Delays answers = new Delays();
    /** How much later than it should have the load itself did what was due: what is above may be late for that. */
    final Delays load = new Delays();

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

    void answered(Kind kind, long tookNanos) {
        calls.computeIfAbsent(kind, absent -> new Delays()).add(tookNanos);
        if (!kind.isHeld()) {
            answers.add(tookNanos);
        }
    }

    /** From the calls of a kind to their answers. */
    Delays of(Kind kind) {
        return calls.getOrDefault(kind, new Delays());
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

    /** How many were answered. */
    Map<Kind, Integer> calls() {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        calls.forEach((kind, delays) -> counts.put(kind, delays.count()));
        return counts;
    }

    void clear() {
        calls.clear();
        hashes.clear();
        newcomers.clear();
        answers.clear();
        load.clear();
        failures = 0;
    }
}
