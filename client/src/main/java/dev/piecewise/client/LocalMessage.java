package dev.piecewise.client;

import dev.piecewise.client.request.Destination;
import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.Glob;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.Selection;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is said on the socket of a data directory, see {@link LocalLines}. Who connects begins with one of three:
 *
 * <ul>
 *   <li>{@link Fetch}: the owner answers any number of {@link Known}, each of which the asker answers with {@link Agreed} before
 *       anything is downloaded, and {@link Progress}, and one {@link Ready}, {@link Unchanged} or {@link Ended}. What is ready stays
 *       in the store until the asker goes away; if it said {@link Published} before, it hears the end of the stream when the owner is
 *       done with it, too.
 *   <li>{@link Look}: the owner answers any number of {@link Checking} and {@link Checked}, and one {@link Report} or {@link Ended}.
 *   <li>{@link UnpackedSoFar}, any number of them; going away is the end of that.
 * </ul>
 *
 * An asker that goes away gives up.
 */
sealed interface LocalMessage {
    /**
     * An {@link Ask}.
     *
     * @param pieceBytes 0 means whatever others chose
     */
    record Fetch(
            String source,
            int pieceBytes,
            @Nullable String profile,
            long stallMillis,
            @Nullable String have,
            boolean verify,
            @Nullable Place beside,
            List<String> include,
            List<String> exclude,
            boolean cache)
            implements LocalMessage {
        static Fetch of(Ask ask) {
            return new Fetch(
                    ask.source().text(),
                    ask.pieceLength().map(PieceLength::bytes).orElse(0),
                    ask.profile().orElse(null),
                    ask.stallTimeout().toMillis(),
                    ask.have().orElse(null),
                    ask.verify(),
                    ask.beside()
                            .map(to -> new Place(to.path().toString(), to.directory()))
                            .orElse(null),
                    ask.selection().include().stream().map(Glob::toString).toList(),
                    ask.selection().exclude().stream().map(Glob::toString).toList(),
                    ask.cache());
        }

        Ask ask() {
            return new Ask(
                    FetchSource.parse(source),
                    pieceBytes == 0 ? Optional.empty() : Optional.of(new PieceLength(pieceBytes)),
                    Optional.ofNullable(profile),
                    Duration.ofMillis(stallMillis),
                    Optional.ofNullable(have),
                    verify,
                    Optional.ofNullable(beside).map(to -> new Destination(Path.of(to.path()), to.directory())),
                    Selection.parse(include, exclude),
                    cache);
        }
    }

    /** A {@link Destination}. */
    record Place(String path, boolean directory) {}

    /** {@link AskListener#known}. */
    record Known(ArtifactContent content, List<String> directories) implements LocalMessage {}

    /** What was {@link Known} may be downloaded. */
    record Agreed() implements LocalMessage {}

    /** {@link AskListener#progress}. */
    record Progress(FetchProgress progress) implements LocalMessage {}

    /** {@link Acquired.Ready}. */
    record Ready(
            String version,
            ArtifactContent content,
            List<String> directories,
            List<String> stored,
            String infoHash,
            Received received)
            implements LocalMessage {}

    /** {@link Acquired.Unchanged}. */
    record Unchanged() implements LocalMessage {}

    /** An outcome other than complete, of whatever was asked. */
    record Ended(Kind kind, String message, int piecesHeld, int pieceCount, long idleMillis) implements LocalMessage {
        static Ended of(FetchOutcome outcome) {
            if (outcome instanceof FetchOutcome.Stalled stalled) {
                return new Ended(
                        Kind.STALLED,
                        stalled.message(),
                        stalled.piecesHeld(),
                        stalled.pieceCount(),
                        stalled.idle().toMillis());
            } else if (outcome instanceof FetchOutcome.NotFound notFound) {
                return new Ended(Kind.NOT_FOUND, notFound.message(), 0, 0, 0);
            } else if (outcome instanceof FetchOutcome.Denied denied) {
                return new Ended(Kind.DENIED, denied.message(), 0, 0, 0);
            } else if (outcome instanceof FetchOutcome.Usage usage) {
                return new Ended(Kind.USAGE, usage.message(), 0, 0, 0);
            } else if (outcome instanceof FetchOutcome.Failed failed) {
                return new Ended(Kind.FAILED, failed.message(), 0, 0, 0);
            }
            throw new IllegalArgumentException("not an end without success: " + outcome);
        }

        FetchOutcome outcome() {
            return switch (kind) {
                case FAILED -> new FetchOutcome.Failed(message);
                case USAGE -> new FetchOutcome.Usage(message);
                case NOT_FOUND -> new FetchOutcome.NotFound(message);
                case DENIED -> new FetchOutcome.Denied(message);
                case STALLED ->
                    new FetchOutcome.Stalled(message, piecesHeld, pieceCount, Duration.ofMillis(idleMillis));
            };
        }
    }

    /** The asker has put what was ready in its place. */
    record Published() implements LocalMessage {}

    /** What is to be done with the store. */
    record Look(CacheCall call) implements LocalMessage {}

    /** {@link CacheListener#checking}. */
    record Checking(String artifact, long checkedBytes, long totalBytes) implements LocalMessage {}

    /** {@link CacheListener#checked}. */
    record Checked(CachedArtifact artifact) implements LocalMessage {}

    /** What came of it. */
    record Report(CacheReport report) implements LocalMessage {}

    /** Of an archive's bytes, how many are unpacked. */
    record UnpackedSoFar(String name, long bytes, long totalBytes) implements LocalMessage {}

    /** How an ask ended, for the asker. */
    static LocalMessage of(Acquired acquired) {
        if (acquired instanceof Acquired.Ready done) {
            return new Ready(
                    done.version(),
                    done.content(),
                    done.directories(),
                    done.stored().stream().map(Path::toString).toList(),
                    done.infoHash(),
                    done.received());
        } else if (acquired instanceof Acquired.Unchanged) {
            return new Unchanged();
        }
        return Ended.of(((Acquired.Ended) acquired).outcome());
    }

    /** The same, read; nothing if this is not the end of an ask. */
    default Optional<Acquired> acquired() {
        if (this instanceof Ready done) {
            return Optional.of(new Acquired.Ready(
                    done.version(),
                    done.content(),
                    done.directories(),
                    done.stored().stream().map(Path::of).toList(),
                    done.infoHash(),
                    done.received()));
        } else if (this instanceof Unchanged) {
            return Optional.of(new Acquired.Unchanged());
        } else if (this instanceof Ended end) {
            return Optional.of(new Acquired.Ended(end.outcome()));
        }
        return Optional.empty();
    }
}
