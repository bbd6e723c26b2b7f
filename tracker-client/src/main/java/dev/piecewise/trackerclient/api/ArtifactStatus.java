package dev.piecewise.trackerclient.api;

import dev.piecewise.core.FileEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/artifacts/ID} and the answer to {@code POST /v1/artifacts}.
 *
 * @param id {@link dev.piecewise.core.ArtifactId}, hexadecimal
 * @param uri as asked for
 * @param version hexadecimal; names what stood at the origin, as {@link ArtifactPreview#version} does
 * @param name the torrent's {@code name}
 * @param singleFile whether the torrent has {@code length} (an object) and not {@code files} (a prefix)
 * @param files path and size of every file, in torrent order
 * @param directories relative paths of directories that stand in the prefix by themselves and may be without files; not in
 *     the torrent
 * @param totalBytes sum of the sizes
 * @param pieceBytes the piece length
 * @param privateTorrent whether the info dictionary says {@code private=1} (BEP 27)
 * @param piecesHashed how many pieces have a known hash
 * @param originBytes body bytes that lease holders reported as read from the origin
 * @param infoHash hexadecimal, once published and not empty
 * @param magnet magnet link, likewise
 * @param torrentUrl absolute URL of the .torrent, likewise
 * @param error why it failed
 * @param errorKind a {@link dev.piecewise.core.fault.PiecewiseFault.Kind}, when failed
 * @param holders live nodes that hold every piece
 * @param nodes live nodes that take part
 * @param leasesLive leases held right now
 * @param seedersAlive registered live processes that take leases, for any artifact or for what they fetch
 */
public record ArtifactStatus(
        String id,
        String uri,
        String version,
        String name,
        boolean singleFile,
        List<FileEntry> files,
        List<String> directories,
        ArtifactState state,
        long totalBytes,
        int pieceBytes,
        int pieceCount,
        boolean privateTorrent,
        int piecesHashed,
        long originBytes,
        @Nullable String infoHash,
        @Nullable String magnet,
        @Nullable String torrentUrl,
        @Nullable String error,
        @Nullable String errorKind,
        int holders,
        int nodes,
        int leasesLive,
        int seedersAlive) {}
