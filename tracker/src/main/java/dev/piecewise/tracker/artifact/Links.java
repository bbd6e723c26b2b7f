package dev.piecewise.tracker.artifact;

import dev.piecewise.core.InfoHash;
import java.net.URI;

/** URLs of this tracker as the asking client reaches them. */
public interface Links {
    /** Of the .torrent. */
    String torrentUrl(InfoHash infoHash);

    /** Of a torrent's web seed below a node's base URL, with the swarm's key while tokens are in force. */
    String webSeedUrl(URI base, InfoHash infoHash);

    /** Of the announce, with the swarm's key while tokens are in force. */
    String announceUrl(InfoHash infoHash);
}
