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
    /** Those heard longest ago come first: in order of access. */
    private final Map<InetSocketAddress, Member> members = new LinkedHashMap<>(16, 0.75f, true);

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
        Member known = members.get(peer.address());
        if (known != null && known.peer.equals(peer)) {
            known.heardNanos = nowNanos;
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
        swap(kind, member.place, kind.size() - 1);
        kind.remove(kind.size() - 1);
        count(member.peer, -1);
    }

    private static void swap(List<Member> kind, int one, int other) {
        Member member = kind.get(one);
        Member with = kind.set(other, member);
        kind.set(one, with);
        with.place = one;
        member.place = other;
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
     * Different peers, each choice equally likely: one after the other is drawn from those not drawn yet, and moved to the front
     * of its kind to be told from them.
     */
    synchronized List<InetSocketAddress> sample(SwarmPeer asking, int atMost) {
        int useful = leeches.size() + (asking.wantsSeeds() ? seeds.size() : 0);
        List<InetSocketAddress> sample = new ArrayList<>(Math.min(atMost, useful));
        int drawnLeeches = 0;
        for (int drawn = 0; drawn < useful && sample.size() < atMost; drawn++) {
            int choice = random.nextInt(useful - drawn);
            int leechesLeft = leeches.size() - drawnLeeches;
            Member member = choice < leechesLeft
                    ? draw(leeches, drawnLeeches++, choice)
                    : draw(seeds, drawn - drawnLeeches, choice - leechesLeft);
            if (!member.peer.address().equals(asking.address())) {
                sample.add(member.peer.address());
            }
        }
        return sample;
    }

    private static Member draw(List<Member> kind, int drawn, int choice) {
        swap(kind, drawn + choice, drawn);
        return kind.get(drawn);
    }

    synchronized SwarmCounts counts() {
        return new SwarmCounts(seeds.size(), leeches.size(), completed, stockSeeds, stockLeeches);
    }
}
