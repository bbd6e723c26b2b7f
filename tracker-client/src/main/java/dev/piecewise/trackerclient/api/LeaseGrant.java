package dev.piecewise.trackerclient.api;

import dev.piecewise.core.SignedRead;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The right to read a run of pieces from the origin, and the only way to do so.
 *
 * @param leaseId the lease
 * @param fence grows with every grant by this tracker; a report with an old one is refused
 * @param secondsLeft until it expires unless a heartbeat renews it
 * @param artifact what the pieces belong to
 * @param firstPiece the first piece of the run
 * @param pieceCount how many contiguous pieces
 * @param reads their bytes, concatenated, are the pieces' bytes in order; several when a piece spans objects
 * @param knownHashes per piece of the run the SHA-1 it must have (hexadecimal), {@code null} while unknown; not null when
 *     a hashed piece lost all its holders and is read again
 * @param signatureSeconds how long the reads can be sent, 0 where that does not end
 * @param bytesPerSecond read no faster than this until a renewal says otherwise;
 *     {@link dev.piecewise.core.ByteRate#UNLIMITED} for no limit
 * @param checksums per read the algorithm of a checksum to be computed of its bytes, piece by piece ({@link
 *     dev.piecewise.core.checksum.Crc}), {@code null} for none; absent for none at all
 */
public record LeaseGrant(
        String leaseId,
        long fence,
        double secondsLeft,
        ArtifactStatus artifact,
        int firstPiece,
        int pieceCount,
        List<SignedRead> reads,
        List<@Nullable String> knownHashes,
        double signatureSeconds,
        long bytesPerSecond,
        @Nullable List<@Nullable String> checksums) {}
