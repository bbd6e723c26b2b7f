package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.trackerclient.api.ArtifactRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * From what a user writes to an artifact: checks it, asks the origin for the present version, admits that. Equal requests
 * at the same time ask the origin once.
 */
public final class Admissions {
    private final ReadSigner origins;
    private final List<ArtifactUri> allow;
    private final Executor originCalls;
    private final Scheduler scheduler;
    private final Map<ArtifactUri, CompletableFuture<ResolvedArtifact>> inFlight = new ConcurrentHashMap<>();

    /**
     * @param allow what may be asked for
     * @param originCalls runs the calls that block on the origin
     */
    public Admissions(ReadSigner origins, List<ArtifactUri> allow, Executor originCalls, Scheduler scheduler) {
        this.origins = origins;
        this.allow = List.copyOf(allow);
        this.originCalls = originCalls;
        this.scheduler = scheduler;
    }

    /**
     * Asks that an artifact exist.
     *
     * @return completes with its id, or with an {@link OriginFault}: USAGE, DENIED, NOT_FOUND, FAILED
     * @throws OriginFault of kind USAGE or DENIED, at once, when the request cannot be granted whatever the origin says
     */
    public CompletableFuture<ArtifactId> request(ArtifactRequest request) {
        Optional<PieceLength> pieceLength = pieceLength(request.pieceSize());
        return resolve(request.uri()).thenApply(resolved -> scheduler.admit(resolved, pieceLength));
    }

    /**
     * The present version of what a URI names.
     *
     * @return completes with it, or with an {@link OriginFault}: USAGE, DENIED, NOT_FOUND, FAILED
     * @throws OriginFault of kind USAGE or DENIED, at once, as {@link #request}
     */
    CompletableFuture<ResolvedArtifact> resolve(@Nullable String text) {
        ArtifactUri uri = parse(text);
        Origin origin = origins.origin(uri.scheme())
                .orElseThrow(() -> new OriginFault(
                        Kind.USAGE,
                        "cannot read " + uri + ": scheme '" + uri.scheme()
                                + "' is not known to this tracker; it serves " + origins.schemes()));
        if (allow.stream().noneMatch(uri::isBelow)) {
            throw new OriginFault(
                    Kind.DENIED,
                    uri + " is outside what this tracker may read; start the tracker with --allow " + uri.scheme()
                            + "://" + uri.bucket() + "/");
        }
        return resolve(origin, uri);
    }

    private static ArtifactUri parse(@Nullable String uri) {
        if (uri == null || uri.isEmpty()) {
            throw new OriginFault(Kind.USAGE, "no uri was given; write for example s3://bucket/key");
        }
        try {
            return ArtifactUri.parse(uri);
        } catch (IllegalArgumentException e) {
            throw new OriginFault(Kind.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private static Optional<PieceLength> pieceLength(@Nullable String pieceSize) {
        if (pieceSize == null || pieceSize.isBlank() || pieceSize.strip().equalsIgnoreCase("auto")) {
            return Optional.empty();
        }
        try {
            return Optional.of(PieceLength.parse(pieceSize));
        } catch (IllegalArgumentException e) {
            throw new OriginFault(Kind.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private CompletableFuture<ResolvedArtifact> resolve(Origin origin, ArtifactUri uri) {
        CompletableFuture<ResolvedArtifact> mine = new CompletableFuture<>();
        CompletableFuture<ResolvedArtifact> other = inFlight.putIfAbsent(uri, mine);
        if (other != null) {
            return other;
        }
        try {
            originCalls.execute(() -> {
                try {
                    ResolvedArtifact resolved = origin.resolve(uri);
                    inFlight.remove(uri, mine);
                    mine.complete(resolved);
                } catch (Throwable failure) {
                    inFlight.remove(uri, mine);
                    mine.completeExceptionally(failure);
                }
            });
        } catch (RejectedExecutionException e) {
            inFlight.remove(uri, mine);
            throw new OriginFault(
                    Kind.FAILED, "cannot look up " + uri + " now: too many requests wait for the origin; try again", e);
        }
        return mine;
    }
}
