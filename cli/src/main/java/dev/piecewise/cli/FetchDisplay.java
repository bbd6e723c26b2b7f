package dev.piecewise.cli;

import dev.piecewise.cli.progress.FetchText;
import dev.piecewise.cli.progress.ProgressLines;
import dev.piecewise.client.FetchProgress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** Shows one fetch: a bar or lines on standard error, or events on standard output. */
final class FetchDisplay {
    private final Surroundings surroundings;
    private final boolean json;
    private final FetchText text;
    private final ProgressLines lines;

    FetchDisplay(Surroundings surroundings, ProgressLines.Style style, boolean json, LongSupplier nanoTime) {
        this.surroundings = surroundings;
        this.json = json;
        this.text = new FetchText(nanoTime);
        this.lines = new ProgressLines(surroundings.err(), style, 1, nanoTime);
    }

    void progress(FetchProgress progress) {
        if (json) {
            surroundings.out().println(Json.event("progress", fields(progress)));
            surroundings.out().flush();
        } else {
            lines.show(List.of(text.line(progress)));
        }
    }

    void clear() {
        lines.clear();
    }

    private static Map<String, Object> fields(FetchProgress progress) {
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
        return fields;
    }
}
