package dev.piecewise.client;

import dev.piecewise.core.ArtifactContent;
import java.nio.file.Path;
import java.util.List;

/** How an {@link Ask} ended. */
sealed interface Acquired {
    /**
     * Every byte is in the store, verified, and may be published.
     *
     * @param version names what stood at the origin, however it is cut into pieces; of a magnet link, its infohash
     * @param directories relative paths of directories that the origin marks, with files in them or not
     * @param stored the store's files in torrent order; empty if the artifact is
     * @param infoHash hexadecimal; empty if the artifact is
     * @param received for the sake of this ask
     */
    record Ready(
            String version,
            ArtifactContent content,
            List<String> directories,
            List<Path> stored,
            String infoHash,
            Received received)
            implements Acquired {
        public Ready {
            directories = List.copyOf(directories);
            stored = List.copyOf(stored);
        }
    }

    /** The version of {@link Ask#have} is the present one; nothing was fetched. */
    record Unchanged() implements Acquired {}

    /** It did not work, as the outcome says; never {@link FetchOutcome.Complete}. */
    record Ended(FetchOutcome outcome) implements Acquired {}
}
