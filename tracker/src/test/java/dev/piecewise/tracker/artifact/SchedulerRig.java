package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.tracker.FakeOrigin;
import dev.piecewise.tracker.announce.InMemorySwarmStore;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.state.Event;
import dev.piecewise.tracker.state.Journal;
import dev.piecewise.tracker.token.SwarmKeys;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;

/** What a scheduler stands on, with a clock that the test moves; what it writes down is kept, so that it can be started again. */
final class SchedulerRig {
    static final Links LINKS = new Links() {
        @Override
        public String torrentUrl(InfoHash infoHash) {
            return "http://tracker/torrents/" + infoHash;
        }

        @Override
        public String announceUrl(InfoHash infoHash) {
            return "http://tracker/announce";
        }

        @Override
        public String webSeedUrl(URI base, InfoHash infoHash) {
            return base + "/webseed/" + infoHash + "/";
        }
    };

    final List<Event> journal = new ArrayList<>();
    /** What waits for its time, by when that is. */
    final NavigableMap<Long, Runnable> timed = new TreeMap<>();

    final InMemorySwarmStore swarms = new InMemorySwarmStore(new Random(1));
    long nowNanos = -5;
    OriginBudget.Limits limits = OriginBudget.Limits.defaults();
    /** So many of the next events are written down, and not known to be. */
    int failingAppends;

    private final OriginProfiles profiles;

    SchedulerRig(OriginProfiles profiles) {
        this.profiles = profiles;
    }

    /** All of one bucket. */
    static OriginProfiles bucket(FakeOrigin origin) {
        return OriginProfiles.only(List.of(origin), List.of(ArtifactUri.parse("s3://bucket/")));
    }

    /** One that knows what the last one wrote down, and of peers what that did. */
    Scheduler restart() {
        return start(List.copyOf(journal));
    }

    /** One that knows of no artifact; of peers it knows what the last one did. */
    Scheduler start() {
        return start(List.of());
    }

    private Scheduler start(List<Event> past) {
        return new Scheduler(
                past,
                new Recording(),
                swarms,
                new ReadSigner(profiles, Duration.ofMinutes(1)),
                LeaseTimes.defaults(),
                limits,
                true,
                new SwarmKeys(new byte[32]),
                () -> nowNanos,
                InstantSource.fixed(Instant.EPOCH),
                Runnable::run,
                (delay, task) -> timed.put(nowNanos + delay.toNanos(), task));
    }

    private final class Recording implements Journal {
        @Override
        public void begin(Supplier<List<Event>> snapshot) {
            journal.clear();
            journal.addAll(snapshot.get());
        }

        @Override
        public void append(Event event) {
            journal.add(event);
            if (failingAppends > 0) {
                failingAppends--;
                throw new ProcessFault(Kind.FAILED, "the disk is full");
            }
        }

        @Override
        public void check() {}
    }
}
