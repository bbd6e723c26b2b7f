package dev.piecewise.client;

import dev.piecewise.core.ArtifactContent;
import java.util.List;

/** Hears how an {@link Ask} goes. What it throws ends the ask. */
@FunctionalInterface
interface AskListener {
    void progress(FetchProgress progress);

    /**
     * The artifact is known; told once or more, before anything is downloaded.
     *
     * @param directories of a prefix, as in {@link Acquired.Ready}
     */
    default void known(ArtifactContent content, List<String> directories) {}
}
