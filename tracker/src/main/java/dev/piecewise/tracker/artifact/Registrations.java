package dev.piecewise.tracker.artifact;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.ArtifactId;
import dev.piecewise.core.FileEntry;
import dev.piecewise.core.PieceLength;
import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.core.metainfo.TorrentSource;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Takes torrents that were made with own credentials: the artifact is published at once, though no piece of it was read, if
 * the torrent is that of the origin's present version. Its hashes are taken on trust until a read confirms each.
 */
public final class Registrations {
    private final Admissions admissions;
    private final Scheduler scheduler;

    public Registrations(Admissions admissions, Scheduler scheduler) {
        this.admissions = admissions;
        this.scheduler = scheduler;
    }

    /**
     * Registers a torrent. Doing so twice is as good as once.
     *
     * @param torrent the bytes of a torrent file
     * @param uri what it was made of, instead of what the torrent says; then the origin's versions are compared only if the
     *     torrent has some
     * @param profile by which the origin is asked; absent: the default
     * @return completes with the artifact's id, or with an {@link OriginFault} (USAGE, DENIED, NOT_FOUND, FAILED), or with
     *     {@link Refused} TORRENT_DIFFERS
     * @throws OriginFault of kind USAGE or DENIED, at once
     */
    public CompletableFuture<ArtifactId> register(byte[] torrent, Optional<String> uri, Optional<String> profile) {
        Metainfo metainfo = parse(torrent);
        String of = uri.or(() -> metainfo.source().map(TorrentSource::uri))
                .orElseThrow(() -> usage("the torrent of '"
                        + metainfo.info().content().name()
                        + "' does not say what it was made of; name it, for example --uri s3://bucket/key"));
        return admissions.resolve(of, profile.orElse(null)).thenApply(found -> {
            compare(metainfo, found.resolved());
            return scheduler.register(found.resolved(), found.profile(), metainfo.info());
        });
    }

    private static Metainfo parse(byte[] torrent) {
        Metainfo metainfo;
        try {
            metainfo = Metainfo.parse(torrent);
            PieceLength accepted =
                    new PieceLength(metainfo.info().content().layout().pieceBytes());
            if (!metainfo.info().infoHash().equals(metainfo.infoHash())) {
                throw usage("cannot register the torrent of '"
                        + metainfo.info().content().name() + "' with pieces of " + accepted.bytes()
                        + " bytes: its info dictionary has more in it than Piecewise makes, so its infohash could not be"
                        + " served; make it with 'piecewise torrent --offline'");
            }
        } catch (TorrentFault | IllegalArgumentException e) {
            throw new OriginFault(Kind.USAGE, "cannot register this torrent: " + e.getMessage(), e);
        }
        return metainfo;
    }

    /** Names the first thing in which the torrent is not what the origin has now. */
    private static void compare(Metainfo metainfo, ResolvedArtifact resolved) {
        ArtifactContent torrent = metainfo.info().content();
        ArtifactContent origin =
                resolved.content(new PieceLength(torrent.layout().pieceBytes()));
        String subject = "cannot register the torrent: " + resolved.uri();
        if (torrent.singleFile() != origin.singleFile() || !torrent.name().equals(origin.name())) {
            throw differs(subject + " is the " + kind(origin) + ", the torrent has the " + kind(torrent));
        }
        if (torrent.files().size() != origin.files().size()) {
            throw differs(subject + " has " + origin.files().size() + " files now, the torrent has "
                    + torrent.files().size());
        }
        List<String> versions = metainfo.source().map(TorrentSource::versions).orElse(List.of());
        if (!versions.isEmpty() && versions.size() != torrent.files().size()) {
            throw usage("cannot register the torrent of " + resolved.uri() + ": it has " + versions.size()
                    + " versions for " + torrent.files().size() + " files");
        }
        for (int i = 0; i < torrent.files().size(); i++) {
            FileEntry file = torrent.files().get(i);
            OriginObject object = resolved.objects().get(i);
            if (!file.equals(object.entry().file())) {
                throw differs(subject + " has '" + object.entry().path() + "' of "
                        + object.entry().sizeBytes() + " bytes now, the torrent has '" + file.path() + "' of "
                        + file.sizeBytes());
            }
            if (!versions.isEmpty() && !versions.get(i).equals(object.entry().version())) {
                throw differs(subject + " has '" + object.entry().path() + "' at version "
                        + object.entry().version() + " now, the torrent was made of " + versions.get(i));
            }
        }
    }

    private static String kind(ArtifactContent content) {
        return (content.singleFile() ? "object '" : "prefix '") + content.name() + "'";
    }

    private static Refused differs(String what) {
        return new Refused(Refused.Reason.TORRENT_DIFFERS, what + "; make it anew, or register the right one");
    }

    private static OriginFault usage(String message) {
        return new OriginFault(Kind.USAGE, message);
    }
}
