package dev.piecewise.torrentbuilder.s3;

import dev.piecewise.core.fault.OriginFault;
import dev.piecewise.core.fault.PiecewiseFault.Kind;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** Builds clients from settings; every network wait has a limit. */
final class S3Clients {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(60);
    private static final int MAX_CONNECTIONS = 64;
    private static final String DEFAULT_REGION = "us-east-1";

    private S3Clients() {}

    static S3Origin fromEnvironment() {
        Optional<URI> override = endpointUrl();
        Region region = region(override.isPresent());
        return build(
                new Endpoint(override, region.id()),
                region,
                DefaultCredentialsProvider.builder().build());
    }

    static S3Origin at(URI endpoint, String region, String accessKey, String secretKey) {
        return build(
                new Endpoint(Optional.of(endpoint), region),
                Region.of(region),
                StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)));
    }

    private static S3Origin build(Endpoint endpoint, Region region, AwsCredentialsProvider credentials) {
        boolean pathStyle = endpoint.override().isPresent();
        var client = S3Client.builder()
                .region(region)
                .credentialsProvider(credentials)
                .forcePathStyle(pathStyle)
                .crossRegionAccessEnabled(!pathStyle)
                // Pieces carry their own hash; checking a ranged response against a whole-object checksum is
                // impossible.
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(Apache5HttpClient.builder()
                        .connectionTimeout(CONNECT_TIMEOUT)
                        .socketTimeout(SOCKET_TIMEOUT)
                        .maxConnections(MAX_CONNECTIONS))
                .overrideConfiguration(settings -> settings.apiCallTimeout(CALL_TIMEOUT));
        var presigner = S3Presigner.builder()
                .region(region)
                .credentialsProvider(credentials)
                .serviceConfiguration(S3Configuration.builder()
                        .pathStyleAccessEnabled(pathStyle)
                        .build());
        endpoint.override().ifPresent(url -> {
            client.endpointOverride(url);
            presigner.endpointOverride(url);
        });
        return new S3Origin(client.build(), presigner.build(), endpoint);
    }

    /** The SDK reads these itself; they are looked up here because identity and path style depend on them. */
    private static Optional<URI> endpointUrl() {
        Optional<String> text = firstSet("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
                .or(() -> ProfileFile.defaultProfileFile()
                        .profile(ProfileFileSystemSetting.AWS_PROFILE.getStringValueOrThrow())
                        .flatMap(profile -> profile.property("endpoint_url")));
        return text.map(url -> {
            try {
                URI uri = URI.create(url);
                if (uri.getHost() == null || !uri.getScheme().matches("https?")) {
                    throw new IllegalArgumentException("it needs http:// or https:// and a host");
                }
                return uri;
            } catch (IllegalArgumentException e) {
                throw new OriginFault(
                        Kind.USAGE, "AWS_ENDPOINT_URL '" + url + "' is not a usable URL: " + e.getMessage(), e);
            }
        });
    }

    private static Region region(boolean endpointIsSet) {
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkClientException e) {
            if (endpointIsSet) {
                return Region.of(DEFAULT_REGION);
            }
            throw new OriginFault(
                    Kind.USAGE, "no AWS region is set for S3; set AWS_REGION, or AWS_ENDPOINT_URL for another S3", e);
        }
    }

    private static Optional<String> firstSet(String... names) {
        for (String name : names) {
            String value = System.getenv(name);
            if (value != null && !value.isBlank()) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }
}
