package dev.piecewise.cli.report;

import dev.piecewise.core.ByteSize;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import dev.piecewise.trackerclient.api.Distribution;
import dev.piecewise.trackerclient.api.Ledger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that is known of an artifact, for {@code piecewise status ARTIFACT}. */
public record ArtifactText(ArtifactStatus status, Ledger ledger, Distribution distribution) {
    /** Lines of a label of nine characters and a text. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        add(lines, "uri", status.uri());
        add(lines, "id", status.id());
        add(
                lines,
                "state",
                status.state().name().toLowerCase(Locale.ROOT) + (status.error() == null ? "" : ": " + status.error()));
        add(
                lines,
                "size",
                ByteSize.format(status.totalBytes()) + " (" + status.totalBytes() + " bytes) in "
                        + status.files().size() + (status.files().size() == 1 ? " file" : " files"));
        add(lines, "pieces", pieces());
        add(
                lines,
                "from S3",
                ledger.originBytes() + " bytes" + ratio()
                        + (ledger.holderBytes() == 0
                                ? ""
                                : ", " + ledger.holderBytes() + " more from nodes that had them")
                        + "; " + ledger.wastedBytes() + " wasted, "
                        + ledger.rereadBytes() + " read again (" + ledger.rereadPieces() + " pieces)");
        add(
                lines,
                "nodes",
                status.nodes() + " take part, " + status.holders() + " hold every piece; seeders alive: "
                        + status.seedersAlive());
        lines.addAll(new DistributionText(distribution).lines());
        add(lines, "infohash", status.infoHash());
        add(lines, "torrent", status.torrentUrl());
        add(lines, "magnet", status.magnet());
        return lines;
    }

    private String pieces() {
        long promised = ledger.pieces().stream()
                .filter(piece -> piece.state().equals("unread") && piece.sha1() != null)
                .count();
        return count("hashed") + " of " + status.pieceCount() + " hashed, " + count("leased") + " leased, "
                + count("unread") + " unread" + (promised == 0 ? "" : " (hashes known of " + promised + ")") + "; "
                + ByteSize.format(status.pieceBytes()) + " each";
    }

    private String ratio() {
        double ratio = ledger.totalBytes() == 0 && ledger.originBytes() == 0
                ? 1
                : (double) ledger.originBytes() / ledger.totalBytes();
        return String.format(Locale.ROOT, " (%.3f of the size)", ratio);
    }

    private long count(String state) {
        return ledger.pieces().stream()
                .filter(piece -> piece.state().equalsIgnoreCase(state))
                .count();
    }

    private static void add(List<String> lines, String label, @Nullable String value) {
        if (value != null) {
            lines.add(String.format("%-9s %s", label, value));
        }
    }

    /** The same as JSON, with the sums of the ledger instead of its pieces. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("artifact", status);
        fields.put(
                "ledger",
                Map.of(
                        "originBytes", ledger.originBytes(),
                        "holderBytes", ledger.holderBytes(),
                        "wastedBytes", ledger.wastedBytes(),
                        "rereadBytes", ledger.rereadBytes(),
                        "rereadPieces", ledger.rereadPieces(),
                        "piecesLeased", count("leased"),
                        "piecesUnread", count("unread")));
        fields.put("distribution", distribution);
        return fields;
    }
}
