package dev.piecewise.cli;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.client.Received;
import dev.piecewise.client.unpack.ArchiveFormat;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The fields of the events that {@code --json} prints of a fetch. */
final class FetchEvents {
    private FetchEvents() {}

    static Map<String, Object> progress(FetchProgress progress) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("phase", progress.phase().name().toLowerCase(Locale.ROOT));
        fields.put("totalBytes", progress.totalBytes());
        fields.put("fileCount", progress.fileCount());
        fields.put("pieceCount", progress.pieceCount());
        fields.put("piecesHashed", progress.piecesHashed());
        fields.put("piecesHeld", progress.piecesHeld());
        fields.put("bytesFromPeers", progress.bytesFromPeers());
        fields.put("peers", progress.peers());
        fields.put("bytesUnpacked", progress.bytesUnpacked());
        fields.put("filesHeld", progress.filesHeld());
        fields.put("bytesFromOrigin", progress.bytesFromOrigin());
        return fields;
    }

    static Map<String, Object> ready(FetchOutcome.Complete complete) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("path", complete.path().toString());
        fields.put("files", complete.files().stream().map(Path::toString).toList());
        complete.unpacked().ifPresent(unpacked -> fields.put("unpacked", unpacked(unpacked)));
        fields.put("infoHash", complete.infoHash());
        fields.put("totalBytes", complete.totalBytes());
        fields.put("bytesFromPeers", complete.bytesFromPeers());
        fields.put("bytesFromOrigin", complete.bytesFromOrigin());
        if (complete.received().hasPlaces()) {
            fields.put("fromPlaces", places(complete.received()));
        }
        return fields;
    }

    /** As the tracker's records have it. */
    private static Map<String, Object> places(Received received) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("sameRack", received.sameRack());
        fields.put("sameZone", received.sameZone());
        fields.put("otherZone", received.otherZone());
        return fields;
    }

    private static Map<String, Object> unpacked(FetchOutcome.Unpacked unpacked) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(
                "method", unpacked.formats().stream().map(ArchiveFormat::word).collect(Collectors.joining(",")));
        fields.put("entries", unpacked.entries());
        fields.put("bytes", unpacked.bytes());
        fields.put("now", unpacked.now());
        return fields;
    }

    static Map<String, Object> failed(int exitCode, String message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("exitCode", exitCode);
        fields.put("message", message);
        return fields;
    }
}
