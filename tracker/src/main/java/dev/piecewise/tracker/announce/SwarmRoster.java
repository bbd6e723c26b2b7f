package dev.piecewise.tracker.announce;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The peers of one swarm. What an announce needs costs the same however many there are: peers stand in arrays, seeds and leeches
 * apart, where each knows its place, and are counted as they come and go.
 */
final class SwarmRoster {
    /** Those heard longest ago come first. */
    private final Map<InetSocketAddress, Member> members = new LinkedHashMap<>();

    private final List<Member> seeds = new ArrayList<>();
    private final List<Member> leeches = new ArrayList<>();
    private int stockSeeds;
    private int stockLeeches;
    private int completed;

    private static final class Member {
        final SwarmPeer peer;
        final long heardNanos;
        int place;

        Member(SwarmPeer peer, long heardNanos) {
            this.peer = peer;
            this.heardNanos = heardNanos;
        }
    }

    void put(SwarmPeer peer, boolean finished, long nowNanos) {
        remove(peer.address());
        Member member = new Member(peer, nowNanos);
        members.put(peer.address(), member);
        List<Member> kind = kindOf(peer);
        member.place = kind.size();
        kind.add(member);
        count(peer, 1);
        completed += finished ? 1 : 0;
    }

    void remove(InetSocketAddress address) {
        leave(members.remove(address));
    }

    void removeIf(Predicate<SwarmPeer> gone) {
        Iterator<Member> all = members.values().iterator();
        while (all.hasNext()) {
            Member member = all.next();
            if (gone.test(member.peer)) {
                all.remove();
                leave(member);
            }
        }
    }

    void expire(long nowNanos, long silentNanos) {
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

    /** Different peers, each choice equally likely (Floyd's way of drawing without a shuffle). */
    List<InetSocketAddress> sample(SwarmPeer asking, int atMost, RandomGenerator random) {
        int others = leeches.size() + (asking.wantsSeeds() ? seeds.size() : 0);
        // One more than wanted, for the one who asks may be among them.
        int count = Math.min(atMost + 1, others);
        Set<Integer> drawn = new HashSet<>();
        List<InetSocketAddress> sample = new ArrayList<>(count);
        for (int bound = others - count + 1; bound <= others; bound++) {
            int index = random.nextInt(bound);
            index = drawn.add(index) ? index : bound - 1;
            drawn.add(index);
            Member member = index < leeches.size() ? leeches.get(index) : seeds.get(index - leeches.size());
            if (!member.peer.address().equals(asking.address())) {
                sample.add(member.peer.address());
            }
        }
        // Whom to leave out must be drawn, too: late draws are not like early ones.
        while (sample.size() > atMost) {
            sample.remove(random.nextInt(sample.size()));
        }
        return sample;
    }

    SwarmCounts counts() {
        return new SwarmCounts(seeds.size(), leeches.size(), completed, stockSeeds, stockLeeches);
    }
}
