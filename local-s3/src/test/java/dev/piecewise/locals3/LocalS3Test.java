package dev.piecewise.locals3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

class LocalS3Test {
    private static final byte[] BYTES = "thirteen byte".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @Test
    void sentBytesAreCountedExactlyAndRangesOnlyForWhatTheyCover() throws Exception {
        try (LocalS3 s3 = LocalS3.start(directory, "access", "secret");
                S3Client client = client(s3, "secret")) {
            s3.createBucket("bucket");
            String etag = s3.put("bucket", "a key+%ü", new ByteArrayInputStream(BYTES), BYTES.length);

            ResponseBytes<GetObjectResponse> whole =
                    client.getObjectAsBytes(get -> get.bucket("bucket").key("a key+%ü"));
            assertThat(whole.asByteArray()).isEqualTo(BYTES);
            assertThat(whole.response().eTag()).isEqualTo(etag);
            assertThat(s3.objectBytesSent()).isEqualTo(BYTES.length);

            client.getObjectAsBytes(get ->
                    get.bucket("bucket").key("a key+%ü").range("bytes=2-5").ifMatch(etag));
            client.headObject(head -> head.bucket("bucket").key("a key+%ü"));
            assertThat(s3.objectBytesSent()).isEqualTo(BYTES.length + 4);
            assertThat(s3.objectGets()).isEqualTo(2);
            assertThat(s3.objectHeads()).isPositive();
        }
    }

    @Test
    void wrongAndMissingSignaturesAreRefused() throws Exception {
        try (LocalS3 s3 = LocalS3.start(directory, "access", "secret");
                S3Client forger = client(s3, "guess")) {
            s3.createBucket("bucket");
            s3.put("bucket", "key", new ByteArrayInputStream(BYTES), BYTES.length);
            assertThatThrownBy(() ->
                            forger.getObjectAsBytes(get -> get.bucket("bucket").key("key")))
                    .isInstanceOfSatisfying(
                            S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(403));
            HttpResponse<String> anonymous = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(s3.endpoint().resolve("/bucket/key"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(anonymous.statusCode()).isEqualTo(403);
            assertThat(s3.objectBytesSent()).isZero();
        }
    }

    /** At ten bytes a second only what ends the limit lets them come to an end. */
    @Test
    @Timeout(60)
    void eachGetIsLimitedByItselfUntilTheLimitEnds() throws Exception {
        try (LocalS3 s3 = LocalS3.start(directory, "access", "secret");
                S3Client client = client(s3, "secret")) {
            byte[] bytes = new byte[1_000_000];
            s3.createBucket("bucket");
            s3.put("bucket", "key", new ByteArrayInputStream(bytes), bytes.length);
            s3.limitEachGet(10);
            List<CompletableFuture<byte[]>> gets = Stream.generate(() -> CompletableFuture.supplyAsync(
                            () -> client.getObjectAsBytes(
                                            get -> get.bucket("bucket").key("key"))
                                    .asByteArray(),
                            task -> new Thread(task, "get").start()))
                    .limit(2)
                    .toList();
            while (s3.mostGetsAtOnce() < 2 || s3.objectBytesSent() < 4) {
                Thread.onSpinWait();
            }
            assertThat(s3.objectBytesSent()).isLessThan(1000);
            s3.limitEachGet(Long.MAX_VALUE);
            for (CompletableFuture<byte[]> get : gets) {
                assertThat(get.get()).isEqualTo(bytes);
            }
            assertThat(s3.objectBytesSent()).isEqualTo(2L * bytes.length);
        }
    }

    private static S3Client client(LocalS3 s3, String secretKey) {
        return S3Client.builder()
                .endpointOverride(s3.endpoint())
                .region(Region.of(LocalS3.REGION))
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(s3.accessKey(), secretKey)))
                .build();
    }
}
