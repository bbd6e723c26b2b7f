package dev.piecewise.tracker.announce;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The peers of one swarm. What an announce needs costs the same however many there are: peers stand in arrays, seeds and leeches
 * apart, where each knows its place, and are counted as they come and go. Thread-safe, by a lock of its own.
 */
final class SwarmRoster {
    /** Of random peers twice as many as a node is to be named are looked at. */
    private static final int CHOICE = 2;
    /** Of those that a node is named, so many of five are of its own zone. */
    private static final int OF_FIVE = 3;
    /**
     * Of a zone so many nodes, its doors, know nodes of other zones, and each other: who brings a piece in says so to all who might
     * bring it in, too. Few enough to be each other's neighbours beside all others that a node has.
     */
    static final int DOORS = 16;

    /** Those heard longest ago come first; a peer is in one of the two. */
    private final Map<InetSocketAddress, Member> strangers = new LinkedHashMap<>();

    private final Map<InetSocketAddress, Member> nodes = new LinkedHashMap<>();

    /** Nodes that are labelled, by zone. */
    private final Map<String, List<Member>> zones = new HashMap<>();

    private final List<SwarmPeer> newDoors = new ArrayList<>(0);
    private final List<Member> seeds = new ArrayList<>();
    private final List<Member> leeches = new ArrayList<>();
    /** By how many addresses each node is here. */
    private final Map<String, Integer> addresses = new HashMap<>();

    private final RandomGenerator random;
    private int stockSeeds;
    private int stockLeeches;
    private int completed;

    private static final class Member {
        final SwarmPeer peer;
        long heardNanos;
        int place;
        int placeInZone;
        int handedOut;

        Member(SwarmPeer peer, long heardNanos) {
            this.peer = peer;
            this.heardNanos = heardNanos;
        }

        SwarmPeer handOut() {
            handedOut++;
            return peer;
        }
    }

    /** @param random picks the samples, and need not be thread-safe */
    SwarmRoster(RandomGenerator random) {
        this.random = random;
    }

    /** @return whether it was not there before */
    synchronized boolean put(SwarmPeer peer, boolean finished, long nowNanos) {
        completed += finished ? 1 : 0;
        Member known = forget(peer.address());
        if (known != null && known.peer.equals(peer)) {
            known.heardNanos = nowNanos;
            sort(peer).put(peer.address(), known);
            return false;
        }
        leave(known);
        Member member = new Member(peer, nowNanos);
        member.handedOut = known == null ? 0 : known.handedOut;
        sort(peer).put(peer.address(), member);
        List<Member> kind = kindOf(peer);
        member.place = kind.size();
        kind.add(member);
        if (!peer.zone().isEmpty()) {
            List<Member> zone = zones.computeIfAbsent(peer.zone(), absent -> new ArrayList<>());
            member.placeInZone = zone.size();
            zone.add(member);
            if (known != null && known.peer.zone().equals(peer.zone())) {
                swap(zone, known.placeInZone, member.placeInZone);
            }
        }
        count(peer, 1);
        return known == null || !known.peer.nodeId().equals(peer.nodeId());
    }

    /** Who was a door stays one. */
    private static void swap(List<Member> zone, int one, int other) {
        Collections.swap(zone, one, other);
        zone.get(one).placeInZone = one;
        zone.get(other).placeInZone = other;
    }

    /** @return whether that node was not there by that address, and so was added */
    synchronized boolean enter(SwarmPeer peer, long nowNanos) {
        Member known = nodes.get(peer.address());
        boolean there = known != null && known.peer.nodeId().equals(peer.nodeId());
        return !there && put(peer, false, nowNanos);
    }

    private Map<InetSocketAddress, Member> sort(SwarmPeer peer) {
        return peer.nodeId().isPresent() ? nodes : strangers;
    }

    private @Nullable Member forget(InetSocketAddress address) {
        Member node = nodes.remove(address);
        return node == null ? strangers.remove(address) : node;
    }

    /** @return the node that is not there any more for that, if any is */
    synchronized Optional<String> remove(InetSocketAddress address) {
        Member gone = forget(address);
        leave(gone);
        return gone == null ? Optional.empty() : gone.peer.nodeId().filter(node -> !addresses.containsKey(node));
    }

    /** All peers of a node. */
    synchronized void removeNode(String nodeId) {
        Optional<String> gone = Optional.of(nodeId);
        nodes.values().removeIf(member -> {
            boolean leaves = member.peer.nodeId().equals(gone);
            if (leaves) {
                leave(member);
            }
            return leaves;
        });
    }

    /** @return the nodes that are not there any more for that */
    synchronized List<String> expire(long nowNanos, long silentNanos, long silentNodeNanos) {
        expire(strangers, nowNanos, silentNanos);
        List<Member> gone = expire(nodes, nowNanos, silentNodeNanos);
        return gone.isEmpty() ? List.of() : notHereOf(gone);
    }

    private List<String> notHereOf(List<Member> members) {
        return members.stream()
                .flatMap(gone -> gone.peer.nodeId().stream())
                .filter(node -> !addresses.containsKey(node))
                .toList();
    }

    private List<Member> expire(Map<InetSocketAddress, Member> members, long nowNanos, long silentNanos) {
        List<Member> gone = new ArrayList<>(0);
        Iterator<Member> oldestFirst = members.values().iterator();
        while (oldestFirst.hasNext()) {
            Member member = oldestFirst.next();
            if (nowNanos - member.heardNanos <= silentNanos) {
                break;
            }
            oldestFirst.remove();
            leave(member);
            gone.add(member);
        }
        return gone;
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
        leaveZone(member);
        count(member.peer, -1);
    }

    private void leaveZone(Member member) {
        List<Member> zone = zones.get(member.peer.zone());
        if (zone != null) {
            Member last = zone.remove(zone.size() - 1);
            if (last != member) {
                boolean wasDoor = isDoor(last);
                zone.set(member.placeInZone, last);
                last.placeInZone = member.placeInZone;
                if (isDoor(last) && !wasDoor) {
                    newDoors.add(last.peer);
                }
            }
            if (zone.isEmpty()) {
                zones.remove(member.peer.zone());
            }
        }
    }

    private List<Member> kindOf(SwarmPeer peer) {
        return peer.seed() ? seeds : leeches;
    }

    private void count(SwarmPeer peer, int change) {
        if (peer.nodeId().isEmpty()) {
            stockSeeds += peer.seed() ? change : 0;
            stockLeeches += peer.seed() ? 0 : change;
        }
        peer.nodeId().ifPresent(node -> addresses.merge(node, change, SwarmRoster::sumUnlessNone));
    }

    private static @Nullable Integer sumUnlessNone(int one, int other) {
        return one + other == 0 ? null : one + other;
    }

    /**
     * Different peers in random order, as some are called before others; without the one that asks. Before them, for a door, the other
     * doors of its zone.
     */
    synchronized List<SwarmPeer> sample(SwarmPeer asking, int atMost) {
        Predicate<Member> useful = member ->
                !member.peer.address().equals(asking.address()) && (asking.wantsSeeds() || !member.peer.seed());
        boolean zoned = asking.nodeId().isPresent() && !asking.zone().isEmpty() && zones.size() > 1;
        Set<Member> chosen = new LinkedHashSet<>();
        List<Member> first = List.of();
        if (zoned) {
            List<Member> zone = zones.getOrDefault(asking.zone(), List.of());
            boolean door = isDoor(asking);
            if (door) {
                first = doors(zone).filter(useful).limit(atMost * OF_FIVE / 5).toList();
                chosen.addAll(first);
            }
            chosen.addAll(leastHandedOut(
                    without(chosen, random(zone.size(), -1, CHOICE * atMost, zone::get), useful),
                    atMost * OF_FIVE / 5 - chosen.size()));
            if (door) {
                chosen.addAll(leastHandedOut(otherDoors(asking.zone(), useful), atMost - chosen.size()));
            }
            Predicate<Member> anybody = useful;
            useful = member -> anybody.test(member) && (isAtHome(asking.zone(), member) || (door && isDoor(member)));
        }
        int count = leeches.size() + (asking.wantsSeeds() ? seeds.size() : 0);
        int looked = asking.nodeId().isPresent() ? CHOICE * atMost : atMost;
        List<Member> others = random(
                count,
                indexOf(asking.address()),
                looked,
                index -> index < leeches.size() ? leeches.get(index) : seeds.get(index - leeches.size()));
        chosen.addAll(leastHandedOut(without(chosen, others, useful), atMost - chosen.size()));
        first.forEach(chosen::remove);
        return Stream.concat(first.stream(), mixed(chosen).stream())
                .map(Member::handOut)
                .toList();
    }

    private static List<Member> without(Set<Member> chosen, List<Member> members, Predicate<Member> useful) {
        members.removeIf(member -> chosen.contains(member) || !useful.test(member));
        return members;
    }

    /** Those that came first, as long as they stay. */
    private static boolean isDoor(Member member) {
        return member.placeInZone < DOORS;
    }

    private boolean isDoor(SwarmPeer peer) {
        Member member = nodes.get(peer.address());
        return member == null
                ? zones.getOrDefault(peer.zone(), List.of()).size() < DOORS
                : member.peer.zone().equals(peer.zone()) && isDoor(member);
    }

    private boolean isDoorHere(SwarmPeer peer) {
        Member member = nodes.get(peer.address());
        return member != null && member.peer.equals(peer) && isDoor(member);
    }

    private static Stream<Member> doors(List<Member> zone) {
        return zone.subList(0, Math.min(DOORS, zone.size())).stream();
    }

    private List<Member> otherDoors(String zone, Predicate<Member> useful) {
        List<Member> doors = new ArrayList<>();
        zones.forEach((name, members) -> {
            if (!name.equals(zone)) {
                doors(members).filter(useful).forEach(doors::add);
            }
        });
        return mixed(doors);
    }

    /** Only doors know other zones. Who has no label knows everybody. */
    private static boolean isAtHome(String zone, Member member) {
        String other = member.peer.zone();
        return other.isEmpty() || other.equals(zone);
    }

    /** Nodes that have become doors since this was asked last, as others left. */
    synchronized List<SwarmPeer> newDoors() {
        List<SwarmPeer> doors = newDoors.isEmpty()
                ? List.of()
                : newDoors.stream().filter(this::isDoorHere).toList();
        newDoors.clear();
        return doors;
    }

    private List<Member> mixed(Collection<Member> members) {
        List<Member> mixed = new ArrayList<>(members.size());
        members.forEach(member -> mixed.add(random.nextInt(mixed.size() + 1), member));
        return mixed;
    }

    private static List<Member> leastHandedOut(List<Member> members, int atMost) {
        if (members.size() > atMost) {
            members.sort(Comparator.comparingInt(member -> member.handedOut));
        }
        return members.subList(0, Math.min(members.size(), atMost));
    }

    /**
     * Different ones, each equally likely to be among them: from a random one on, in steps of a random width that has no factor
     * in common with their number and so comes by each of them once.
     *
     * @param own index to leave out, if it is one
     */
    private List<Member> random(int count, int own, int atMost, IntFunction<Member> member) {
        int others = own >= 0 && own < count ? count - 1 : count;
        int looked = Math.min(atMost, others);
        List<Member> sample = new ArrayList<>(Math.max(0, looked));
        if (looked > 0) {
            int step = step(others);
            int other = random.nextInt(others);
            while (sample.size() < looked) {
                sample.add(member.apply(own < 0 || other < own ? other : other + 1));
                other = other < others - step ? other + step : other - (others - step);
            }
        }
        return sample;
    }

    /** Where a peer stands if leeches and seeds are counted through; beyond all of them if it is none. */
    private int indexOf(InetSocketAddress address) {
        Member node = nodes.get(address);
        Member member = node == null ? strangers.get(address) : node;
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
