package dev.piecewise.torrentbuilder.s3;

import java.net.URI;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A bucket of a running S3 server, made and filled over its API, and the origin that reads it. */
final class TestBucket implements AutoCloseable {
    static final String NAME = "bucket";

    private static final String REGION = "us-east-1";

    private final S3Client client;
    private final Endpoint endpoint;
    private final S3Origin origin;

    TestBucket(URI server, String accessKey, String secretKey) {
        endpoint = new Endpoint(Optional.of(server), REGION);
        client = S3Client.builder()
                .endpointOverride(server)
                .region(Region.of(REGION))
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
                .forcePathStyle(true)
                // Older servers know no checksums in trailers.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false))
                .build();
        origin = S3Origin.at(server, REGION, accessKey, secretKey);
        client.createBucket(request -> request.bucket(NAME));
    }

    S3Client client() {
        return client;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    S3Origin origin() {
        return origin;
    }

    void put(String key, byte[] bytes) {
        client.putObject(request -> request.bucket(NAME).key(key), RequestBody.fromBytes(bytes));
    }

    @Override
    public void close() {
        origin.close();
        client.close();
    }
}
