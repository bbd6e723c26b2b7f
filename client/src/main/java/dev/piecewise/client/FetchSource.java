package dev.piecewise.client;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.metainfo.MagnetLink;

/** What a user names to be fetched. Its {@code toString} is for messages: it holds no key. */
public sealed interface FetchSource {
    /**
     * Reads a URI or a magnet link.
     *
     * @throws IllegalArgumentException with a message for the user
     */
    static FetchSource parse(String text) {
        return MagnetLink.isMagnet(text) ? new Magnet(MagnetLink.parse(text)) : new Artifact(ArtifactUri.parse(text));
    }

    /** What {@link #parse} reads; of a magnet link it may hold the key of an announce URL. */
    String text();

    /** What the origin has under a URI: the cluster's tracker knows more. */
    record Artifact(ArtifactUri uri) implements FetchSource {
        @Override
        public String text() {
            return uri.toString();
        }

        @Override
        public String toString() {
            return uri.toString();
        }
    }

    /** A torrent, known by its infohash: its peers know more, and the trackers in the link know these. */
    record Magnet(MagnetLink link) implements FetchSource {
        @Override
        public String text() {
            return link.toString();
        }

        @Override
        public String toString() {
            return "magnet:?xt=urn:btih:" + link.infoHash();
        }
    }
}
