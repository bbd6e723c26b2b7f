package dev.piecewise.bench.simulate;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Queue;

/**
 * What a host, or an origin, sends by. All flows that have something to send share its rate equally at every moment, as connections
 * share a network card, though none has more than its own limit: a flow is done when the others had as much as it wanted, which needs one sorted queue and no look at the others.
 */
final class Uplink {
    /** One stream of bytes, of which a part at a time is on its way. */
    abstract static class Flow implements Comparable<Flow> {
        private double end;
        private long number;

        /** The one that is done first. */
        @Override
        public final int compareTo(Flow other) {
            int order = Double.compare(end, other.end);
            return order != 0 ? order : Long.compare(number, other.number);
        }

        /** The part left. */
        abstract void sent();
    }

    private final Events events;
    private final double bytesPerNano;
    private final double mostBytesPerNano;
    private final int atOnce;
    private final Queue<Flow> sending = new PriorityQueue<>();
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private double given;
    private long sinceNanos;
    private long alarmNanos = Long.MAX_VALUE;
    private long alarm;
    private long flows;
    private double busyNanos;

    private record Waiting(Flow flow, int bytes) {}

    /** @param atOnce flows that share it, the others wait; 0 for all */
    Uplink(Events events, double bytesPerSecond, int atOnce) {
        this(events, bytesPerSecond, Double.POSITIVE_INFINITY, atOnce);
    }

    /**
     * @param mostBytesPerSecond of one flow
     * @param atOnce flows that share it, the others wait; 0 for all
     */
    Uplink(Events events, double bytesPerSecond, double mostBytesPerSecond, int atOnce) {
        this.events = events;
        this.bytesPerNano = bytesPerSecond / 1e9;
        this.mostBytesPerNano = mostBytesPerSecond / 1e9;
        this.atOnce = atOnce;
    }

    /** Of all flows that send. */
    private double rate() {
        return Math.min(bytesPerNano, mostBytesPerNano * sending.size());
    }

    /** A flow that sends nothing has something to send; it waits for its turn behind those that wait. */
    void begin(Flow flow, int bytes) {
        if (atOnce > 0 && (sending.size() >= atOnce || !waiting.isEmpty())) {
            waiting.add(new Waiting(flow, bytes));
        } else {
            goOn(flow, bytes);
        }
    }

    /** A flow of which a part has just left sends another one in the same turn. */
    void goOn(Flow flow, int bytes) {
        advance();
        flow.end = given + bytes;
        flow.number = flows++;
        sending.add(flow);
        setAlarm();
    }

    /** The flow ends, wherever it is. */
    void end(Flow flow) {
        advance();
        waiting.removeIf(one -> one.flow == flow);
        if (sending.remove(flow)) {
            startNext();
            setAlarm();
        }
    }

    /** For how long it had something to send. */
    double busySeconds() {
        return busyNanos / 1e9;
    }

    private void advance() {
        long now = events.now();
        if (sending.isEmpty()) {
            given = 0;
        } else {
            given += (now - sinceNanos) * rate() / sending.size();
            busyNanos += now - sinceNanos;
        }
        sinceNanos = now;
    }

    private void setAlarm() {
        Flow first = sending.peek();
        if (first == null) {
            alarmNanos = Long.MAX_VALUE;
            return;
        }
        double left = Math.max(0, first.end - given);
        long at = events.now() + (long) Math.ceil(left * sending.size() / rate());
        // One that rings early is set anew then; most flows that join make it later.
        if (at < alarmNanos) {
            alarmNanos = at;
            long mine = ++alarm;
            events.at(at, () -> ring(mine));
        }
    }

    private void ring(long which) {
        if (which != alarm) {
            return;
        }
        alarmNanos = Long.MAX_VALUE;
        advance();
        Flow first = sending.peek();
        if (first != null && first.end - given < 1) {
            sending.remove();
            first.sent();
            startNext();
        }
        setAlarm();
    }

    private void startNext() {
        if (!waiting.isEmpty() && sending.size() < atOnce) {
            Waiting next = waiting.remove();
            goOn(next.flow, next.bytes);
        }
    }
}
