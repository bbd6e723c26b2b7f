package dev.piecewise.tracker;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.torrentbuilder.s3.S3Profile;
import java.util.List;

/**
 * A way to an origin that requests can name.
 *
 * @param allow what may be asked for by it: these URIs and what lies below them
 */
public record ProfileConfig(S3Profile s3, List<ArtifactUri> allow) {
    public ProfileConfig {
        allow = List.copyOf(allow);
    }
}
