package dev.piecewise.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.it.lab.LocalCluster;
import dev.piecewise.it.lab.PiecewiseProcess;
import dev.piecewise.locals3.LocalS3;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** An object past every 32-bit count, uploaded through S3, moved by processes as users start them. */
class LargeObjectTest {
    private static final long MIB = 1 << 20;
    private static final long SIZE = 3 * 1024 * MIB;
    private static final int PART = (int) (64 * MIB);
    private static final long RESIDENT_LIMIT = 512 * MIB;

    @TempDir
    Path directory;

    @Test
    void threeGibibytesArriveWholeWithinHalfAGibibyteOfMemory() throws Exception {
        try (LocalCluster cluster = LocalCluster.start(directory.resolve("cluster"))) {
            upload(cluster.s3());
            try (PiecewiseProcess seeder = start(cluster, "seeder", "seeder")) {
                seeder.awaitLine(Pattern.compile("ready"));
                try (PiecewiseProcess node = start(cluster, "node", "node")) {
                    node.awaitLine(Pattern.compile("ready"));
                    Path file = directory.resolve("large.bin");
                    try (PiecewiseProcess get = start(
                            cluster,
                            "node",
                            "get",
                            LocalCluster.uri("large.bin").toString(),
                            file.toString())) {
                        assertThat(get.exitCode()).as(get.toString()).isZero();
                    }
                    assertThat(seeder.peakResidentBytes()).isLessThanOrEqualTo(RESIDENT_LIMIT);
                    assertThat(node.peakResidentBytes()).isLessThanOrEqualTo(RESIDENT_LIMIT);
                    assertThat(cluster.s3().objectBytesSent()).isEqualTo(SIZE);
                    assertThat(file).satisfies(LargeObjectTest::holdsWhatWasUploaded);
                    System.out.printf(
                            "RSS at 3 GiB: seeder %d MiB, node %d MiB%n",
                            seeder.peakResidentBytes() / MIB, node.peakResidentBytes() / MIB);
                }
            }
        }
    }

    private static PiecewiseProcess start(LocalCluster cluster, String data, String command, String... arguments) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of(arguments));
        words.addAll(List.of(
                "--tracker",
                cluster.trackerUrl().toString(),
                "--data",
                cluster.dataOf(data).toString(),
                "--listen",
                "127.0.0.1:0",
                "--advertise",
                "127.0.0.1"));
        return PiecewiseProcess.start(Map.of(), words.toArray(String[]::new));
    }

    /** Every part differs and none compresses: a part is the bytes of one generator, stamped with its number. */
    private static void fill(byte[] part, int number) {
        new Random(number).nextBytes(part);
    }

    private static void upload(LocalS3 s3) {
        try (S3Client client = S3Client.builder()
                .endpointOverride(s3.endpoint())
                .region(Region.of(LocalS3.REGION))
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
                .build()) {
            String id = client.createMultipartUpload(
                            create -> create.bucket(LocalCluster.BUCKET).key("large.bin"))
                    .uploadId();
            List<CompletedPart> parts = new ArrayList<>();
            byte[] bytes = new byte[PART];
            for (int part = 1; part <= SIZE / PART; part++) {
                int number = part;
                fill(bytes, number);
                String etag = client.uploadPart(
                                upload -> upload.bucket(LocalCluster.BUCKET)
                                        .key("large.bin")
                                        .uploadId(id)
                                        .partNumber(number),
                                RequestBody.fromByteBuffer(ByteBuffer.wrap(bytes)))
                        .eTag();
                parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
            }
            client.completeMultipartUpload(complete -> complete.bucket(LocalCluster.BUCKET)
                    .key("large.bin")
                    .uploadId(id)
                    .multipartUpload(upload -> upload.parts(parts)));
        }
    }

    private static void holdsWhatWasUploaded(Path file) throws IOException {
        assertThat(Files.size(file)).isEqualTo(SIZE);
        byte[] expected = new byte[PART];
        try (InputStream in = Files.newInputStream(file)) {
            for (int part = 1; part <= SIZE / PART; part++) {
                fill(expected, part);
                byte[] actual = in.readNBytes(PART);
                assertThat(Arrays.mismatch(expected, actual))
                        .as("part %d", part)
                        .isEqualTo(-1);
            }
        }
    }
}
