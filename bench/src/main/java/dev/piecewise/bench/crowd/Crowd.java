package dev.piecewise.bench.crowd;

import dev.piecewise.bench.tracker.SizedObject;
import dev.piecewise.core.InfoHash;
import dev.piecewise.trackerclient.api.PeerNews;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** The nodes, and what happens to them. On one thread. */
final class Crowd implements AutoCloseable {
    /** Nodes come from so many addresses: each has ports for some thousands of connections only. */
    private static final int ADDRESSES = 100;

    private static final int MOST_SECONDS_LATE = 60;

    final Plan plan;
    final Calls calls;
    final Tally tally = new Tally();
    final Timeline timeline = new Timeline(tally.load);
    final SplittableRandom random = new SplittableRandom(1);
    final String authority;

    private final List<Published> published;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Node> seeders = new ArrayList<>();
    private final Map<String, Growing> growing = new HashMap<>();
    private final Map<String, Long> announcedNanos = new HashMap<>();
    private int started;

    /** An artifact that is there from the start. */
    record Published(String id, InfoHash infoHash) {}

    Crowd(Plan plan, URI tracker, List<Published> published) throws IOException {
        this.plan = plan;
        this.published = published;
        this.authority = tracker.getAuthority();
        this.calls = new Calls(new InetSocketAddress(tracker.getHost(), tracker.getPort()));
    }

    /** All nodes come, one after the other, and tell what they have. */
    void come(double seconds) throws IOException {
        for (int number = 0; number < plan.nodes() + plan.seeders(); number++) {
            boolean reads = number >= plan.nodes();
            Node node = new Node(this, number, reads, lines(number));
            (reads ? seeders : nodes).add(node);
            timeline.after(number * seconds / plan.nodes(), () -> node.start(reads ? List.of() : some()));
        }
        run(seconds);
        for (int second = 0; started < nodes.size() + seeders.size(); second++) {
            if (second == MOST_SECONDS_LATE) {
                throw new IOException(started + " nodes only are registered; " + tally.lastFailure());
            }
            run(1);
        }
    }

    private static Calls.Lines lines(int number) throws IOException {
        return new Calls.Lines(InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) (1 + number % ADDRESSES)}));
    }

    private List<Published> some() {
        return random.ints(plan.artifactsPerNode(), 0, published.size())
                .distinct()
                .mapToObj(published::get)
                .toList();
    }

    void hasStarted() {
        started++;
    }

    /** New artifacts come from now on, for ever. */
    void takeNewArtifacts() {
        Growing next = new Growing(SizedObject.uri(growing.size()), plan.pieces());
        growing.put(next.uri, next);
        random.ints(0, nodes.size())
                .distinct()
                .limit(plan.takers())
                .forEach(taker -> timeline.after(random.nextDouble() * Plan.SPREAD_SECONDS, () -> nodes.get(taker)
                        .take(next)));
        timeline.after(plan.pauseSeconds(), this::takeNewArtifacts);
    }

    Optional<Growing> growing(String uri) {
        return Optional.ofNullable(growing.get(uri));
    }

    /** A node announces itself in a swarm for the first time. */
    void announces(InfoHash swarm, String host) {
        announcedNanos.put(swarm.hex() + host, timeline.nowNanos());
    }

    /** A node hears of another one. */
    void hearsOf(PeerNews.Newcomer newcomer) {
        Long announced = announcedNanos.get(newcomer.infoHash() + newcomer.host());
        if (announced != null) {
            tally.newcomers.add(timeline.nowNanos() - announced);
        }
    }

    void run(double seconds) throws IOException {
        long end = timeline.nowNanos() + (long) (seconds * 1e9);
        while (timeline.nowNanos() < end) {
            calls.await(timeline.run());
        }
    }

    @Override
    public void close() throws IOException {
        calls.close();
    }
}
