package dev.piecewise.cli;

import dev.piecewise.cli.progress.FetchText;
import dev.piecewise.client.DownloadPreview;
import dev.piecewise.client.DownloadPreview.Found;
import dev.piecewise.client.FetchOutcome;
import dev.piecewise.core.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What {@code get --dry-run} prints. */
final class PreviewText {
    private static final String ROW = "%-10s  %8s  %10s  %8s  %10s  %-12s  %s";
    private static final int VERSION_DIGITS = 12;

    private PreviewText() {}

    /** One line a request below a line of headings, then all together. */
    static List<String> table(List<DownloadPreview> previews) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, ROW, "HERE", "FILES", "SIZE", "PIECES", "OF", "VERSION", "REQUEST"));
        long bytes = 0;
        for (DownloadPreview preview : previews) {
            String name = RequestsRun.name(preview.request());
            if (preview.found().isPresent()) {
                Found found = preview.found().get();
                bytes += found.presence() == DownloadPreview.Presence.UP_TO_DATE ? 0 : found.totalBytes();
                lines.add(String.format(
                        Locale.ROOT,
                        ROW,
                        found.presence().word(),
                        found.fileCount(),
                        ByteSize.format(found.totalBytes()),
                        found.pieceCount(),
                        ByteSize.format(found.pieceBytes()),
                        found.version().substring(0, VERSION_DIGITS),
                        name));
            } else {
                FetchOutcome problem = preview.problem().orElseThrow();
                lines.add(String.format(Locale.ROOT, "%-10s  %s: %s", "error", name, FetchText.message(problem)));
            }
        }
        long failed = previews.stream()
                .filter(preview -> preview.problem().isPresent())
                .count();
        lines.add(previews.size() + " requests, " + ByteSize.format(bytes) + " not known to be here"
                + (failed == 0 ? "" : ", " + failed + " cannot be fetched"));
        return lines;
    }

    /** One line of JSON. */
    static String event(DownloadPreview preview) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("uri", preview.request().uri().toString());
        fields.put("request", RequestsRun.name(preview.request()));
        preview.found().ifPresent(found -> {
            fields.put("here", found.presence().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            fields.put("version", found.version());
            fields.put("totalBytes", found.totalBytes());
            fields.put("fileCount", found.fileCount());
            fields.put("pieceBytes", found.pieceBytes());
            fields.put("pieceCount", found.pieceCount());
        });
        preview.problem().ifPresent(problem -> {
            fields.put("exitCode", problem.exitCode());
            fields.put("message", FetchText.message(problem));
        });
        return Json.event("preview", fields);
    }
}
