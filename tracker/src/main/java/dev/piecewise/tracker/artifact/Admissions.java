package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.torrentbuilder.origin.Origin;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.trackerclient.api.ArtifactPreview;
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
    private final OriginProfiles profiles;
    private final Executor originCalls;
    private final Scheduler scheduler;
    private final Map<Lookup, CompletableFuture<Found>> inFlight = new ConcurrentHashMap<>();

    private record Lookup(String profile, ArtifactUri uri, Selection selection) {}

    /**
     * What the origin has now.
     *
     * @param profile by which it was asked
     */
    record Found(String profile, ResolvedArtifact resolved) {}

    /** @param originCalls runs the calls that block on the origin */
    public Admissions(OriginProfiles profiles, Executor originCalls, Scheduler scheduler) {
        this.profiles = profiles;
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
        return resolve(request).thenApply(found -> scheduler.admit(found.resolved(), found.profile(), pieceLength));
    }

    /**
     * What {@link #request} would give; nothing comes of it.
     *
     * @return as {@link #request}
     * @throws OriginFault as {@link #request}
     */
    public CompletableFuture<ArtifactPreview> preview(ArtifactRequest request) {
        Optional<PieceLength> pieceLength = pieceLength(request.pieceSize());
        return resolve(request).thenApply(found -> scheduler.preview(found.resolved(), pieceLength));
    }

    /** The names of the profiles that requests may name. */
    public List<String> profiles() {
        return profiles.names();
    }

    private CompletableFuture<Found> resolve(ArtifactRequest request) {
        Selection selection;
        try {
            selection = request.selection();
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new OriginFault(Kind.USAGE, "cannot fetch " + request.uri() + ": " + e.getMessage(), e);
        }
        return resolve(request.uri(), request.profile(), selection);
    }

    /**
     * The present version of what a URI names.
     *
     * @param profile absent: the default
     * @return completes with it, or with an {@link OriginFault}: USAGE, DENIED, NOT_FOUND, FAILED
     * @throws OriginFault of kind USAGE or DENIED, at once, as {@link #request}
     */
    CompletableFuture<Found> resolve(@Nullable String text, @Nullable String profile) {
        return resolve(text, profile, Selection.ALL);
    }

    private CompletableFuture<Found> resolve(@Nullable String text, @Nullable String profile, Selection selection) {
        OriginProfiles.Profile by = profiles.named(profile);
        ArtifactUri uri = parse(text);
        return resolve(by.originOf(uri), new Lookup(by.name(), uri, selection));
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

    private CompletableFuture<Found> resolve(Origin origin, Lookup lookup) {
        CompletableFuture<Found> mine = new CompletableFuture<>();
        CompletableFuture<Found> other = inFlight.putIfAbsent(lookup, mine);
        if (other != null) {
            return other;
        }
        try {
            originCalls.execute(() -> {
                try {
                    ResolvedArtifact resolved = origin.resolve(lookup.uri(), lookup.selection());
                    inFlight.remove(lookup, mine);
                    mine.complete(new Found(lookup.profile(), resolved));
                } catch (Throwable failure) {
                    inFlight.remove(lookup, mine);
                    mine.completeExceptionally(failure);
                }
            });
        } catch (RejectedExecutionException e) {
            inFlight.remove(lookup, mine);
            throw new OriginFault(
                    Kind.FAILED,
                    "cannot look up " + lookup.uri() + " now: too many requests wait for the origin; try again",
                    e);
        }
        return mine;
    }
}
