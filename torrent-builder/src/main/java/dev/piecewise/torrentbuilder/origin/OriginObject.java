package dev.piecewise.torrentbuilder.origin;

import dev.piecewise.core.VersionedEntry;

/**
 * One object of a resolved artifact.
 *
 * @param key its full key in the bucket
 * @param entry its path in the torrent, size and version
 */
public record OriginObject(String key, VersionedEntry entry) {}
