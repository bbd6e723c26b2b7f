package dev.piecewise.client;

import dev.piecewise.core.ArtifactContent;
import java.nio.file.Path;
import java.util.List;

/** How an {@link Ask} ended. */
sealed interface Acquired {
    /**
     * Every byte is in the store, verified, and may be published.
     *
     * @param directories relative paths of directories that the origin marks, with files in them or not
     * @param stored the store's files in torrent order; empty if the artifact is
     * @param infoHash hexadecimal; empty if the artifact is
     */
    record Ready(
            ArtifactContent content,
            List<String> directories,
            List<Path> stored,
            String infoHash,
            long bytesFromPeers,
            long bytesFromOrigin)
            implements Acquired {
        public Ready {
            directories = List.copyOf(directories);
            stored = List.copyOf(stored);
        }
    }

    /** It did not work, as the outcome says; never {@link FetchOutcome.Complete}. */
    record Ended(FetchOutcome outcome) implements Acquired {}
}
