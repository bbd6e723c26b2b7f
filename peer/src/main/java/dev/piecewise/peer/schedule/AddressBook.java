package dev.piecewise.peer.schedule;

import dev.piecewise.core.announce.PeerId;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of peers, and when to dial each. A refused one is tried again after a second, then ever more seldom; being named
 * by the tracker again makes it worth another try soon. Thread-safe.
 */
public final class AddressBook {
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration COURTESY = Duration.ofMillis(500);
    private static final Duration LAST_RETRY = Duration.ofSeconds(60);
    /** Who has not answered for so long may not be there. */
    private static final Duration PROMPT = Duration.ofSeconds(1);

    private static final Duration SHORT_LIFE = Duration.ofSeconds(10);
    private static final int MAX_FAILURES = 12;
    private static final int MAX_ENTRIES = 2000;

    private static final class Entry {
        long nextNanos;
        int failures;
        boolean dialling;
        long diallingSinceNanos;
        long answeredNanos;
        long restsUntilNanos;

        @Nullable
        PeerId id;
    }

    private final Map<InetSocketAddress, Entry> entries = new LinkedHashMap<>();
    private final LongSupplier nanoTime;

    public AddressBook(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** The tracker names these peers. */
    public synchronized void named(List<InetSocketAddress> addresses) {
        long soon = nanoTime.getAsLong() + FIRST_RETRY.toNanos();
        for (InetSocketAddress address : addresses) {
            Entry entry = entries.get(address);
            if (entry != null) {
                entry.failures = Math.min(entry.failures, 1);
                entry.nextNanos = Math.min(entry.nextNanos, soon);
            } else {
                add(address, nanoTime.getAsLong());
            }
        }
    }

    /** These joined just now and know of us: they are dialled only if they do not call in a moment. */
    public synchronized void introduced(List<InetSocketAddress> newcomers) {
        long later = nanoTime.getAsLong() + COURTESY.toNanos();
        for (InetSocketAddress address : newcomers) {
            Entry entry = entries.get(address);
            if (entry != null) {
                entry.failures = 0;
                entry.nextNanos = later;
                entry.restsUntilNanos = later;
            } else {
                add(address, later);
            }
        }
    }

    /** A peer called, which accepts calls at this address. */
    public synchronized void called(InetSocketAddress address, PeerId id) {
        Entry entry = entries.get(address);
        if (entry != null) {
            entry.id = id;
        }
    }

    private void add(InetSocketAddress address, long dueNanos) {
        if (!address.isUnresolved() && address.getPort() > 0 && entries.size() < MAX_ENTRIES) {
            Entry fresh = new Entry();
            fresh.nextNanos = dueNanos;
            fresh.restsUntilNanos = dueNanos;
            entries.put(address, fresh);
        }
    }

    /** Forgets all but these. */
    public synchronized void retain(List<InetSocketAddress> addresses) {
        entries.keySet().retainAll(Set.copyOf(addresses));
    }

    /** Addresses to dial now, at most {@code limit}; each must be given to {@link #dialled}. */
    public synchronized List<InetSocketAddress> due(Predicate<PeerId> connected, int limit) {
        long now = nanoTime.getAsLong();
        List<InetSocketAddress> due = new ArrayList<>();
        for (Map.Entry<InetSocketAddress, Entry> known : entries.entrySet()) {
            if (due.size() < limit && isDue(known.getValue(), connected, now)) {
                known.getValue().dialling = true;
                known.getValue().diallingSinceNanos = now;
                due.add(known.getKey());
            }
        }
        return due;
    }

    /** How many of those that are being dialled may still answer promptly. */
    public synchronized int expected() {
        long now = nanoTime.getAsLong();
        return (int) entries.values().stream()
                .filter(entry -> entry.dialling && now - entry.diallingSinceNanos < PROMPT.toNanos())
                .count();
    }

    /** Whether there is somebody to dial. */
    public synchronized boolean isAnyDue(Predicate<PeerId> connected) {
        long now = nanoTime.getAsLong();
        return entries.values().stream().anyMatch(entry -> isDue(entry, connected, now));
    }

    private static boolean isDue(Entry entry, Predicate<PeerId> connected, long now) {
        PeerId id = entry.id;
        return !entry.dialling
                && now - entry.nextNanos >= 0
                && now - entry.restsUntilNanos >= 0
                && (id == null || !connected.test(id));
    }

    /** This peer is not dialled for so long, whoever names it. */
    public synchronized void rest(PeerId peer, Duration duration) {
        long until = nanoTime.getAsLong() + duration.toNanos();
        entries.values().stream()
                .filter(entry -> Objects.equals(peer, entry.id))
                .forEach(entry -> entry.restsUntilNanos = until);
    }

    /** Nobody rests any longer. */
    public synchronized void wake() {
        long now = nanoTime.getAsLong();
        entries.values().forEach(entry -> entry.restsUntilNanos = now);
    }

    /**
     * A dial ended.
     *
     * @param id of the peer that answered, null if none did
     */
    public synchronized void dialled(InetSocketAddress address, @Nullable PeerId id) {
        Entry entry = entries.get(address);
        if (entry == null) {
            return;
        }
        entry.dialling = false;
        if (id != null) {
            // A peer that answers and leaves at once is not dialled every second for ever.
            boolean again = entry.id != null && nanoTime.getAsLong() - entry.answeredNanos < SHORT_LIFE.toNanos();
            entry.failures = again ? Math.min(entry.failures + 1, MAX_FAILURES) : 0;
            entry.id = id;
            entry.answeredNanos = nanoTime.getAsLong();
        } else if (++entry.failures > MAX_FAILURES) {
            entries.remove(address);
            return;
        }
        Duration wait = FIRST_RETRY.multipliedBy(1L << Math.min(entry.failures, 6));
        entry.nextNanos = nanoTime.getAsLong() + (wait.compareTo(LAST_RETRY) > 0 ? LAST_RETRY : wait).toNanos();
    }
}
