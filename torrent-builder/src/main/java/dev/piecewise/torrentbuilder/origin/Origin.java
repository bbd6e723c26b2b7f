package dev.piecewise.torrentbuilder.origin;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.Selection;
import dev.piecewise.core.SignedRead;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

/**
 * An object store, seen by whoever holds its credentials. Every implementation passes {@code OriginContract}. Each method
 * throws {@link dev.piecewise.core.fault.OriginFault} with the kind that fits: {@code NOT_FOUND} (no such bucket or key),
 * {@code DENIED} (refused credentials), {@code USAGE}, else {@code FAILED} (unreachable, broken, version gone).
 */
public interface Origin extends AutoCloseable {
    /** The URI scheme served, lower case. */
    String scheme();

    /**
     * Fixes a URI to the present version of what it names. An object that does not exist while keys exist below it as a
     * prefix is {@code NOT_FOUND} with a message that names the prefix.
     */
    ResolvedArtifact resolve(ArtifactUri uri);

    /**
     * The same, of a prefix with no more than the files that are selected: one that is not need not be anything that could
     * become a file.
     */
    default ResolvedArtifact resolve(ArtifactUri uri, Selection selection) {
        return resolve(uri).selected(selection);
    }

    /**
     * A read of exactly these bytes of exactly this version, which anyone can send while the signature lives: {@code
     * Range} and {@code If-Match} are signed. Of what is not {@link ResolvedArtifact#ranged} it is a read of the whole object,
     * without {@code Range}, whose first bytes are to be thrown away.
     *
     * @param firstByte first byte within the object
     * @param lastByte last byte, inclusive
     */
    SignedRead presign(
            ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte, Duration validity);

    /**
     * The checksum that the origin keeps of an object, with its value; nothing if there is none of this version that can be put together
     * from those of pieces.
     */
    default Optional<StoredChecksum> checksum(ResolvedArtifact artifact, OriginObject object) {
        return Optional.empty();
    }

    /** Reads the same bytes with own credentials; only {@code piecewise torrent --offline} does so. */
    InputStream read(ResolvedArtifact artifact, OriginObject object, long firstByte, long lastByte);

    @Override
    void close();
}
