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
 * their behalf, with the same pauses, but for these:
 *
 * <ul>
 *   <li>Where no node may read, holdings are told at once and then every 0.2 s, and not when the tracker says, which is 0.4 s later
 *       or more; nothing depends on them then, but they are counted more often than they would be.
 *   <li>A node asks, announces itself and asks for hashes, which is a single call of a real one; that tells its first, empty
 *       holdings, too, which is done here only where nodes may read.
 *   <li>Nobody leaves: who ends is missed when its heartbeats are.
 * </ul>
 */
final class ModelTracker {
    private static final SwarmKeys KEYS = new SwarmKeys(new byte[32]);
    private static final String URI = "s3://simulated/object";
    /** Those of a tracker by default; nodes are told a longer one. */
    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private static final Duration LEAST_INTERVAL = Duration.ofSeconds(5);
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final long TICK_NANOS = Duration.ofMillis(100).toNanos();
    private static final long GATHER_NANOS = Duration.ofMillis(200).toNanos();
    private static final int FEW_PEERS = 5;
    private static final int ENOUGH_PEERS = 20;
    private static final Duration UNHURRIED = Duration.ofSeconds(15);

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

    /**
     * A process is there.
     *
     * @param leases how far it is with what it reads
     */
    void register(Host host, Ingest ingest, Supplier<List<Heartbeat.Progress>> leases) {
        run(() -> scheduler.register(new NodeRegistry.Node(
                host.nodeId(),
                ingest == Ingest.ONLY ? "seeder" : "node",
                ingest,
                Optional.of(host.address().getAddress()),
                Optional.empty(),
                host.place(),
                events.now())));
        Member member = new Member(host, leases);
        members.put(host, member);
        member.askForNewcomers("");
        member.heartbeat();
    }

    /**
     * A node is asked for the artifact.
     *
     * @param entered what it does when it is in the swarm
     */
    void ask(Host host, Runnable entered) {
        traffic.count(Message.ASK);
        events.message(() -> {
            artifact = call(() -> admissions
                    .request(new ArtifactRequest(URI, "" + scenario.layout().pieceBytes()))
                    .join());
            events.message(() -> {
                enter(host);
                entered.run();
            });
        });
    }

    /** A process enters the swarm of the artifact, which exists. */
    void enter(Host host) {
        member(host).enter(Objects.requireNonNull(artifact));
    }

    /** Whether a process is in the swarm of the artifact and knows of no torrent yet. */
    boolean grows(Host host) {
        return member(host).grows;
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

    private void heartbeat(Host host, List<Heartbeat.Progress> leases) {
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

    /** Whether what nodes hold decides who reads. */
    private boolean isHoldingWatched() {
        return scenario.origin().readers().nodes() != Ingest.NEVER;
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
        private final Supplier<List<Heartbeat.Progress>> leases;
        private boolean grows;
        private boolean willAnnounce;
        private boolean resting;
        private long notBeforeNanos;

        Member(Host host, Supplier<List<Heartbeat.Progress>> leases) {
            this.host = host;
            this.leases = leases;
        }

        void heartbeat() {
            if (!host.isGone()) {
                ModelTracker.this.heartbeat(host, leases.get());
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
            grows = true;
            if (isHoldingWatched()) {
                traffic.count(Message.HOLDINGS);
                events.message(
                        () -> run(() -> scheduler.holdings(host.nodeId(), id, host.held(), List.of(), List.of())));
            }
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
                grows = false;
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
                events.after(pause(response).toNanos(), () -> {
                    willAnnounce = false;
                    announce(AnnounceEvent.NONE);
                });
            }
        }

        /** As the engine's announce loop has it. */
        private Duration pause(AnnounceResponse response) {
            int others = response.complete() + response.incomplete() - 1;
            int peers = host.neighbours();
            if (host.isComplete() || peers >= Math.max(FEW_PEERS, Math.min(ENOUGH_PEERS, others))) {
                return response.interval();
            }
            return peers < FEW_PEERS ? response.minInterval() : UNHURRIED;
        }

        void holds(int piece) {
            gathered.add(piece);
            if (!resting && isHoldingWatched()) {
                gather();
            } else if (!resting) {
                tellHoldings();
            }
        }

        private void gather() {
            resting = true;
            events.at(Math.max(events.now() + GATHER_NANOS, notBeforeNanos), this::tellHoldings);
        }

        private void tellNext(Duration pause) {
            notBeforeNanos = events.now() + pause.toNanos();
            resting = false;
            if (!gathered.isEmpty()) {
                gather();
            }
        }

        private void tellHoldings() {
            ArtifactId id = artifact;
            resting = !gathered.isEmpty() && id != null && !host.isGone();
            if (resting && id != null) {
                List<Integer> added = List.copyOf(gathered);
                gathered.clear();
                traffic.count(Message.HOLDINGS);
                events.message(() -> {
                    run(() -> scheduler.holdings(host.nodeId(), id, null, added, List.of()));
                    if (isHoldingWatched()) {
                        Duration next = call(() -> scheduler.nextHoldings(host.nodeId()));
                        events.message(() -> tellNext(next));
                    }
                });
                if (!isHoldingWatched()) {
                    events.after(GATHER_NANOS, this::tellHoldings);
                }
            }
        }
    }
}
