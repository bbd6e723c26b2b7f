package dev.piecewise.cli.report;

import dev.piecewise.core.ByteSize;
import dev.piecewise.trackerclient.api.ArtifactStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The artifacts that a tracker knows as a table, one a line. */
public final class ArtifactsText {
    private static final int ID_CHARS = 12;

    private final List<ArtifactStatus> artifacts;

    public ArtifactsText(List<ArtifactStatus> artifacts) {
        this.artifacts = List.copyOf(artifacts);
    }

    /** The table; one sentence if there is none. */
    public List<String> lines() {
        if (artifacts.isEmpty()) {
            return List.of("The tracker knows no artifact yet; 'piecewise get URI DEST' asks for one.");
        }
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                "%-12s  %-9s  %5s  %10s  %6s  %6s  %10s  %s",
                "ID", "STATE", "DONE", "SIZE", "FILES", "NODES", "FROM S3", "URI"));
        for (ArtifactStatus status : artifacts) {
            lines.add(String.format(
                    "%-12s  %-9s  %4d%%  %10s  %6d  %6d  %10s  %s",
                    status.id().substring(0, ID_CHARS),
                    status.state().name().toLowerCase(Locale.ROOT),
                    status.pieceCount() == 0 ? 100 : (int) (100L * status.piecesHashed() / status.pieceCount()),
                    ByteSize.format(status.totalBytes()),
                    status.files().size(),
                    status.nodes(),
                    ByteSize.format(status.originBytes()),
                    status.uri()));
        }
        return lines;
    }
}
