package dev.piecewise.peer.schedule;

import dev.piecewise.core.PieceLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * One seed and its leeches around a switch, or in zones that are linked with each other, in simulated time: the real scheduling
 * classes above links that share their rates fairly, without headers, slow starts or work for processors. Deterministic.
 */
final class SimulatedStar {
    private static final int OWN_UNITS = 16;
    private static final int STEP_BYTES = 64 << 10;
    private static final long TICK_NANOS = Duration.ofMillis(100).toNanos();
    private static final int MOST_SECONDS = 600;

    private final PieceLayout layout;
    private final List<Host> hosts = new ArrayList<>();
    private final Deque<Runnable> messages = new ArrayDeque<>();
    private final SuperSeeding seeding;
    private final long[] sentBytes;
    private final int[] zones;
    private final double zoneBytesPerSecond;
    private long betweenZones;
    private long now = 1_000_000_000;

    /** A host; the first one is the seed. */
    private final class Host {
        private final int number;
        private final double bytesPerSecond;
        private final PiecePicker picker;
        private final RequestSchedule schedule;
        private final List<Side> sides = new ArrayList<>();
        private boolean gone;
        private long doneNanos = -1;

        Host(int number, double bytesPerSecond, BitSet held) {
            this.number = number;
            this.bytesPerSecond = bytesPerSecond;
            this.picker =
                    new PiecePicker(layout, held, new Random(number), new ZoneEntry("zone" + zones[number], key()));
            this.schedule = new RequestSchedule(picker, () -> now);
        }

        /** As peer ids are: nothing follows from a node's number. */
        long key() {
            return new Random(number + 1L).nextLong();
        }

        void held(int piece) {
            schedule.held(piece);
            if (picker.isComplete() && doneNanos < 0) {
                doneNanos = now;
            }
            for (Side side : sides) {
                messages.add(() -> side.opposite().hears(piece));
            }
        }
    }

    /** One host's end of a connection, and what flows to it. */
    private final class Side implements PeerState.Voice, SuperSeeding.Taker {
        private final Host host;
        private final Host peer;
        private final PeerState state = new PeerState(this, now);
        private final Deque<BlockRequest> coming = new ArrayDeque<>();
        private double flowed;
        private double rate;

        Side(Host host, Host peer) {
            this.host = host;
            this.peer = peer;
            state.accepts(250, OWN_UNITS);
        }

        Side opposite() {
            return peer.sides.stream()
                    .filter(side -> side.peer == host)
                    .findFirst()
                    .orElseThrow();
        }

        void hears(int piece) {
            host.schedule.has(state, piece);
            if (host.number == 0) {
                seeding.has(this, piece);
            }
        }

        @Override
        public void request(BlockRequest request) {
            messages.add(() -> {
                if (peer.number > 0
                        || seeding.admits(opposite(), request.piece().index())) {
                    coming.add(request);
                } else {
                    host.schedule.rejected(state, request.piece().index(), request.offset(), request.length());
                }
            });
        }

        @Override
        public void cancel(BlockRequest request) {
            messages.add(() -> {
                if (coming.peek() != request) {
                    coming.remove(request);
                }
            });
        }

        @Override
        public void interested(boolean wanted) {}

        @Override
        public void claims(int piece, boolean claimed) {
            messages.add(() -> peer.schedule.claimed(opposite().state, piece, claimed));
        }

        boolean isBetweenZones() {
            return zones[host.number] != zones[peer.number];
        }

        /** By number: uploads and downloads of hosts, then of zones. */
        List<Integer> links() {
            int count = hosts.size();
            List<Integer> links = new ArrayList<>(List.of(peer.number, count + host.number));
            if (isBetweenZones()) {
                links.add(2 * count + zones[peer.number]);
                links.add(3 * count + zones[host.number]);
            }
            return links;
        }

        @Override
        public boolean has(int piece) {
            return state.has().get(piece)
                    || (isBetweenZones()
                            && host.sides.stream()
                                    .anyMatch(other -> zones[other.peer.number] == zones[peer.number]
                                            && other.state.has().get(piece)));
        }

        /** Of the seed's side: tells the other end. */
        @Override
        public void suggest(int piece) {
            messages.add(() -> peer.schedule.suggested(opposite().state, piece));
        }

        /** Bytes until something happens. */
        double step() {
            BlockRequest first = coming.element();
            return Math.min(STEP_BYTES, first.length() - first.receivedBytes()) - flowed;
        }

        void arrive() {
            BlockRequest request = coming.element();
            int bytes = Math.min(STEP_BYTES, request.length() - request.receivedBytes());
            flowed = 0;
            sentBytes[peer.number] += bytes;
            betweenZones += isBetweenZones() ? bytes : 0;
            boolean current = request.isCurrent();
            int piece = request.piece().index();
            if (request.receivedBytes() == 0
                    && host.schedule.begins(state, piece, request.offset(), request.length()) != request) {
                coming.remove(); // cancelled when it had begun to flow
                return;
            }
            host.schedule.received(state, request, bytes);
            if (request.receivedBytes() == request.length()) {
                coming.remove();
            }
            if (current && request.piece().hasArrived()) {
                host.held(piece);
            }
        }
    }

    /** @param bytesPerSecond of the seed and of each leech, both ways */
    SimulatedStar(PieceLayout layout, double... bytesPerSecond) {
        this(layout, new int[bytesPerSecond.length], Double.MAX_VALUE, bytesPerSecond);
    }

    /**
     * @param zones of each host, from 0
     * @param zoneBytesPerSecond of each zone, both ways, towards all others
     */
    SimulatedStar(PieceLayout layout, int[] zones, double zoneBytesPerSecond, double... bytesPerSecond) {
        this.layout = layout;
        this.zones = zones.clone();
        this.zoneBytesPerSecond = zoneBytesPerSecond;
        this.sentBytes = new long[bytesPerSecond.length];
        for (int number = 0; number < bytesPerSecond.length; number++) {
            BitSet held = new BitSet();
            held.set(0, number == 0 ? layout.pieceCount() : 0);
            hosts.add(new Host(number, bytesPerSecond[number], held));
        }
        this.seeding = new SuperSeeding(layout, hosts.get(0).picker::copies, () -> now, new Random(0));
        for (Host host : hosts) {
            for (Host peer : hosts) {
                if (host != peer) {
                    host.sides.add(new Side(host, peer));
                }
            }
        }
        for (Host host : hosts) {
            for (Side side : host.sides) {
                host.schedule.joined(side.state);
                if (host.number == 0) {
                    seeding.joined(side);
                }
            }
        }
        deliver();
        for (Host host : hosts) {
            for (Side side : host.sides) {
                host.schedule.has(side.state, side.peer.picker.held());
                if (Arrays.stream(zones).distinct().count() > 1) {
                    host.schedule.placed(
                            side.state,
                            side.isBetweenZones() ? PeerState.Nearness.FAR : PeerState.Nearness.NEAR,
                            "zone" + zones[side.peer.number],
                            side.peer.key());
                }
                host.schedule.unchoked(side.state);
            }
        }
        deliver();
    }

    private void deliver() {
        while (!messages.isEmpty()) {
            messages.remove().run();
        }
    }

    /** Runs until every leech that stays is complete. */
    void run() {
        runUntil(Long.MAX_VALUE);
    }

    /** Runs so far. */
    void runFor(Duration duration) {
        runUntil(now + duration.toNanos());
    }

    private void runUntil(long endNanos) {
        long tick = now + TICK_NANOS;
        while (now < endNanos && hosts.stream().anyMatch(host -> !host.gone && !host.picker.isComplete())) {
            if (now > MOST_SECONDS * 1_000_000_000L) {
                throw new AssertionError("not done after " + MOST_SECONDS + " s");
            }
            List<Side> active = new ArrayList<>();
            hosts.forEach(host ->
                    host.sides.stream().filter(side -> !side.coming.isEmpty()).forEach(active::add));
            share(active);
            double nanos = tick - now;
            for (Side side : active) {
                nanos = Math.min(nanos, side.step() / side.rate * 1e9);
            }
            now += (long) Math.ceil(Math.max(0, nanos));
            for (Side side : active) {
                side.flowed += side.rate * nanos / 1e9;
            }
            for (Side side : active) {
                if (!side.coming.isEmpty() && side.step() < 1e-3) {
                    side.arrive();
                }
            }
            deliver();
            if (now >= tick) {
                tick += TICK_NANOS;
                hosts.stream().filter(host -> !host.gone).forEach(host -> host.schedule.tick());
                seeding.tick();
                deliver();
            }
        }
    }

    /** Max-min fairness: the tightest link is shared out, then the next. */
    private void share(List<Side> flows) {
        double[] free = new double[4 * hosts.size()];
        Arrays.fill(free, zoneBytesPerSecond);
        for (Host host : hosts) {
            free[host.number] = host.bytesPerSecond;
            free[hosts.size() + host.number] = host.bytesPerSecond;
        }
        List<Side> left = new ArrayList<>(flows);
        while (!left.isEmpty()) {
            int[] users = new int[free.length];
            left.forEach(side -> side.links().forEach(link -> users[link]++));
            double least = Double.MAX_VALUE;
            for (int link = 0; link < free.length; link++) {
                least = Math.min(least, users[link] == 0 ? least : free[link] / users[link]);
            }
            double tightest = least * 1.000001;
            List<Side> fixed = left.stream()
                    .filter(side -> side.links().stream().anyMatch(link -> free[link] / users[link] <= tightest))
                    .toList();
            for (Side side : fixed) {
                side.rate = least;
                for (int link : side.links()) {
                    free[link] -= least;
                }
            }
            left.removeAll(fixed);
        }
    }

    /** A leech ends, and all its connections with it. */
    void leaves(int number) {
        Host lost = hosts.get(number);
        lost.gone = true;
        for (Side side : lost.sides) {
            Side other = side.opposite();
            other.coming.clear();
            other.host.sides.remove(other);
            other.host.schedule.left(other.state);
            if (other.host.number == 0) {
                seeding.left(other);
            }
        }
        lost.sides.clear();
        deliver();
    }

    /** Seconds from the start, of a leech. */
    double secondsOf(int number) {
        return (hosts.get(number).doneNanos - 1_000_000_000) / 1e9;
    }

    double slowestSeconds() {
        double slowest = 0;
        for (Host host : hosts.subList(1, hosts.size())) {
            slowest = Math.max(slowest, host.gone ? 0 : secondsOf(host.number));
        }
        return slowest;
    }

    long betweenZones() {
        return betweenZones;
    }

    long sentBytes(int number) {
        return sentBytes[number];
    }
}
