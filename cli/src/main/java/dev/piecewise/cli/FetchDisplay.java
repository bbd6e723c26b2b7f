package dev.piecewise.cli;

import dev.piecewise.client.FetchOutcome;
import dev.piecewise.client.FetchProgress;
import dev.piecewise.core.ByteSize;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/** Shows one fetch: a bar or lines on standard error, or events on standard output. */
final class FetchDisplay {
    private final Surroundings surroundings;
    private final boolean json;
    private final LongSupplier nanoTime;
    private final ProgressLines lines;
    private final long startNanos;

    FetchDisplay(Surroundings surroundings, ProgressLines.Style style, boolean json, LongSupplier nanoTime) {
        this.surroundings = surroundings;
        this.json = json;
        this.nanoTime = nanoTime;
        this.lines = new ProgressLines(surroundings.err(), style, 1, nanoTime);
        this.startNanos = nanoTime.getAsLong();
    }

    void progress(FetchProgress progress) {
        if (json) {
            surroundings.out().println(Json.event("progress", fields(progress)));
            surroundings.out().flush();
        } else {
            lines.show(List.of(line(progress, nanoTime.getAsLong() - startNanos)));
        }
    }

    void clear() {
        lines.clear();
    }

    private static Map<String, Object> fields(FetchProgress progress) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("phase", progress.phase().name().toLowerCase(Locale.ROOT));
        fields.put("totalBytes", progress.totalBytes());
        fields.put("pieceCount", progress.pieceCount());
        fields.put("piecesHashed", progress.piecesHashed());
        fields.put("piecesHeld", progress.piecesHeld());
        fields.put("bytesFromPeers", progress.bytesFromPeers());
        fields.put("peers", progress.peers());
        return fields;
    }

    /** For example {@code downloading [####....] 50%  256 MiB of 512 MiB, 90 MiB/s, 3 peers}. */
    static String line(FetchProgress progress, long elapsedNanos) {
        return switch (progress.phase()) {
            case ASKING -> "asking the tracker";
            case READING_ORIGIN ->
                "S3 is read   " + ProgressLines.bar(bytes(progress, progress.piecesHashed()), progress.totalBytes());
            case DOWNLOADING ->
                "downloading  "
                        + ProgressLines.bar(bytes(progress, progress.piecesHeld()), progress.totalBytes())
                        + rate(progress, elapsedNanos) + ", " + progress.peers()
                        + (progress.peers() == 1 ? " peer" : " peers");
            case PUBLISHING -> "publishing   " + ProgressLines.bar(progress.totalBytes(), progress.totalBytes());
        };
    }

    private static long bytes(FetchProgress progress, int pieces) {
        return progress.pieceCount() == 0
                ? 0
                : (long) ((double) progress.totalBytes() * pieces / progress.pieceCount());
    }

    private static String rate(FetchProgress progress, long elapsedNanos) {
        double seconds = elapsedNanos / 1e9;
        return seconds < 1 ? "" : ", " + ByteSize.format((long) (progress.bytesFromPeers() / seconds)) + "/s";
    }

    /** The line for the user that an unsuccessful outcome carries. */
    static String message(FetchOutcome outcome) {
        if (outcome instanceof FetchOutcome.NotFound notFound) {
            return notFound.message();
        } else if (outcome instanceof FetchOutcome.Denied denied) {
            return denied.message();
        } else if (outcome instanceof FetchOutcome.Usage usage) {
            return usage.message();
        } else if (outcome instanceof FetchOutcome.Failed failed) {
            return failed.message();
        } else if (outcome instanceof FetchOutcome.Stalled stalled) {
            return stalled.message();
        }
        return "ready";
    }
}
