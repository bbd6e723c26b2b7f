package dev.piecewise.tracker.artifact;

import dev.piecewise.core.InfoHash;

/** URLs of this tracker as the asking client reaches them. */
public interface Links {
    /** Of the .torrent. */
    String torrentUrl(InfoHash infoHash);

    /** Of the announce, with the swarm's key while tokens are in force. */
    String announceUrl(InfoHash infoHash);
}
