package dev.piecewise.tracker.announce;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The peers of one swarm. What an announce needs costs the same however many there are: peers stand in arrays, seeds and leeches
 * apart, where each knows its place, and are counted as they come and go. Thread-safe, by a lock of its own.
 */
final class SwarmRoster {
    /** Those heard longest ago come first. */
    private final Map<InetSocketAddress, Member> members = new LinkedHashMap<>();

    private final List<Member> seeds = new ArrayList<>();
    private final List<Member> leeches = new ArrayList<>();
    private final RandomGenerator random;
    private int stockSeeds;
    private int stockLeeches;
    private int completed;

    private static final class Member {
        final SwarmPeer peer;
        long heardNanos;
        int place;

        Member(SwarmPeer peer, long heardNanos) {
            this.peer = peer;
            this.heardNanos = heardNanos;
        }
    }

    /** @param random picks the samples, and need not be thread-safe */
    SwarmRoster(RandomGenerator random) {
        this.random = random;
    }

    synchronized void put(SwarmPeer peer, boolean finished, long nowNanos) {
        completed += finished ? 1 : 0;
        Member known = members.remove(peer.address());
        if (known != null && known.peer.equals(peer)) {
            known.heardNanos = nowNanos;
            members.put(peer.address(), known);
            return;
        }
        leave(known);
        Member member = new Member(peer, nowNanos);
        members.put(peer.address(), member);
        List<Member> kind = kindOf(peer);
        member.place = kind.size();
        kind.add(member);
        count(peer, 1);
    }

    synchronized void remove(InetSocketAddress address) {
        leave(members.remove(address));
    }

    synchronized void removeIf(Predicate<SwarmPeer> gone) {
        Iterator<Member> all = members.values().iterator();
        while (all.hasNext()) {
            Member member = all.next();
            if (gone.test(member.peer)) {
                all.remove();
                leave(member);
            }
        }
    }

    synchronized void expire(long nowNanos, long silentNanos) {
        Iterator<Member> oldestFirst = members.values().iterator();
        while (oldestFirst.hasNext()) {
            Member member = oldestFirst.next();
            if (nowNanos - member.heardNanos <= silentNanos) {
                return;
            }
            oldestFirst.remove();
            leave(member);
        }
    }

    /** The last of its kind takes the place of the one that leaves. */
    private void leave(@Nullable Member member) {
        if (member == null) {
            return;
        }
        List<Member> kind = kindOf(member.peer);
        Member last = kind.remove(kind.size() - 1);
        if (last != member) {
            kind.set(member.place, last);
            last.place = member.place;
        }
        count(member.peer, -1);
    }

    private List<Member> kindOf(SwarmPeer peer) {
        return peer.seed() ? seeds : leeches;
    }

    private void count(SwarmPeer peer, int change) {
        if (peer.nodeId().isEmpty()) {
            stockSeeds += peer.seed() ? change : 0;
            stockLeeches += peer.seed() ? 0 : change;
        }
    }

    /**
     * Different peers, each equally likely to be among them: from a random one on, in steps of a random width that has no factor
     * in common with their number and so comes by each of them once.
     */
    synchronized List<InetSocketAddress> sample(SwarmPeer asking, int atMost) {
        int useful = leeches.size() + (asking.wantsSeeds() ? seeds.size() : 0);
        int own = indexOf(asking.address());
        int others = own < useful ? useful - 1 : useful;
        int count = Math.min(atMost, others);
        List<InetSocketAddress> sample = new ArrayList<>(count);
        if (count > 0) {
            int step = step(others);
            int other = random.nextInt(others);
            while (sample.size() < count) {
                int index = other < own ? other : other + 1;
                Member member = index < leeches.size() ? leeches.get(index) : seeds.get(index - leeches.size());
                sample.add(member.peer.address());
                other = other < others - step ? other + step : other - (others - step);
            }
        }
        return sample;
    }

    /** Where a peer stands if leeches and seeds are counted through; beyond all of them if it is none. */
    private int indexOf(InetSocketAddress address) {
        Member member = members.get(address);
        if (member == null) {
            return Integer.MAX_VALUE;
        }
        return member.peer.seed() ? leeches.size() + member.place : member.place;
    }

    private int step(int others) {
        int step = 1 + random.nextInt(others);
        while (greatestCommonDivisor(others, step) != 1) {
            step = 1 + random.nextInt(others);
        }
        return step;
    }

    private static int greatestCommonDivisor(int one, int other) {
        int large = one;
        int small = other;
        while (small != 0) {
            int rest = large % small;
            large = small;
            small = rest;
        }
        return large;
    }

    synchronized SwarmCounts counts() {
        return new SwarmCounts(seeds.size(), leeches.size(), completed, stockSeeds, stockLeeches);
    }
}
