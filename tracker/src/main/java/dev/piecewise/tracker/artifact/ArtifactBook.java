package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.ProcessFault;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import dev.piecewise.tracker.ledger.ReadBytes;
import dev.piecewise.tracker.ledger.ReadOutcome;
import dev.piecewise.tracker.ledger.Run;
import dev.piecewise.tracker.ledger.SpanChecksums;
import dev.piecewise.tracker.ledger.VersionBytes;
import dev.piecewise.tracker.ledger.VersionKey;
import dev.piecewise.tracker.state.Event;
import dev.piecewise.tracker.state.Journal;
import dev.piecewise.trackerclient.api.ArtifactPreview;
import dev.piecewise.trackerclient.api.ArtifactState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** All artifacts, oldest first, and how they come back after a restart. Guarded by the scheduler's lock. */
final class ArtifactBook {
    private static final int MAX_PIECES = 2_000_000;

    private final Map<ArtifactId, Artifact> artifacts = new LinkedHashMap<>();
    private final Map<InfoHash, Artifact> published = new ConcurrentHashMap<>();
    private final Map<InfoHash, Artifact> provisional = new ConcurrentHashMap<>();
    private final Map<VersionKey, VersionBytes> versions = new HashMap<>();
    private final Map<VersionBytes, List<Place>> places = new HashMap<>();
    private final Function<ArtifactId, InfoHash> provisionalIds;
    private final Journal journal;
    private long lastFence;

    /** An object version in an artifact, as its {@code object}-th. */
    record Place(Artifact artifact, int object) {}

    ArtifactBook(Function<ArtifactId, InfoHash> provisionalIds, Journal journal) {
        this.provisionalIds = provisionalIds;
        this.journal = journal;
    }

    Collection<Artifact> all() {
        return artifacts.values();
    }

    Optional<Artifact> find(ArtifactId id) {
        return Optional.ofNullable(artifacts.get(id));
    }

    /** Where else there is the same version of one of an artifact's objects. */
    List<Place> elsewhere(Artifact artifact, int object) {
        return places.getOrDefault(artifact.versions.get(object), List.of()).stream()
                .filter(place -> place.artifact() != artifact)
                .toList();
    }

    /** Whether there is a torrent of that infohash; may be asked without the lock. */
    boolean isPublished(InfoHash infoHash) {
        return published.containsKey(infoHash);
    }

    /** Whether an artifact has that provisional id; may be asked without the lock. */
    boolean isProvisional(InfoHash id) {
        return provisional.containsKey(id);
    }

    Optional<Artifact> find(InfoHash infoHash) {
        return Optional.ofNullable(published.get(infoHash));
    }

    /**
     * The artifact of what was resolved: with a piece length that very one, without the earliest that has not failed, else
     * a new one. A failed one is taken up again.
     */
    Artifact admit(
            ResolvedArtifact resolved, String profile, Optional<PieceLength> pieceLength, boolean privateTorrent) {
        Optional<Artifact> earliest = earliest(resolved);
        if (pieceLength.isEmpty() && earliest.isPresent()) {
            return seen(earliest.get(), resolved, profile);
        }
        PieceLength length = pieceLength.orElseGet(() -> PieceLength.auto(resolved.totalBytes()));
        ArtifactId id = id(resolved, length);
        Artifact known = artifacts.get(id);
        if (known == null) {
            return add(id, resolved, profile, length, privateTorrent);
        }
        seen(known, resolved, profile);
        if (known.state() == ArtifactState.FAILED) {
            known.revive();
            journal.append(new Event.ArtifactRevived(known.id.hex()));
        }
        return known;
    }

    /** Under which it is read, or is to be: of what proved wrong nothing is used again, here or in any node. */
    private ArtifactId id(ResolvedArtifact resolved, PieceLength length) {
        ArtifactId first = resolved.id(length);
        ArtifactId id = first;
        for (int reading = 2; find(id).filter(Artifact::isRefuted).isPresent(); reading++) {
            id = first.again(reading);
        }
        return id;
    }

    private Optional<Artifact> earliest(ResolvedArtifact resolved) {
        return artifacts.values().stream()
                .filter(artifact -> artifact.state() != ArtifactState.FAILED
                        && artifact.resolved.uri().equals(resolved.uri())
                        && artifact.resolved.endpoint().equals(resolved.endpoint())
                        && artifact.resolved.objects().equals(resolved.objects()))
                .findFirst();
    }

    /** What {@link #admit} would give. */
    ArtifactPreview preview(ResolvedArtifact resolved, Optional<PieceLength> pieceLength) {
        PieceLength length = pieceLength
                .or(() -> earliest(resolved).map(known -> known.pieceLength))
                .orElseGet(() -> PieceLength.auto(resolved.totalBytes()));
        ArtifactContent content;
        try {
            content = resolved.content(length);
        } catch (IllegalArgumentException e) {
            throw noTorrent(resolved, e);
        }
        ArtifactId id = id(resolved, length);
        return new ArtifactPreview(
                id.hex(),
                resolved.uri().toString(),
                resolved.version(),
                content.name(),
                content.singleFile(),
                content.files(),
                resolved.directories(),
                content.layout().totalBytes(),
                length.bytes(),
                content.layout().pieceCount(),
                find(id).flatMap(Artifact::infoHash).map(InfoHash::hex).orElse(null));
    }

    private static OriginFault noTorrent(ResolvedArtifact resolved, IllegalArgumentException why) {
        return new OriginFault(Kind.USAGE, "cannot make a torrent of " + resolved.uri() + ": " + why.getMessage(), why);
    }

    /**
     * Directories and profile are not part of what an artifact is: they may have changed since it was seen last. Who asks last
     * has credentials that work.
     */
    private Artifact seen(Artifact artifact, ResolvedArtifact now, String profile) {
        if (!artifact.profile().equals(profile)) {
            artifact.askedBy(profile);
            journal.append(new Event.ProfileSeen(artifact.id.hex(), profile));
        }
        if (!artifact.directories.equals(now.directories())) {
            artifact.directories = now.directories();
            journal.append(new Event.DirectoriesSeen(artifact.id.hex(), now.directories()));
        }
        return artifact;
    }

    /**
     * The artifact of what was resolved, with all its hashes from a torrent of it; the caller publishes it.
     *
     * @throws Refused TORRENT_DIFFERS if the torrent is private while the artifact is not, or the other way, or if a hash
     *     differs from a known one
     */
    Artifact register(ResolvedArtifact resolved, String profile, InfoDictionary torrent, boolean privateTorrents) {
        PieceLength length = new PieceLength(torrent.content().layout().pieceBytes());
        Optional<Artifact> known = find(id(resolved, length));
        boolean needPrivate = known.map(artifact -> artifact.privateTorrent).orElse(privateTorrents);
        if (needPrivate != torrent.privateTorrent()) {
            throw differs(
                    resolved,
                    (needPrivate ? "it is not private" : "it is private")
                            + ", unlike the ones of this tracker; make it with --offline "
                            + (needPrivate ? "--private" : "--no-private"));
        }
        known.flatMap(artifact -> artifact.ledger.contradicted(torrent.hashes()))
                .ifPresent(piece -> {
                    throw differs(
                            resolved,
                            "piece " + piece + " has SHA-1 " + torrent.hashes().get(piece)
                                    + " in it, but another is known; make it anew");
                });
        Artifact artifact = admit(resolved, profile, Optional.of(length), privateTorrents);
        if (artifact.ledger.register(torrent.hashes())) {
            StringBuilder hashes = new StringBuilder();
            torrent.hashes().forEach(hash -> hashes.append(hash.hex()));
            journal.append(new Event.HashesRegistered(artifact.id.hex(), hashes.toString()));
        }
        return artifact;
    }

    private static Refused differs(ResolvedArtifact resolved, String how) {
        return new Refused(
                Refused.Reason.TORRENT_DIFFERS, "cannot register the torrent of " + resolved.uri() + ": " + how);
    }

    /** The registered torrent proved wrong: it is served no longer. */
    void forgetUnconfirmed(Artifact artifact) {
        unpublish(artifact);
        journal.append(new Event.UnconfirmedForgotten(artifact.id.hex()));
    }

    private void unpublish(Artifact artifact) {
        artifact.infoHash().ifPresent(hash -> published.remove(hash, artifact));
        artifact.forgetUnconfirmed();
    }

    private Artifact add(
            ArtifactId id, ResolvedArtifact resolved, String profile, PieceLength length, boolean privateTorrent) {
        if (resolved.totalBytes() / length.bytes() >= MAX_PIECES) {
            throw new OriginFault(
                    Kind.USAGE,
                    resolved.uri() + " has more than " + MAX_PIECES + " pieces of " + length.bytes()
                            + " bytes; choose a larger piece size, or leave it out");
        }
        Artifact artifact;
        try {
            artifact = create(id, resolved, profile, length, privateTorrent);
        } catch (IllegalArgumentException e) {
            throw noTorrent(resolved, e);
        }
        journal.append(added(artifact));
        return artifact;
    }

    private Artifact create(
            ArtifactId id, ResolvedArtifact resolved, String profile, PieceLength length, boolean privateTorrent) {
        List<VersionBytes> bytes = new ArrayList<>();
        for (OriginObject object : resolved.objects()) {
            VersionKey key = new VersionKey(
                    resolved.endpoint(),
                    resolved.uri().bucket(),
                    object.key(),
                    object.entry().version());
            bytes.add(versions.computeIfAbsent(key, absent -> new VersionBytes()));
        }
        Artifact artifact = new Artifact(id, resolved, profile, length, privateTorrent, provisionalIds, bytes);
        artifacts.put(artifact.id, artifact);
        VersionBytes.reserve(bytes, artifact.ledger, () -> artifact.state() == ArtifactState.READING);
        for (int object = 0; object < bytes.size(); object++) {
            places.computeIfAbsent(bytes.get(object), absent -> new ArrayList<>(1))
                    .add(new Place(artifact, object));
        }
        provisional.put(artifact.provisionalId, artifact);
        return artifact;
    }

    /** Notes that a hash came in; whether the artifact's torrent exists from now on. */
    boolean publish(Artifact artifact) {
        boolean now = artifact.publish();
        artifact.infoHash().ifPresent(hash -> published.putIfAbsent(hash, artifact));
        return now;
    }

    /** The fence of the next grant: larger than all before, and than all of a tracker whose state was lost. */
    long nextFence(long nowMillis) {
        lastFence = Math.max(lastFence + 1, nowMillis);
        return lastFence;
    }

    private static Event added(Artifact artifact) {
        ResolvedArtifact resolved = artifact.resolved;
        return new Event.ArtifactAdded(
                artifact.id.hex(),
                resolved.uri().toString(),
                resolved.endpoint(),
                artifact.profile(),
                resolved.singleFile(),
                resolved.objects().stream()
                        .map(object -> recorded(object, artifact))
                        .toList(),
                artifact.directories,
                artifact.pieceLength.bytes(),
                artifact.privateTorrent,
                artifact.resolved.ranged());
    }

    private static Event.ObjectVersion recorded(OriginObject object, Artifact artifact) {
        Optional<StoredChecksum> checksum = artifact.checksums.of(object);
        return new Event.ObjectVersion(
                object.key(),
                object.entry().path(),
                object.entry().sizeBytes(),
                object.entry().version(),
                checksum.map(of -> of.algorithm().name()).orElse(null),
                checksum.flatMap(StoredChecksum::text).orElse(null));
    }

    /** Events that build all of this from nothing. */
    List<Event> snapshot() {
        List<Event> events = new ArrayList<>();
        events.add(new Event.FenceMark(lastFence));
        for (Artifact artifact : artifacts.values()) {
            events.add(added(artifact));
            events.add(new Event.LedgerSet(
                    artifact.id.hex(),
                    artifact.ledger.record(),
                    artifact.errorKind().map(Kind::name).orElse(null),
                    artifact.error().orElse(null),
                    artifact.info().isPresent()));
        }
        return events;
    }

    /**
     * Takes an event of an earlier run.
     *
     * @throws ProcessFault if it does not fit the ones before
     */
    void replay(Event event) {
        try {
            apply(event);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new ProcessFault(
                    Kind.FAILED,
                    "the tracker's journal contradicts itself (" + e.getMessage()
                            + "); restore the state directory, or choose another --state",
                    e);
        }
    }

    private void apply(Event event) {
        if (event instanceof Event.FenceMark mark) {
            lastFence = Math.max(lastFence, mark.fence());
        } else if (event instanceof Event.ArtifactAdded added) {
            readd(added);
        } else if (event instanceof Event.LedgerSet set) {
            Artifact artifact = get(set.id());
            artifact.ledger.restore(set.ledger());
            if (set.error() != null && set.errorKind() != null) {
                artifact.fail(Kind.valueOf(set.errorKind()), set.error());
            }
            if (Boolean.TRUE.equals(set.published())) {
                artifact.publishAsBefore();
            }
            publish(artifact);
        } else if (event instanceof Event.Granted granted) {
            lastFence = Math.max(lastFence, granted.fence());
            Run run = new Run(granted.firstPiece(), granted.pieceCount());
            get(granted.id()).ledger.grant(run, granted.fence(), granted.nodeId(), granted.at());
        } else if (event instanceof Event.Reported reported) {
            Artifact artifact = get(reported.id());
            artifact.ledger.report(
                    reported.fence(),
                    ReadBytes.of(reported.bytesRead(), reported.fromHolders()),
                    reported.piece(),
                    PieceHash.fromHex(reported.sha1()),
                    reported.checksums() == null ? null : SpanChecksums.parse(reported.checksums()));
            publish(artifact);
        } else if (event instanceof Event.Progressed progressed) {
            get(progressed.id())
                    .ledger
                    .progress(progressed.fence(), ReadBytes.of(progressed.bytesRead(), progressed.fromHolders()));
        } else if (event instanceof Event.Ended ended) {
            get(ended.id())
                    .ledger
                    .end(
                            ended.fence(),
                            ReadBytes.of(ended.bytesRead(), ended.fromHolders()),
                            ReadOutcome.valueOf(ended.outcome()));
        } else if (event instanceof Event.ArtifactFailed failed) {
            get(failed.id()).fail(Kind.valueOf(failed.errorKind()), failed.error());
        } else if (event instanceof Event.DirectoriesSeen seen) {
            get(seen.id()).directories = List.copyOf(seen.directories());
        } else if (event instanceof Event.ProfileSeen seen) {
            get(seen.id()).askedBy(seen.profile());
        } else if (event instanceof Event.ChecksumLearned learned) {
            Artifact artifact = get(learned.id());
            artifact.checksums.learn(learned.object(), learned.checksum());
            publish(artifact);
        } else if (event instanceof Event.ChecksumsGivenUp given) {
            Artifact artifact = get(given.id());
            artifact.checksums.giveUp(given.from());
            publish(artifact);
        } else if (event instanceof Event.ArtifactRevived revived) {
            get(revived.id()).revive();
        } else if (event instanceof Event.HashesRegistered registered) {
            Artifact artifact = get(registered.id());
            artifact.ledger.register(hashes(registered.sha1s()));
            publish(artifact);
        } else if (event instanceof Event.UnconfirmedForgotten forgotten) {
            unpublish(get(forgotten.id()));
        }
    }

    private static List<PieceHash> hashes(String sha1s) {
        List<PieceHash> hashes = new ArrayList<>();
        for (int start = 0; start < sha1s.length(); start += 2 * PieceHash.BYTES) {
            hashes.add(PieceHash.fromHex(sha1s.substring(start, start + 2 * PieceHash.BYTES)));
        }
        return hashes;
    }

    private void readd(Event.ArtifactAdded added) {
        List<OriginObject> objects = added.objects().stream()
                .map(object -> new OriginObject(
                        object.key(), new VersionedEntry(object.path(), object.sizeBytes(), object.version())))
                .toList();
        Map<String, StoredChecksum> checksums = new HashMap<>();
        added.objects().forEach(object -> checksum(object).ifPresent(of -> checksums.put(object.key(), of)));
        List<String> directories = added.directories();
        ResolvedArtifact resolved = new ResolvedArtifact(
                ArtifactUri.parse(added.uri()),
                added.endpoint(),
                added.singleFile(),
                objects,
                directories == null ? List.of() : directories,
                !Boolean.FALSE.equals(added.ranged()),
                checksums);
        String profile = added.profile();
        create(
                new ArtifactId(added.id()),
                resolved,
                profile == null ? OriginProfiles.DEFAULT : profile,
                new PieceLength(added.pieceBytes()),
                added.privateTorrent());
    }

    /** Of an algorithm that only a later release knows there is none. */
    private static Optional<StoredChecksum> checksum(Event.ObjectVersion object) {
        String text = object.checksum();
        return Optional.ofNullable(object.crc())
                .flatMap(Crc::named)
                .map(crc -> new StoredChecksum(crc, text == null ? null : crc.parse(text)));
    }

    private Artifact get(String id) {
        Artifact artifact = artifacts.get(new ArtifactId(id));
        if (artifact == null) {
            throw new IllegalArgumentException("artifact " + id + " was never added");
        }
        return artifact;
    }
}
