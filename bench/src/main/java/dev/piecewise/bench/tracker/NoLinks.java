package dev.piecewise.bench.tracker;

import dev.piecewise.core.InfoHash;
import dev.piecewise.tracker.artifact.Links;
import java.net.URI;

/** URLs of a tracker that nobody calls. */
public final class NoLinks {
    public static final Links LINKS = new Links() {
        @Override
        public String torrentUrl(InfoHash infoHash) {
            return "http://tracker/torrents/" + infoHash + ".torrent";
        }

        @Override
        public String announceUrl(InfoHash infoHash) {
            return "http://tracker/announce";
        }

        @Override
        public String webSeedUrl(URI node, InfoHash infoHash) {
            return node + "/webseed/" + infoHash + "/";
        }
    };

    private NoLinks() {}
}
