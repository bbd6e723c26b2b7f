package dev.piecewise.bench.simulate;

import dev.piecewise.bench.tracker.NoLinks;
import dev.piecewise.bench.tracker.UnreadOrigin;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.announce.AnnounceEvent;
import dev.piecewise.core.announce.AnnounceRequest;
import dev.piecewise.core.announce.AnnounceResponse;
import dev.piecewise.tracker.announce.Announcer;
import dev.piecewise.tracker.announce.InMemorySwarmStore;
import dev.piecewise.tracker.announce.Introductions;
import dev.piecewise.tracker.artifact.Admissions;
import dev.piecewise.tracker.artifact.OriginProfiles;
import dev.piecewise.tracker.artifact.ReadSigner;
import dev.piecewise.tracker.artifact.Scheduler;
import dev.piecewise.tracker.lease.LeaseTimes;
import dev.piecewise.tracker.lease.OriginBudget;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.tracker.state.Journal;
import dev.piecewise.tracker.token.SwarmKeys;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.HashList;
import dev.piecewise.trackerclient.api.Heartbeat;
import dev.piecewise.trackerclient.api.Ingest;
import dev.piecewise.trackerclient.api.LeaseGrants;
import dev.piecewise.trackerclient.api.PeerNews;
import dev.piecewise.trackerclient.api.PieceReport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The tracker: its real scheduler and announces, a message away. What processes do with it ({@code seeder.cluster}) is done here on
 * their behalf, with the same pauses.
 */
final class ModelTracker {
    private static final SwarmKeys KEYS = new SwarmKeys(new byte[32]);
    private static final String URI = "s3://simulated/object";
    private static final Duration INTERVAL = Duration.ofSeconds(30);
    private static final Duration LEAST_INTERVAL = Duration.ofSeconds(5);
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final long TICK_NANOS = Duration.ofMillis(100).toNanos();
    private static final long GATHER_NANOS = Duration.ofMillis(200).toNanos();
    private static final int FEW_PEERS = 5;

    private final Scenario scenario;
    private final Traffic traffic;
    private final Events events;
    private final Scheduler scheduler;
    private final Admissions admissions;
    private final Introductions introductions;
    private final Announcer announcer;
    private final Map<Host, Member> members = new HashMap<>();
    private final Map<String, InetSocketAddress> addresses = new HashMap<>();
    private long cpuNanos;
    private @Nullable ArtifactId artifact;
    private @Nullable HashList latest;
    private BitSet latestPieces = new BitSet();

    ModelTracker(Scenario scenario, Traffic traffic) {
        this.scenario = scenario;
        this.traffic = traffic;
        this.events = traffic.events();
        PieceLayout layout = scenario.layout();
        UnreadOrigin origin = new UnreadOrigin(layout.totalBytes());
        OriginProfiles origins = OriginProfiles.only(List.of(origin), List.of(ArtifactUri.parse(URI)));
        InMemorySwarmStore swarms = new InMemorySwarmStore(new SplittableRandom(scenario.seed()));
        this.scheduler = new Scheduler(
                List.of(),
                Journal.none(),
                swarms,
                new ReadSigner(origins, Duration.ofHours(1)),
                LeaseTimes.defaults(),
                OriginBudget.Limits.defaults(),
                true,
                KEYS,
                events,
                () -> Instant.EPOCH.plusNanos(events.now()),
                Runnable::run,
                (delay, task) -> events.after(delay.toNanos(), () -> run(task)));
        this.admissions = new Admissions(origins, Runnable::run, scheduler);
        this.introductions = new Introductions(1, events, Runnable::run);
        this.announcer = new Announcer(swarms, introductions, INTERVAL, LEAST_INTERVAL, events);
        tick();
    }

    /** What the tracker does takes no simulated time; what it took of this machine's is counted. */
    private <T> T call(Supplier<T> work) {
        long started = System.nanoTime();
        try {
            return work.get();
        } finally {
            cpuNanos += System.nanoTime() - started;
        }
    }

    private void run(Runnable work) {
        call(() -> {
            work.run();
            return true;
        });
    }

    /** Of this machine, without HTTP and JSON. */
    double cpuSeconds() {
        return cpuNanos / 1e9;
    }

    private void tick() {
        run(() -> {
            scheduler.tick();
            announcer.tick();
            introductions.tick();
        });
        events.after(TICK_NANOS, this::tick);
    }

    /** A process is there. One that reads the origin sends its own heartbeats. */
    void register(Host host, boolean reads) {
        run(() -> scheduler.register(new NodeRegistry.Node(
                host.nodeId(),
                reads ? "seeder" : "node",
                reads ? Ingest.ONLY : Ingest.NEVER,
                Optional.of(host.address().getAddress()),
                Optional.empty(),
                host.place(),
                events.now())));
        Member member = new Member(host);
        members.put(host, member);
        member.askForNewcomers("");
        if (!reads) {
            member.heartbeat();
        }
    }

    /** A node is asked for the artifact. */
    void ask(Host host) {
        traffic.count(Message.ASK);
        events.message(() -> {
            artifact = call(() -> admissions
                    .request(new ArtifactRequest(URI, "" + scenario.layout().pieceBytes()))
                    .join());
            events.message(() -> enter(host));
        });
    }

    /** A process enters the swarm of the artifact, which exists. */
    void enter(Host host) {
        member(host).enter(Objects.requireNonNull(artifact));
    }

    private Member member(Host host) {
        return Objects.requireNonNull(members.get(host));
    }

    /** A host holds one more piece. */
    void holds(Host host, int piece) {
        member(host).holds(piece);
    }

    /** A host wants to be named other peers. */
    void searches(Host host) {
        member(host).announce(AnnounceEvent.NONE);
    }

    void completed(Host host) {
        member(host).announce(AnnounceEvent.COMPLETED);
    }

    void leases(Host host, int atMost, Consumer<LeaseGrants> granted) {
        traffic.count(Message.LEASE);
        events.message(() -> {
            Future<?> unused = call(() -> scheduler.takeLeases(host.nodeId(), atMost, WAIT, NoLinks.LINKS))
                    .thenAccept(grants -> events.message(() -> granted.accept(grants)));
        });
    }

    void report(String leaseId, PieceReport report, Runnable acknowledged) {
        traffic.count(Message.REPORT);
        events.message(() -> {
            run(() -> scheduler.report(leaseId, report));
            events.message(acknowledged);
        });
    }

    void heartbeat(Host host, List<Heartbeat.Progress> leases) {
        traffic.count(Message.HEARTBEAT);
        events.message(() -> {
            Future<?> unused = call(() -> scheduler.heartbeat(host.nodeId(), new Heartbeat(leases)));
        });
    }

    /** Bytes that the ledger counts as read from the origin, by all readers. */
    long originBytes() {
        ArtifactId id = artifact;
        return id == null ? 0 : scheduler.ledger(id).originBytes();
    }

    /** Answers everybody; nothing comes of it any more. */
    void close() {
        scheduler.close();
        members.clear();
    }

    private BitSet pieces(HashList list) {
        if (!list.equals(latest)) { // most are answered by the same one
            latest = list;
            BitSet pieces = new BitSet();
            list.unpack().forEach(entry -> pieces.set(entry.piece()));
            latestPieces = pieces;
        }
        return latestPieces;
    }

    /** What one process does with the tracker. */
    private final class Member {
        private final Host host;
        private final List<Integer> gathered = new ArrayList<>();
        private InfoHash swarm = InfoHash.of(new byte[InfoHash.BYTES]);
        private boolean willAnnounce;
        private boolean resting;

        Member(Host host) {
            this.host = host;
        }

        void heartbeat() {
            if (!host.isGone()) {
                ModelTracker.this.heartbeat(host, List.of());
                events.after(LeaseTimes.defaults().heartbeat().toNanos(), this::heartbeat);
            }
        }

        private void askForNewcomers(String cursor) {
            if (host.isGone()) {
                return;
            }
            traffic.count(Message.NEWCOMERS);
            events.message(() -> {
                Future<?> unused = call(() -> introductions.ask(host.nodeId(), cursor, WAIT))
                        .thenAccept(news -> events.message(() -> hear(news)));
            });
        }

        private void hear(PeerNews news) {
            host.introduced(news.newcomers().stream()
                    .map(newcomer -> addresses.computeIfAbsent(newcomer.host(), Host::address))
                    .toList());
            askForNewcomers(news.cursor());
        }

        void enter(ArtifactId id) {
            swarm = KEYS.provisionalId(id);
            announce(AnnounceEvent.STARTED);
            askForHashes(id, "");
        }

        private void askForHashes(ArtifactId id, String cursor) {
            if (host.isGone()) {
                return;
            }
            traffic.count(Message.HASHES);
            events.message(() -> {
                Future<?> unused = call(() -> scheduler.hashes(id, cursor, WAIT))
                        .thenAccept(list -> events.message(() -> learn(id, list)));
            });
        }

        private void learn(ArtifactId id, HashList list) {
            host.learns(pieces(list));
            String infoHash = list.infoHash();
            if (list.state() == ArtifactState.READING) {
                askForHashes(id, list.cursor());
            } else if (infoHash != null) {
                swarm = InfoHash.fromHex(infoHash);
                announce(AnnounceEvent.STARTED);
            }
        }

        void announce(AnnounceEvent event) {
            if (host.isGone()) {
                return;
            }
            traffic.count(Message.ANNOUNCE);
            AnnounceRequest request = new AnnounceRequest(
                    swarm,
                    host.id(),
                    Host.PORT,
                    0,
                    0,
                    host.leftBytes(),
                    event,
                    scenario.policy().wanted());
            events.message(() -> {
                AnnounceResponse response = call(() -> announcer.announce(
                        request, host.address().getAddress(), Optional.of(host.nodeId()), host.place()));
                events.message(() -> named(response));
            });
        }

        private void named(AnnounceResponse response) {
            host.named(response.peers());
            if (!willAnnounce) {
                willAnnounce = true;
                boolean few = host.neighbours() < FEW_PEERS && !host.isComplete();
                Duration pause = few ? response.minInterval() : response.interval();
                events.after(pause.toNanos(), () -> {
                    willAnnounce = false;
                    announce(AnnounceEvent.NONE);
                });
            }
        }

        void holds(int piece) {
            gathered.add(piece);
            if (!resting) {
                tellHoldings();
            }
        }

        private void tellHoldings() {
            ArtifactId id = artifact;
            resting = !gathered.isEmpty() && id != null && !host.isGone();
            if (resting && id != null) {
                List<Integer> added = List.copyOf(gathered);
                gathered.clear();
                traffic.count(Message.HOLDINGS);
                events.message(() -> run(() -> scheduler.holdings(host.nodeId(), id, null, added, List.of())));
                events.after(GATHER_NANOS, this::tellHoldings);
            }
        }
    }
}
