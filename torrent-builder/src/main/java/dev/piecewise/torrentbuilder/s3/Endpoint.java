package dev.piecewise.torrentbuilder.s3;

import java.net.URI;
import java.util.Optional;

/**
 * Where an S3 is, as it enters an artifact's identity and messages.
 *
 * @param override the endpoint URL that was set, if any
 * @param region the region
 */
record Endpoint(Optional<URI> override, String region) {
    /** The set URL without a trailing slash, else AWS's own of the region. */
    String text() {
        return override.map(URI::toString)
                .map(url -> url.endsWith("/") ? url.substring(0, url.length() - 1) : url)
                .orElse("https://s3." + region + ".amazonaws.com");
    }
}
