package dev.piecewise.tracker.artifact;

import dev.piecewise.tracker.lease.Lease;
import dev.piecewise.tracker.lease.LeaseBook;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.trackerclient.api.ArtifactState;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Lets nodes read what they fetch, with leases like everybody's, where that brings more than it takes: see {@link Volunteers}. Those
 * are chosen first that lack least of what was read, for their links have time. Whoever calls holds the scheduler's lock.
 */
final class SharedIngest {
    private static final int MOST_COMPARED = 40;
    /** While one is read the next is asked for. */
    private static final int LEASES_OF_A_VOLUNTEER = 2;

    private final ArtifactBook book;
    private final NodeRegistry nodes;
    private final LeaseBook leases;
    private final LeaseDesk desk;
    private final WaitingRoom waiting;
    private final Predicate<String> silent;
    private final BiConsumer<WaitingRoom.ForLeases, List<Lease>> delivery;
    private final Map<Artifact, Volunteers> shared = new LinkedHashMap<>();
    private final Set<String> watched = new HashSet<>();

    /**
     * @param silent nodes that are given nothing
     * @param delivery of what was granted, to who waits for it
     */
    SharedIngest(
            ArtifactBook book,
            NodeRegistry nodes,
            LeaseBook leases,
            LeaseDesk desk,
            WaitingRoom waiting,
            Predicate<String> silent,
            BiConsumer<WaitingRoom.ForLeases, List<Lease>> delivery) {
        this.book = book;
        this.nodes = nodes;
        this.leases = leases;
        this.desk = desk;
        this.waiting = waiting;
        this.silent = silent;
        this.delivery = delivery;
    }

    /** A few times a second: who is to read what. */
    void review(long nowNanos) {
        shared.keySet().removeIf(artifact -> !isToBeRead(artifact));
        watched.clear();
        for (Artifact artifact : book.all()) {
            if (isToBeRead(artifact)) {
                List<String> volunteers = volunteers(artifact, nowNanos);
                watched.addAll(volunteers);
                if (!volunteers.isEmpty() || shared.containsKey(artifact)) {
                    review(
                            artifact,
                            shared.computeIfAbsent(artifact, absent -> new Volunteers(artifact.pieceLength.bytes())),
                            volunteers,
                            nowNanos);
                }
            }
        }
        serve(nowNanos);
    }

    /** Up to so many of those that fetch an artifact, wait to be told to read, and can; where few wait, those that fetch are not all looked at. */
    private List<String> volunteers(Artifact artifact, long nowNanos) {
        Set<String> offering = waiting.volunteers();
        Predicate<String> canRead = node -> mayRead(artifact, node, nowNanos);
        return offering.size() <= MOST_COMPARED
                ? offering.stream()
                        .filter(artifact.holders::isIncomplete)
                        .filter(canRead)
                        .toList()
                : artifact.holders.incomplete(node -> offering.contains(node) && canRead.test(node), MOST_COMPARED);
    }

    /** Whether what a node holds decides who is to read. */
    boolean watches(String nodeId) {
        return watched.contains(nodeId);
    }

    /** Files are read where they are mounted, which only those know that read for everybody. */
    private static boolean isToBeRead(Artifact artifact) {
        return artifact.state() == ArtifactState.READING
                && !artifact.resolved.uri().scheme().equals("file");
    }

    private boolean mayRead(Artifact artifact, String nodeId, long nowNanos) {
        return !silent.test(nodeId) && !artifact.attempts.isResting(nodeId, nowNanos);
    }

    private void review(Artifact artifact, Volunteers of, List<String> volunteers, long nowNanos) {
        of.chosen().stream()
                .filter(node -> nodes.find(node).isEmpty() || artifact.attempts.isResting(node, nowNanos))
                .forEach(of::dismiss);
        long pieceBytes = artifact.pieceLength.bytes();
        boolean readByOthers = nodes.readerIds().stream().anyMatch(node -> mayRead(artifact, node, nowNanos));
        List<String> others =
                volunteers.stream().filter(node -> !of.chosen().contains(node)).toList();
        List<String> idle = others.stream()
                .filter(node -> lacking(artifact, node) * pieceBytes <= of.little(readByOthers))
                .toList();
        of.review(
                nowNanos,
                artifact.ledger.hashedPieces() * pieceBytes,
                others.isEmpty() ? volunteers : others,
                node -> artifact.holders.heldBy(node) * pieceBytes,
                readByOthers,
                !idle.isEmpty() && 2 * idle.size() >= others.size());
        volunteers.stream()
                .filter(node -> !of.chosen().contains(node))
                .sorted(Comparator.comparingLong(node -> lacking(artifact, node)))
                .limit(of.room())
                .toList()
                .forEach(of::choose);
    }

    /** How many pieces a node lacks of those that were read. */
    private static long lacking(Artifact artifact, String nodeId) {
        return Math.max(0, artifact.ledger.hashedPieces() - artifact.holders.heldBy(nodeId));
    }

    /** Gives leases to those that are to read and wait for some. */
    void serve(long nowNanos) {
        shared.forEach((artifact, of) ->
                of.chosen().forEach(node -> waiting.offer(node, request -> serve(artifact, request, nowNanos))));
    }

    private WaitingRoom.Offer serve(Artifact artifact, WaitingRoom.ForLeases request, long nowNanos) {
        long held = leases.of(request.nodeId()).stream()
                .filter(lease -> lease.artifact().equals(artifact.id))
                .count();
        int atMost = (int) Math.min(request.atMost(), LEASES_OF_A_VOLUNTEER - held);
        if (atMost <= 0 || silent.test(request.nodeId())) {
            return WaitingRoom.Offer.PASSED;
        }
        List<Lease> granted = desk.grant(artifact, request.nodeId(), atMost, nowNanos);
        if (granted.isEmpty()) {
            return WaitingRoom.Offer.PASSED;
        }
        delivery.accept(request, granted);
        return WaitingRoom.Offer.TAKEN;
    }
}
