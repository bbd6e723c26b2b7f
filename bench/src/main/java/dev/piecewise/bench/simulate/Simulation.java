package dev.piecewise.bench.simulate;

import dev.piecewise.trackerclient.api.Ingest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One run of a scenario. Deterministic, but for what it says of this machine. */
final class Simulation implements Host.Surroundings {
    private static final int MOST_BOUNDS = 30;

    private final Scenario scenario;
    private final Runnable halfway;
    private final SplittableRandom random;
    private final Events events;
    private final Traffic traffic;
    private final Map<InetSocketAddress, Host> hosts = new HashMap<>();
    private final List<Host> nodes = new ArrayList<>();
    private final List<Host> late = new ArrayList<>();
    private final double[] firstPieceSeconds;
    private final Map<Host, OriginReader> readers = new LinkedHashMap<>();
    private final Uplink origin;
    private final @Nullable Host seeder;
    private final ModelTracker tracker;
    private int incomplete;
    private IntSummaryStatistics neighbours = new IntSummaryStatistics();

    Simulation(Scenario scenario) {
        this(scenario, () -> {});
    }

    /** @param halfway is run once when half of the bound is over */
    Simulation(Scenario scenario, Runnable halfway) {
        this.scenario = scenario;
        this.halfway = halfway;
        this.random = new SplittableRandom(scenario.seed());
        this.events = new Events(scenario.latency().toNanos());
        double zoneRate = scenario.bytesPerSecond() * Math.max(1, (double) scenario.nodes() / scenario.zones()) / 4;
        this.traffic = new Traffic(events, scenario.layout().pieceCount(), scenario.zones(), zoneRate);
        this.tracker = new ModelTracker(scenario, traffic);
        this.firstPieceSeconds = new double[scenario.nodes()];
        for (int number = 0; number < scenario.nodes(); number++) {
            nodes.add(host(number, scenario.bytesPerSecond() * scenario.links().share(number)));
        }
        Scenario.Origin from = scenario.origin();
        this.origin = new Uplink(events, from.bytesPerSecond(), from.connectionBytesPerSecond(), 0);
        this.seeder = from.readers().hasSeeder() ? host(scenario.nodes(), scenario.bytesPerSecond()) : null;
        nodes.forEach(node -> register(node, from.readers().nodes()));
        if (seeder != null) {
            register(seeder, Ingest.ONLY);
        }
        incomplete = nodes.size();
    }

    private void register(Host host, Ingest ingest) {
        if (ingest == Ingest.NEVER) {
            tracker.register(host, ingest, List::of);
        } else {
            OriginReader reader = new OriginReader(host, ingest, tracker, traffic, origin, scenario.layout());
            readers.put(host, reader);
            tracker.register(host, ingest, reader::progress);
        }
    }

    private Host host(int number, double bytesPerSecond) {
        Host host = new Host(number, bytesPerSecond, number % scenario.zones(), scenario, traffic, this);
        hosts.put(host.address(), host);
        return host;
    }

    /**
     * Runs until every node that was not killed has all pieces.
     *
     * @throws IllegalStateException if that takes far too long
     */
    Outcome run() {
        long started = System.nanoTime();
        double bound = scenario.boundSeconds(1);
        if (seeder != null) {
            reader(seeder).ifPresent(OriginReader::start);
        }
        nodes.forEach(this::starts);
        for (int killed = 0; killed < (int) (scenario.churn().share() * nodes.size()); killed++) {
            Host victim = nodes.get(killed);
            events.after((long) (random.nextDouble() * bound * 1e9), () -> replace(victim));
        }
        events.after((long) (bound / 2 * 1e9), this::count);
        double end = scenario.boundSeconds(0.1)
                + MOST_BOUNDS * bound
                + Duration.ofSeconds(10).toSeconds();
        while (incomplete > 0) {
            if (!events.next() || events.seconds() > end) {
                throw new IllegalStateException(incomplete + " nodes are not done after " + events.seconds() + " s");
            }
        }
        return outcome((System.nanoTime() - started) / 1e9);
    }

    private void starts(Host node) {
        node.start();
        tracker.ask(node, () -> reader(node).ifPresent(OriginReader::start));
    }

    private Optional<OriginReader> reader(Host host) {
        return Optional.ofNullable(readers.get(host));
    }

    /** A node ends, and an empty one comes in its place. */
    private void replace(Host victim) {
        if (!victim.isComplete()) {
            incomplete--;
        }
        switch (scenario.churn().death()) {
            case KILLED -> {
                victim.leave();
                hosts.remove(victim.address());
            }
            case SILENT -> victim.fallSilent();
        }
        reader(victim).ifPresent(OriginReader::end);
        Host fresh = host(
                scenario.nodes() + 1 + late.size(),
                scenario.bytesPerSecond() * scenario.links().share(victim.number()));
        late.add(fresh);
        incomplete++;
        register(fresh, scenario.origin().readers().nodes());
        starts(fresh);
    }

    private void count() {
        neighbours = nodes.stream()
                .filter(node -> !node.isGone())
                .mapToInt(Host::neighbours)
                .summaryStatistics();
        halfway.run();
    }

    @Override
    public @Nullable Host at(InetSocketAddress address) {
        return hosts.get(address);
    }

    @Override
    public void searches(Host host) {
        tracker.searches(host);
    }

    @Override
    public void holds(Host host, int piece) {
        if (host.number() < firstPieceSeconds.length && firstPieceSeconds[host.number()] == 0) {
            firstPieceSeconds[host.number()] = events.seconds();
        }
        tracker.holds(host, piece);
    }

    @Override
    public void completed(Host host) {
        if (host != seeder) {
            incomplete--;
        }
        tracker.completed(host);
    }

    private Outcome outcome(double wallSeconds) {
        long size = scenario.layout().totalBytes();
        List<Host> staying = nodes.stream().filter(node -> !node.isGone()).toList();
        double[] ratios = staying.stream().mapToDouble(this::overBound).sorted().toArray();
        double wasted = staying.stream().mapToLong(Host::wastedBytes).sum();
        double busy = staying.stream()
                .mapToDouble(node -> node.uplink().busySeconds())
                .average()
                .orElse(0);
        return new Outcome(
                ratios[ratios.length - 1],
                ratios[ratios.length / 2],
                staying.stream().mapToDouble(Host::seconds).max().orElse(0),
                late.stream().mapToDouble(this::overBound).max().orElse(0),
                traffic.slowestNoticeSeconds(),
                Arrays.stream(firstPieceSeconds).max().orElse(0),
                (double) readers.values().stream()
                                .mapToLong(OriginReader::readBytes)
                                .sum()
                        / size,
                (int) readers.values().stream()
                        .filter(reader -> reader.readBytes() > 0)
                        .count(),
                (double) readers.values().stream()
                                .mapToLong(OriginReader::readBytes)
                                .max()
                                .orElse(0)
                        / size,
                seeder == null ? 0 : (double) seeder.sentBytes() / size,
                wasted / size / staying.size(),
                (double) traffic.bytesBetweenZones() / size,
                busy / events.seconds(),
                neighbours.getAverage(),
                neighbours.getMin(),
                neighbours.getMax(),
                (double) traffic.messages(Message.Party.PEER) / scenario.nodes(),
                (double) traffic.messages(Message.Party.TRACKER) / scenario.nodes(),
                traffic.messages(),
                tracker.cpuSeconds(),
                wallSeconds);
    }

    private double overBound(Host node) {
        return node.seconds() / scenario.boundSeconds(node.bytesPerSecond() / scenario.bytesPerSecond());
    }

    /**
     * Nothing happens any more.
     *
     * @return the tracker, which holds none of the hosts
     */
    ModelTracker end() {
        tracker.close();
        events.clear();
        return tracker;
    }
}
