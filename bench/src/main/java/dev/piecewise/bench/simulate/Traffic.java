package dev.piecewise.bench.simulate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What lies between the hosts: their ways in, the links of their zones, and the count of what passes. */
final class Traffic {
    private final Events events;
    private final int pieces;
    private final List<Zone> zones = new ArrayList<>();
    private final Map<Message, LongAdder> messages = new EnumMap<>(Message.class);

    private long slowestNoticeNanos;

    private record Zone(Pipe out, Pipe in) {}

    /** @param zoneBytesPerSecond of the link of each zone, each way */
    Traffic(Events events, int pieces, int zones, double zoneBytesPerSecond) {
        this.events = events;
        this.pieces = pieces;
        for (int zone = 0; zone < zones; zone++) {
            this.zones.add(new Zone(new Pipe(zoneBytesPerSecond), new Pipe(zoneBytesPerSecond)));
        }
    }

    Events events() {
        return events;
    }

    int pieces() {
        return pieces;
    }

    Route route(Host from, Host to) {
        return from.zone() == to.zone()
                ? new Route(List.of(to.wayIn()))
                : new Route(List.of(zones.get(from.zone()).out, zones.get(to.zone()).in, to.wayIn()));
    }

    /** A peer that owed blocks is known to be silent, so long after it fell silent. */
    void noticed(long nanos) {
        slowestNoticeNanos = Math.max(slowestNoticeNanos, nanos);
    }

    double slowestNoticeSeconds() {
        return slowestNoticeNanos / 1e9;
    }

    void count(Message kind) {
        count(kind, 1);
    }

    void count(Message kind, int times) {
        messages.computeIfAbsent(kind, absent -> new LongAdder()).add(times);
    }

    long messages(Message.Party party) {
        return messages().entrySet().stream()
                .filter(entry -> entry.getKey().party() == party)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** By kind. */
    Map<Message, Long> messages() {
        Map<Message, Long> counted = new EnumMap<>(Message.class);
        messages.forEach((kind, count) -> counted.put(kind, count.sum()));
        return counted;
    }

    long bytesBetweenZones() {
        return zones.stream().mapToLong(zone -> zone.out.bytes()).sum();
    }
}
