package dev.piecewise.torrentbuilder.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.core.ArtifactUri;
import dev.piecewise.core.VersionedEntry;
import dev.piecewise.core.checksum.Crc;
import dev.piecewise.locals3.LocalS3;
import dev.piecewise.torrentbuilder.origin.OriginObject;
import dev.piecewise.torrentbuilder.origin.ResolvedArtifact;
import dev.piecewise.torrentbuilder.origin.StoredChecksum;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.ChecksumType;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

class S3ChecksumsTest {
    private static final String OF_DIGITS = "rosUhgp5mIg="; // CRC-64/NVME of 123456789
    private static final StoredChecksum KEPT = new StoredChecksum(Crc.CRC64NVME, 0xAE8B14860A799888L);

    private static HeadObjectResponse.Builder head() {
        return HeadObjectResponse.builder().eTag("\"0123\"");
    }

    @Test
    void thoseOfWholeObjectsCount() {
        HeadObjectResponse.Builder whole = head().checksumType(ChecksumType.FULL_OBJECT);
        assertThat(S3Checksums.of(whole.copy().checksumCRC64NVME(OF_DIGITS).build()))
                .contains(KEPT);
        assertThat(S3Checksums.of(whole.copy().checksumCRC32("y/Q5Jg==").build()))
                .contains(new StoredChecksum(Crc.CRC32, 0xCBF43926L));
        assertThat(S3Checksums.of(whole.copy()
                        .eTag("\"0123-4\"")
                        .checksumCRC32C("4waSgw==")
                        .build()))
                .as("of a multipart upload")
                .contains(new StoredChecksum(Crc.CRC32C, 0xE3069283L));
        assertThat(S3Checksums.of(head().checksumCRC64NVME(OF_DIGITS).build()))
                .as("of a server without types")
                .contains(KEPT);
    }

    @Test
    void thoseOfPartsAndThoseThatCannotBePutTogetherDoNot() {
        assertThat(S3Checksums.of(head().build())).isEmpty();
        assertThat(S3Checksums.of(head().checksumType(ChecksumType.FULL_OBJECT)
                        .checksumSHA256("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
                        .checksumSHA1("qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")
                        .build()))
                .isEmpty();
        assertThat(S3Checksums.of(head().checksumType(ChecksumType.COMPOSITE)
                        .checksumCRC32("y/Q5Jg==-2")
                        .build()))
                .isEmpty();
        assertThat(S3Checksums.of(head().checksumType(ChecksumType.COMPOSITE)
                        .checksumCRC32("y/Q5Jg==")
                        .build()))
                .isEmpty();
        assertThat(S3Checksums.of(head().checksumCRC32("y/Q5Jg==-2").build())).isEmpty();
        assertThat(S3Checksums.of(
                        head().eTag("\"0123-2\"").checksumCRC32("y/Q5Jg==").build()))
                .as("of a multipart upload, without a type")
                .isEmpty();
        assertThat(S3Checksums.of(head().checksumType(ChecksumType.FULL_OBJECT)
                        .checksumCRC32("AAAA")
                        .build()))
                .as("of another length")
                .isEmpty();
    }

    @Test
    void aListingTellsWhichThereAre() {
        S3Object.Builder listed = S3Object.builder().checksumAlgorithm(ChecksumAlgorithm.CRC64_NVME);
        assertThat(S3Checksums.of(listed.copy().build())).isEmpty();
        assertThat(S3Checksums.of(
                        listed.copy().checksumType(ChecksumType.COMPOSITE).build()))
                .isEmpty();
        assertThat(S3Checksums.of(
                        listed.copy().checksumType(ChecksumType.FULL_OBJECT).build()))
                .contains(new StoredChecksum(Crc.CRC64NVME, null));
        assertThat(S3Checksums.of(listed.copy()
                        .checksumType(ChecksumType.FULL_OBJECT)
                        .checksumAlgorithm(ChecksumAlgorithm.SHA256)
                        .build()))
                .isEmpty();
    }

    @Test
    void aServerIsAskedForThemOfTheVersionThatWasResolved(@TempDir Path directory) throws Exception {
        try (LocalS3 s3 = LocalS3.start(directory, "access", "secret");
                S3Origin origin = S3Origin.at(s3.endpoint(), LocalS3.REGION, "access", "secret")) {
            s3.createBucket("bucket");
            s3.put("bucket", "p/with", new ByteArrayInputStream(new byte[] {1}), 1);
            s3.put("bucket", "p/without", new ByteArrayInputStream(new byte[] {2}), 1);
            s3.keepChecksum("bucket", "p/with", OF_DIGITS);

            assertThat(origin.resolve(ArtifactUri.parse("s3://bucket/p/with")).checksums())
                    .containsOnlyKeys("p/with")
                    .containsValue(KEPT);
            assertThat(origin.resolve(ArtifactUri.parse("s3://bucket/p/without"))
                            .checksums())
                    .isEmpty();

            ResolvedArtifact prefix = origin.resolve(ArtifactUri.parse("s3://bucket/p/"));
            assertThat(origin.checksum(prefix, prefix.objects().get(0))).contains(KEPT);
            assertThat(origin.checksum(prefix, prefix.objects().get(1))).isEmpty();
            OriginObject other = new OriginObject("p/with", new VersionedEntry("with", 1, "\"other\""));
            assertThat(origin.checksum(prefix, other))
                    .as("of a version that is gone")
                    .isEmpty();
        }
    }
}
