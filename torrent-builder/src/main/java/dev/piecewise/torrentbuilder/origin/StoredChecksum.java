package dev.piecewise.torrentbuilder.origin;

import dev.piecewise.core.checksum.Crc;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * That an origin keeps a checksum of a whole object, whoever computed it.
 *
 * @param algorithm which
 * @param value absent until it is asked for ({@link Origin#checksum})
 */
public record StoredChecksum(Crc algorithm, @Nullable Long value) {
    /** The value as {@link Crc#text}. */
    public Optional<String> text() {
        return Optional.ofNullable(value).map(algorithm::text);
    }
}
