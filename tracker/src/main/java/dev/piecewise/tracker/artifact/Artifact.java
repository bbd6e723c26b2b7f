package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.MagnetLink;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.tracker.distribution.DistributionLog;
import dev.piecewise.tracker.ledger.ObjectSpans;
import dev.piecewise.tracker.ledger.PieceLedger;
import dev.piecewise.tracker.ledger.VersionBytes;
import dev.piecewise.tracker.node.Holders;
import dev.piecewise.trackerclient.api.ArtifactState;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Everything known of one artifact. Guarded by the scheduler's lock. */
final class Artifact {
    private static final long MIN_READ_BYTES = 8L * 1024 * 1024;

    final ArtifactId id;
    /** Of the swarm in which nodes exchange pieces until the infohash is known. */
    final InfoHash provisionalId;

    final ResolvedArtifact resolved;
    final PieceLength pieceLength;
    final boolean privateTorrent;
    final ObjectSpans spans;
    /** Byte maps of its objects, in order, shared with other artifacts. */
    final List<VersionBytes> versions;

    final PieceLedger ledger;
    final Holders holders;
    final ObjectChecksums checksums;
    final Attempts attempts = new Attempts();
    final Wishes wanted = new Wishes();
    final DistributionLog distributions = new DistributionLog();
    /** As the origin listed them last. */
    List<String> directories;
    /** By which it was asked for last; read without the lock, too. */
    private volatile String profile;

    private final ArtifactContent content;
    private final String version;
    private @Nullable Long holdersKnownNanos;
    private @Nullable InfoDictionary info;
    private @Nullable InfoHash infoHash;
    private @Nullable Kind errorKind;
    private @Nullable String error;
    private boolean refuted;
    private long objectsCompared;

    /**
     * @param id that of what was resolved, or of another reading of it
     * @param versions byte maps of the objects, in order
     * @throws IllegalArgumentException naming the key that cannot become a file, or the piece count that is too large
     */
    Artifact(
            ArtifactId id,
            ResolvedArtifact resolved,
            String profile,
            PieceLength pieceLength,
            boolean privateTorrent,
            Function<ArtifactId, InfoHash> provisionalIds,
            List<VersionBytes> versions) {
        this.profile = profile;
        this.id = id;
        this.provisionalId = provisionalIds.apply(id);
        this.resolved = resolved;
        this.directories = resolved.directories();
        this.pieceLength = pieceLength;
        this.privateTorrent = privateTorrent;
        this.content = resolved.content(pieceLength);
        this.version = resolved.version();
        this.spans = new ObjectSpans(
                content.layout(),
                resolved.objects().stream()
                        .map(object -> object.entry().sizeBytes())
                        .toList());
        this.versions = List.copyOf(versions);
        this.ledger = new PieceLedger(spans, versions, resolved.ranged() ? MIN_READ_BYTES : PieceLedger.WHOLE);
        this.holders = new Holders(pieceCount());
        this.checksums = new ObjectChecksums(resolved);
    }

    String profile() {
        return profile;
    }

    void askedBy(String name) {
        profile = name;
    }

    ArtifactContent content() {
        return content;
    }

    int pieceCount() {
        return content.layout().pieceCount();
    }

    ArtifactState state() {
        if (error != null) {
            return ArtifactState.FAILED;
        }
        return info != null || pieceCount() == 0 ? ArtifactState.PUBLISHED : ArtifactState.READING;
    }

    /** Whether what was read is not what the origin keeps: then this one is read no more, but another one in its place. */
    boolean isRefuted() {
        return refuted;
    }

    /** Whether this takes the place of one that was {@link #isRefuted}. */
    boolean isReadAgain() {
        return !id.equals(resolved.id(pieceLength));
    }

    /**
     * Builds the info dictionary when the last hash has come, and the checksums that are to be compared, unless they differ: then it
     * fails. Whether it was built now.
     */
    boolean publish() {
        if (info != null || refuted || pieceCount() == 0 || !isHashed()) {
            return false;
        }
        if (checksums.isAwaited() && ledger.hasChecksums()) {
            return false;
        }
        List<@Nullable Long> read = checksums.count() == 0 ? List.of() : ledger.checksums(checksums::algorithm);
        Optional<String> contradiction = checksums.contradiction(read);
        if (contradiction.isPresent()) {
            refuted = true;
            fail(Kind.FAILED, contradiction.get());
            return false;
        }
        objectsCompared = checksums.comparable(read);
        build();
        return info != null;
    }

    /** As an earlier run did: what came to be known of checksums since then counts no more. */
    void publishAsBefore() {
        build();
    }

    private void build() {
        ledger.hashes().ifPresent(all -> {
            InfoDictionary built = new InfoDictionary(content, all, privateTorrent);
            info = built;
            infoHash = built.infoHash();
        });
    }

    /** Whether all hashes are known. */
    boolean isHashed() {
        return ledger.hashedPieces() == pieceCount();
    }

    /** Of how many objects the published bytes were compared with what the origin keeps. */
    long objectsCompared() {
        return objectsCompared;
    }

    /** Forgets hashes that came by registration and were not confirmed by a read, and the torrent that was made of them. */
    void forgetUnconfirmed() {
        ledger.forgetUnconfirmed();
        info = null;
        infoHash = null;
    }

    /** Somebody is gone who alone was known to hold pieces: others may hold some, too, and will have said so by then. */
    void holdersKnownFrom(long nanos) {
        holdersKnownNanos = nanos;
    }

    /** Whether all who hold pieces have said so. */
    boolean areHoldersKnown(long nowNanos) {
        Long from = holdersKnownNanos;
        return from == null || nowNanos - from >= 0;
    }

    Optional<InfoDictionary> info() {
        return Optional.ofNullable(info);
    }

    Optional<InfoHash> infoHash() {
        return Optional.ofNullable(infoHash);
    }

    Optional<Kind> errorKind() {
        return Optional.ofNullable(errorKind);
    }

    Optional<String> error() {
        return Optional.ofNullable(error);
    }

    void fail(Kind kind, String message) {
        errorKind = kind;
        error = message;
    }

    /** Asked for anew after a failure: what is hashed stays, reading goes on. */
    void revive() {
        errorKind = null;
        error = null;
        attempts.reset();
    }

    ArtifactStatus status(Links links, int seedersAlive) {
        Optional<InfoHash> hash = infoHash();
        return new ArtifactStatus(
                id.hex(),
                resolved.uri().toString(),
                version,
                content.name(),
                content.singleFile(),
                content.files(),
                directories,
                state(),
                content.layout().totalBytes(),
                pieceLength.bytes(),
                pieceCount(),
                privateTorrent,
                ledger.hashedPieces(),
                ledger.originBytes(),
                hash.map(InfoHash::hex).orElse(null),
                hash.map(of -> magnet(of, links)).orElse(null),
                hash.map(links::torrentUrl).orElse(null),
                error,
                errorKind == null ? null : errorKind.name(),
                holders.complete(),
                holders.nodes(),
                ledger.liveLeases(),
                seedersAlive);
    }

    private String magnet(InfoHash hash, Links links) {
        return new MagnetLink(hash, Optional.of(content.name()), List.of(links.announceUrl(hash))).toString();
    }

    Distribution distribution(long nowNanos) {
        return distributions.distribution(
                id.hex(), content.layout().totalBytes(), ledger.wastedBytes(), ledger.rereadBytes(), nowNanos);
    }

    Ledger ledgerView() {
        List<Ledger.Piece> pieces = new ArrayList<>();
        for (int piece = 0; piece < pieceCount(); piece++) {
            pieces.add(new Ledger.Piece(
                    piece,
                    ledger.state(piece),
                    ledger.hash(piece).map(PieceHash::hex).orElse(null),
                    holders.holdersOf(piece),
                    ledger.reads(piece).stream()
                            .map(read -> new Ledger.Read(
                                    read.nodeId(),
                                    read.fence(),
                                    read.at(),
                                    read.outcome().word()))
                            .toList()));
        }
        return new Ledger(
                id.hex(),
                content.layout().totalBytes(),
                ledger.originBytes(),
                ledger.holderBytes(),
                ledger.wastedBytes(),
                ledger.rereadBytes(),
                ledger.rereadPieces(),
                pieces);
    }
}
