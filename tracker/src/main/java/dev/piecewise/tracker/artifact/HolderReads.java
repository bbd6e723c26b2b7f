package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.SignedRead;
import dev.piecewise.tracker.ledger.Span;
import dev.piecewise.tracker.node.NodeRegistry;
import dev.piecewise.trackerclient.api.ArtifactState;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Reads that need not go to the origin, for the same bytes are held under another artifact that is published: they go to the web
 * seed of a live node. Guarded by the scheduler's lock.
 */
final class HolderReads {
    /** So often a read is signed for a holder; after that holders are given up. */
    private static final int MAX_ATTEMPTS = 3;

    private static final long GIVEN_UP_NANOS = Duration.ofMinutes(1).toNanos();

    private final ArtifactBook book;
    private final NodeRegistry nodes;
    private final Predicate<String> silent;
    private final LongSupplier nanoClock;
    private final Map<Reader, Long> givenUp = new HashMap<>();

    /** A node that reads an artifact. */
    private record Reader(ArtifactId artifact, String nodeId) {}

    /**
     * @param silent tells nodes that may be dead
     * @param nanoClock monotonic
     */
    HolderReads(ArtifactBook book, NodeRegistry nodes, Predicate<String> silent, LongSupplier nanoClock) {
        this.book = book;
        this.nodes = nodes;
        this.silent = silent;
        this.nanoClock = nanoClock;
    }

    /** Published bytes of another artifact, and the web seeds that serve them, the best first. */
    private record Source(Artifact artifact, int object, InfoHash torrent, List<URI> webSeeds) {}

    /** Whether a live node serves these bytes of an artifact under another one. */
    boolean isHeld(Artifact artifact, Span span, String reader) {
        return !isGivenUp(artifact, reader) && source(artifact, span).isPresent();
    }

    /** A node gets nothing from holders of an artifact: for a while it is to read the origin. */
    void giveUp(Artifact artifact, String reader) {
        givenUp.values().removeIf(untilNanos -> nanoClock.getAsLong() - untilNanos >= 0);
        givenUp.put(new Reader(artifact.id, reader), nanoClock.getAsLong() + GIVEN_UP_NANOS);
    }

    private boolean isGivenUp(Artifact artifact, String reader) {
        Long untilNanos = givenUp.isEmpty() ? null : givenUp.get(new Reader(artifact.id, reader));
        return untilNanos != null && nanoClock.getAsLong() - untilNanos < 0;
    }

    /**
     * A read of this span of an artifact from a holder, if there is one.
     *
     * @param reader the node that is to read it
     * @param attempt how often reads of the same lease were signed before: each goes to the next holder
     */
    Optional<SignedRead> find(Artifact artifact, Span span, String reader, int attempt, Links links) {
        return attempt >= MAX_ATTEMPTS || isGivenUp(artifact, reader)
                ? Optional.empty()
                : source(artifact, span).map(source -> read(source, span, attempt, links));
    }

    private static SignedRead read(Source source, Span span, int attempt, Links links) {
        URI base = source.webSeeds().get(attempt % source.webSeeds().size());
        return new SignedRead(
                links.webSeedUrl(base, source.torrent())
                        + path(source.artifact().content(), source.object()),
                Map.of("Range", "bytes=" + span.first() + "-" + span.last()),
                span.first(),
                span.last(),
                true);
    }

    private Optional<Source> source(Artifact artifact, Span span) {
        if (artifact.isReadAgain()) {
            return Optional.empty(); // what proved wrong may have come from there
        }
        for (ArtifactBook.Place place : book.elsewhere(artifact, span.object())) {
            Artifact other = place.artifact();
            Optional<InfoHash> torrent = other.infoHash();
            if (torrent.isPresent() && other.state() != ArtifactState.FAILED) {
                List<URI> holders = holders(other, place.object(), span);
                if (!holders.isEmpty()) {
                    return Optional.of(new Source(other, place.object(), torrent.get(), holders));
                }
            }
        }
        return Optional.empty();
    }

    /** Web seeds that hold some of these bytes, those with most of them first; none if nobody alive holds all the rest. */
    private List<URI> holders(Artifact artifact, int object, Span span) {
        PieceLayout layout = artifact.spans.layout();
        long start = artifact.spans.startOf(object);
        int first = layout.pieceAt(start + span.first());
        int end = layout.pieceAt(start + span.last()) + 1;
        if (!artifact.holders.areHeld(first, end)) {
            return List.of();
        }
        return nodes.webSeeds().stream()
                .filter(node -> !silent.test(node.id()) && artifact.holders.heldBy(node.id(), first, end) > 0)
                .sorted(Comparator.comparingInt(
                        (NodeRegistry.Node node) -> -artifact.holders.heldBy(node.id(), first, end)))
                .flatMap(node -> node.webSeed().stream())
                .toList();
    }

    /** Name, or name and path, as a URL has them. */
    private static String path(ArtifactContent content, int object) {
        String path = content.singleFile()
                ? content.name()
                : content.name() + "/" + content.files().get(object).path();
        return Arrays.stream(path.split("/", -1))
                .map(component ->
                        URLEncoder.encode(component, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }
}
