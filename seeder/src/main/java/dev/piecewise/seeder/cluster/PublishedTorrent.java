package dev.piecewise.seeder.cluster;

import dev.piecewise.core.ArtifactContent;
import dev.piecewise.core.FilePath;
import dev.piecewise.core.InfoHash;
import dev.piecewise.core.PieceHash;
import dev.piecewise.core.PieceLayout;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import dev.piecewise.core.fault.TorrentFault;
import dev.piecewise.core.metainfo.InfoDictionary;
import dev.piecewise.core.metainfo.Metainfo;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.HashList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the tracker says about an artifact, turned into checked types. */
public final class PublishedTorrent {
    private PublishedTorrent() {}

    /**
     * What the artifact consists of.
     *
     * @throws TorrentFault if the tracker's answer makes no sense
     */
    public static ArtifactContent content(ArtifactStatus status) {
        try {
            return new ArtifactContent(
                    status.name(),
                    status.singleFile(),
                    status.files(),
                    new PieceLayout(status.totalBytes(), status.pieceBytes()));
        } catch (IllegalArgumentException e) {
            throw new TorrentFault(
                    Kind.FAILED, "the tracker describes " + status.uri() + " wrongly: " + e.getMessage(), e);
        }
    }

    /**
     * Relative paths of the directories that the origin marks.
     *
     * @throws TorrentFault if the tracker's answer makes no sense
     */
    public static List<String> directories(ArtifactStatus status) {
        try {
            status.directories().forEach(FilePath::check);
            return status.directories();
        } catch (IllegalArgumentException e) {
            throw new TorrentFault(
                    Kind.FAILED, "the tracker describes " + status.uri() + " wrongly: " + e.getMessage(), e);
        }
    }

    /**
     * The torrent of a published artifact, made of its hashes.
     *
     * @return nothing if it is not published, or these are not all
     * @throws TorrentFault if they make another one
     */
    static Optional<InfoDictionary> of(ArtifactStatus status, HashList hashes) {
        ArtifactContent content = content(status);
        Map<Integer, PieceHash> known = new HashMap<>();
        hashes.unpack().forEach(entry -> known.put(entry.piece(), entry.hash()));
        if (hashes.infoHash() == null || known.size() != content.layout().pieceCount()) {
            return Optional.empty();
        }
        List<PieceHash> all = new ArrayList<>();
        for (int piece = 0; piece < known.size(); piece++) {
            PieceHash hash = known.get(piece);
            if (hash == null) {
                throw new TorrentFault(
                        Kind.FAILED, "the tracker has no hash of piece " + piece + " of " + status.uri());
            }
            all.add(hash);
        }
        return Optional.of(
                checked(new InfoDictionary(content, all, status.privateTorrent()), hashes.infoHash(), status.uri()));
    }

    /** @throws TorrentFault if it is not the torrent of that infohash, hexadecimal */
    static InfoDictionary checked(InfoDictionary info, String infoHash, String uri) {
        if (!info.infoHash().equals(InfoHash.fromHex(infoHash))) {
            throw new TorrentFault(
                    Kind.FAILED,
                    "the hashes of " + uri + " make the torrent " + info.infoHash() + ", the tracker has " + infoHash);
        }
        return info;
    }

    /**
     * Downloads the torrent of a published artifact and checks that it is the one of that infohash and of that content.
     *
     * @throws TorrentFault if it is not
     */
    public static InfoDictionary download(Tracker tracker, ArtifactStatus status) {
        return metainfo(tracker, status).info();
    }

    /** The same with what the tracker adds for this process: the announce URL. */
    public static Metainfo metainfo(Tracker tracker, ArtifactStatus status) {
        String hex = status.infoHash();
        if (hex == null) {
            throw new TorrentFault(Kind.FAILED, status.uri() + " has no torrent");
        }
        InfoHash infoHash = InfoHash.fromHex(hex);
        Metainfo metainfo = Metainfo.parse(tracker.torrent(infoHash));
        InfoDictionary info = metainfo.info();
        if (!metainfo.infoHash().equals(infoHash)
                || !info.infoHash().equals(infoHash)
                || !info.content().equals(content(status))) {
            throw new TorrentFault(
                    Kind.FAILED,
                    "the tracker served another torrent than that of " + status.uri() + ", infohash " + infoHash
                            + "; check that --tracker names one Piecewise tracker");
        }
        return metainfo;
    }
}
