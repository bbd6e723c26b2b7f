package dev.piecewise.torrentbuilder.s3;

import dev.piecewise.core.checksum.Crc;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Which of the checksums of S3 are of whole objects and can be put together from those of pieces. A composite one depends on where the
 * parts of an upload ended, as does the ETag; SHA-1 and SHA-256 of pieces say nothing of the whole.
 */
final class S3Checksums {
    private S3Checksums() {}

    /** That of a HEAD with {@code ChecksumMode} enabled. Servers that give no type gave full ones before there were types. */
    static Optional<StoredChecksum> of(HeadObjectResponse head) {
        ChecksumType type = head.checksumType();
        if (type == null ? isMultipart(head.eTag()) : type != ChecksumType.FULL_OBJECT) {
            return Optional.empty();
        }
        return value(Crc.CRC64NVME, head.checksumCRC64NVME())
                .or(() -> value(Crc.CRC32C, head.checksumCRC32C()))
                .or(() -> value(Crc.CRC32, head.checksumCRC32()));
    }

    private static boolean isMultipart(@Nullable String etag) {
        return etag == null || etag.contains("-");
    }

    /** What cannot be read is no checksum; so are those of parts, which end in their number. */
    private static Optional<StoredChecksum> value(Crc algorithm, @Nullable String text) {
        try {
            return Optional.ofNullable(text).map(of -> new StoredChecksum(algorithm, algorithm.parse(of)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** That of a listing, which says the algorithm and the type, but no value. */
    static Optional<StoredChecksum> of(S3Object listed) {
        if (listed.checksumType() != ChecksumType.FULL_OBJECT) {
            return Optional.empty();
        }
        return listed.checksumAlgorithmAsStrings().stream()
                .flatMap(name -> Crc.named(name).stream())
                .findFirst()
                .map(algorithm -> new StoredChecksum(algorithm, null));
    }
}
